"""The multi-layer perceptron: its layers in their order, and batch normalisation against its formula."""

import torch
from torch import nn

from bench_datasets.digits import Digits
from bench_models.classifiers.mlp import MLP


def layers(**params):
    return [type(layer).__name__ for layer in MLP(Digits().spec, hidden=(8,), **params).layers]


def test_a_hidden_layer_is_linear_activation_dropout():
    assert layers() == ["Flatten", "Dropout", "Linear", "ReLU", "Dropout", "Linear"]


def test_batch_normalisation_stands_before_the_activation():
    assert layers(batch_norm=True)[2:5] == ["Linear", "BatchNorm1d", "ReLU"]


def test_batch_normalisation_adds_a_scale_and_a_shift_for_every_hidden_unit():
    plain, normalised = (
        sum(p.numel() for p in MLP(Digits().spec, hidden=(32, 16), batch_norm=on).parameters()) for on in (False, True)
    )
    assert normalised == plain + 2 * (32 + 16)


def test_hidden_units_are_normalised_over_the_batch_in_training():
    torch.manual_seed(0)
    model = MLP(Digits().spec, hidden=(8,), batch_norm=True)
    norm = next(layer for layer in model.layers if isinstance(layer, nn.BatchNorm1d))
    seen = []
    norm.register_forward_hook(lambda *arguments: seen.append(arguments[-1]))
    model(torch.rand(100, *Digits().spec.input_shape))
    torch.testing.assert_close(seen[0].mean(0), torch.zeros(8), atol=1e-5, rtol=0)
    torch.testing.assert_close(seen[0].var(0, correction=0), torch.ones(8), atol=0.02, rtol=0)
