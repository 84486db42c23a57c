"""The dense autoencoder: its sizes, its layers, and the linear one against principal components."""

import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA
from torch import nn

from bench_models.autoencoders.dense import DenseAutoencoder


def kinds(module):
    """The layers in order."""
    return [type(layer).__name__ for layer in module.modules() if not list(layer.children())]


@pytest.mark.parametrize(("latent", "count"), [(32, 50_992), (16, 25_888), (8, 13_336)])
def test_784_latent_784(mnist, latent, count):
    assert sum(one.numel() for one in DenseAutoencoder(mnist, latent=latent).parameters()) == count


def test_784_128_64_32_64_128_784(mnist):
    model = DenseAutoencoder(mnist, hidden=(128, 64))
    weights = [tuple(one.shape) for one in model.parameters() if one.ndim == 2]
    assert weights == [(128, 784), (64, 128), (32, 64), (64, 32), (128, 64), (784, 128)]
    assert kinds(model.encoder) == ["Flatten", "Linear", "ReLU", "Linear", "ReLU", "Linear", "ReLU"]
    assert kinds(model.decoder) == ["Linear", "ReLU", "Linear", "ReLU", "Linear", "Identity", "Unflatten"]
    assert isinstance(model.output, nn.Sigmoid)


def test_the_five_layer_net_bends_only_in_its_hidden_layers(mnist):
    model = DenseAutoencoder(mnist, (20,), 5, "tanh", code_activation="linear", likelihood="gaussian")
    assert kinds(model.encoder) == ["Flatten", "Linear", "Tanh", "Linear", "Identity"]
    assert kinds(model.decoder) == ["Linear", "Tanh", "Linear", "Identity", "Unflatten"]
    assert isinstance(model.output, nn.Identity)


def test_a_linear_net_is_affine_whatever_its_depth(mnist):
    model = DenseAutoencoder(mnist, (20,), 5, "linear").double()
    x, y = torch.rand(2, 4, *mnist.input_shape, dtype=torch.float64)
    torch.testing.assert_close(model((x + y) / 2), (model(x) + model(y)) / 2)


def test_a_linear_autoencoder_finds_the_subspace_of_pca(digits, train):
    torch.manual_seed(0)
    model = DenseAutoencoder(digits.spec, latent=4, activation="linear", lr=5e-2)
    train(model, 100)
    pca = PCA(4).fit(digits.parts.train.inputs.flatten(1).numpy())
    weight = next(one for one in model.decoder.parameters() if one.ndim == 2)
    assert subspace_angles(weight.detach().numpy(), pca.components_.T).max() < torch.pi * 5 / 180
    test = digits.parts.test.inputs
    rows = test.flatten(1).numpy()
    best = ((pca.inverse_transform(pca.transform(rows)) - rows) ** 2).mean()
    assert float((model(test) - test).square().mean().detach()) < 1.02 * best
