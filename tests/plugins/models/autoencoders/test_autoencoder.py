"""What all autoencoders promise: their artifacts, their losses and their curves."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from bench import DataSpec, Unsuitable
from bench.catalog import resolve
from bench.signature import ParameterError, checked
from bench_models.autoencoders import MODELS
from bench_models.autoencoders.autoencoder import Autoencoder
from bench_models.autoencoders.dense import DenseAutoencoder

CLASSES = {info.name: target for info in MODELS if issubclass(target := resolve(info), Autoencoder)}
SETTINGS = {
    "shallow": ("autoencoder", {}),
    "linear": ("autoencoder", {"activation": "linear", "latent": 8}),
    "deep": ("autoencoder", {"hidden": (20, 10), "latent": 5}),
    "five-layer": (
        "autoencoder",
        {"hidden": (20,), "latent": 5, "activation": "tanh", "code_activation": "linear", "likelihood": "gaussian"},
    ),
    "stacked": ("stacked-autoencoder", {"hidden": (20, 10), "latent": 5}),
    "conv": ("conv-autoencoder", {"filters": (4, 6)}),
    "gru": ("sequence-autoencoder", {"units": 12, "latent": 5}),
    "lstm": ("sequence-autoencoder", {"units": 12, "latent": 5, "cell": "lstm"}),
    "gaussian noise": ("denoising-autoencoder", {"latent": 20}),
    "masking noise": ("denoising-autoencoder", {"noise": "masking", "latent": 20}),
    "l1": ("sparse-autoencoder", {}),
    "kl": ("sparse-autoencoder", {"sparsity": "kl"}),
    "k-sparse": ("k-sparse-autoencoder", {"k": 3, "latent": 20}),
    "contractive": ("contractive-autoencoder", {"latent": 20}),
}


def build(setting, spec):
    name, params = SETTINGS[setting]
    torch.manual_seed(0)
    return CLASSES[name](spec, **params)


def test_every_model_is_tried():
    assert {name for name, _ in SETTINGS.values()} == set(CLASSES)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 9, 6)])
def test_it_builds_without_content_and_keeps_the_shape(setting, shape):
    with torch.device("meta"):
        model = build(setting, DataSpec("x", shape, value_range=(0.0, 1.0)))
        encoder, decoder, whole = model.exports()
        inputs = torch.zeros(2, *shape)
        code = encoder.module(inputs)
        assert code.shape == (2, *decoder.inputs[0].shape)
        assert decoder.module(code).shape == whole.module(inputs).shape == inputs.shape


@pytest.mark.parametrize("setting", SETTINGS)
def test_its_artifacts(setting, digits):
    artifacts = build(setting, digits.spec).exports()
    assert [(one.name, one.task, one.outputs) for one in artifacts] == [
        ("encoder", "embedding", ("code",)),
        ("decoder", "decoding", ("reconstruction",)),
        ("autoencoder", "reconstruction", ("reconstruction",)),
    ]
    assert [[(one.name, one.source) for one in artifact.inputs] for artifact in artifacts] == [
        [("input", "data")],
        [("code", "encoder.code")],
        [("input", "data")],
    ]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_decoder_of_the_code_is_the_reconstruction(setting, digits):
    encoder, decoder, whole = build(setting, digits.spec).exports()
    inputs = digits.parts.test.inputs[:3]
    torch.testing.assert_close(decoder.module(encoder.module(inputs)), whole.module(inputs))


@pytest.mark.parametrize("setting", SETTINGS)
def test_it_learns_and_logs_its_curves(setting, digits, train):
    model = build(setting, digits.spec)
    curves = train(model, 3)
    assert set(curves) == {"train-loss", "validation-loss"}
    assert all(len(curve) == 3 and all(map(math.isfinite, curve)) for curve in curves.values())
    assert curves["validation-loss"][-1] < curves["validation-loss"][0]


class Tiny(Autoencoder):
    """No layers: logits are the inputs themselves."""

    def __init__(self, spec, likelihood=None):
        super().__init__(spec, nn.Identity(), nn.Identity(), spec.input_shape, likelihood, 1e-3, 0.0)


def test_a_bernoulli_likelihood_is_a_sigmoid_and_cross_entropy(digits):
    model, inputs = Tiny(digits.spec), digits.parts.test.inputs
    torch.testing.assert_close(model(inputs), torch.sigmoid(inputs))
    torch.testing.assert_close(model.objective(inputs), F.binary_cross_entropy(model(inputs), inputs))


def test_a_gaussian_likelihood_is_linear_and_squared_error(digits):
    model, inputs = Tiny(digits.spec, "gaussian"), digits.parts.test.inputs
    torch.testing.assert_close(model(inputs), inputs)
    model.corrupt = lambda inputs: inputs + 0.5
    torch.testing.assert_close(model.objective(inputs), torch.tensor(0.25))


def test_a_penalty_counts_once_an_image_beside_the_sum_over_its_pixels(digits):
    model, inputs = Tiny(digits.spec, "gaussian"), digits.parts.test.inputs
    model.penalty = lambda code: 64.0
    assert float(model.objective(inputs)) == 1.0


@pytest.mark.parametrize("value_range", [None, (0.0, 16.0), (-1.0, 1.0)])
def test_inputs_that_are_no_probabilities_have_a_gaussian_likelihood(value_range):
    spec = DataSpec("x", (1, 4, 4), value_range=value_range)
    assert isinstance(DenseAutoencoder(spec).output, nn.Identity)
    with pytest.raises(Unsuitable, match=r"\[0, 1\]"):
        DenseAutoencoder(spec, likelihood="bernoulli")


@pytest.mark.parametrize("name", ["conv-autoencoder", "sequence-autoencoder"])
def test_what_needs_images_says_so(name):
    with pytest.raises(Unsuitable, match=f"{name} needs images"):
        CLASSES[name](DataSpec("x", (64,), value_range=(0.0, 1.0)))


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        ("autoencoder", "latent", 0),
        ("autoencoder", "hidden", [128, 0]),
        ("autoencoder", "activation", "step"),
        ("autoencoder", "likelihood", "poisson"),
        ("stacked-autoencoder", "pretraining", 1),
        ("conv-autoencoder", "filters", []),
        ("sequence-autoencoder", "cell", "rnn"),
        ("denoising-autoencoder", "level", -0.1),
        ("denoising-autoencoder", "noise", "salt"),
        ("sparse-autoencoder", "weight", -1),
        ("sparse-autoencoder", "activity", 0),
        ("k-sparse-autoencoder", "k", 0),
        ("contractive-autoencoder", "contraction", -0.1),
    ],
)
def test_a_senseless_value_is_refused(name, parameter, value):
    with pytest.raises(ParameterError, match=f"^{parameter}"):
        checked(CLASSES[name], {parameter: value}, given=("data",))
