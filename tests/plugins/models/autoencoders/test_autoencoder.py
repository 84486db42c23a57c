"""What all autoencoders promise: their artifacts, the same answers from their graphs, their losses and their curves."""

import math

import onnx
import onnxruntime as ort
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from bench import DataSpec, Unsuitable
from bench.catalog import resolve
from bench.signature import ParameterError, checked
from bench.stages.export import export_graph
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
# Those whose graphs differ from all others in more than widths and activations, one of every model at least.
TRACED = ("shallow", "stacked", "conv", "gru", "lstm", "gaussian noise", "l1", "k-sparse", "contractive")


def build(setting, spec):
    name, params = SETTINGS[setting]
    torch.manual_seed(0)
    return CLASSES[name](spec, **params)


def test_every_model_is_tried():
    assert {name for name, _ in SETTINGS.values()} == set(CLASSES) == {SETTINGS[setting][0] for setting in TRACED}


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


# What torch's exporter says of its own treatment of recurrent layers.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
@pytest.mark.filterwarnings("ignore:.*_check_is_size will be removed:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*_flat_weights.* were assigned during export:UserWarning")
@pytest.mark.parametrize("setting", TRACED)
def test_its_graphs_are_deterministic_and_answer_as_the_model_at_any_batch_size(setting, digits, tmp_path):
    model = build(setting, digits.spec).eval()
    for part in model.exports():
        path = tmp_path / f"{part.name}.onnx"
        export_graph(part, path)
        assert not [node.op_type for node in onnx.load(path).graph.node if "Random" in node.op_type]
        session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
        for rows in (1, 5):
            fed = torch.rand(rows, *part.inputs[0].shape)
            (answer,) = session.run(list(part.outputs), {part.inputs[0].name: fed.numpy()})
            torch.testing.assert_close(torch.from_numpy(answer), part.module(fed).detach(), atol=1e-5, rtol=1e-4)


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
