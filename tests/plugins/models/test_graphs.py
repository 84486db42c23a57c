"""The graphs of every built-in model: a batch of any size, the torch model's answers, and nothing that is random."""

import onnx
import onnxruntime as ort
import pytest
import torch

from bench.catalog import resolve
from bench.lengths import usual_length
from bench.parity import difference
from bench.stages.answering import Source, Subject, torch_call
from bench.stages.build import exports_of
from bench.stages.export import export_graph, multiply_accumulates
from bench_datasets.digits import Digits
from bench_datasets.text import Text
from bench_models import bench_models

MODELS = {info.name: info for info in bench_models()}
SMALL = {"hidden": (20, 10), "latent": 4}
TINY = {"width": 16, "heads": 2, "blocks": 5}
# Every model by its name, and settings that make another graph than its defaults do.
SETTINGS = {
    "mlp": {"hidden": (20,), "dropout": 0.5},
    "mlp forecasting": {"hidden": (20,)},
    "convnet": {},
    "lenet5": {},
    "lenet5 1998": {"variant": "1998", "padding": 2},
    "lenet5 features": {"features": True},
    "lenet5 1998 features": {"variant": "1998", "padding": 2, "features": True},
    "pretrained-mlp": {"hidden": (20,)},
    "autoencoder": {},
    "autoencoder five layers": {"hidden": (20,), "activation": "tanh", "likelihood": "gaussian"},
    "stacked-autoencoder": SMALL,
    "conv-autoencoder": {"filters": (4, 6)},
    "sequence-autoencoder": {"units": 12, "latent": 5},
    "sequence-autoencoder lstm": {"units": 12, "latent": 5, "cell": "lstm"},
    "denoising-autoencoder": {"latent": 20},
    "sparse-autoencoder": {"sparsity": "kl"},
    "k-sparse-autoencoder": {"k": 3, "latent": 20},
    "contractive-autoencoder": {"latent": 20},
    "vae": SMALL,
    "vae gaussian": {**SMALL, "likelihood": "gaussian"},
    "conv-vae": {"filters": (6, 4), "latent": 4},
    "gan": SMALL,
    "wgan": SMALL,
    "wgan-gp": SMALL,
    "wgan-gp conv": {**SMALL, "body": "conv"},
    "pca": {"components": 8},
    "kmeans": {},
    "gmm": {"components": 3},
    "ridge": {},
    "transformer": TINY,
    "par-search": TINY,
    "transformer par": {**TINY, "pattern": "par", "tied": False},
    "transformer relative": {**TINY, "positions": "relative"},
    "transformer learned": {**TINY, "positions": "learned", "longest": 24},
    "transformer memory": {**TINY, "memory": 8},
    "rnn": {"width": 12, "layers": 2, "dropout": 0.5},
    "rnn gru": {"width": 12, "cell": "gru"},
    "transformer forecasting": {**TINY, "pattern": "par"},
    "transformer relative forecasting": {**TINY, "positions": "relative"},
    "transformer learned forecasting": {**TINY, "positions": "learned", "longest": 24},
    "rnn forecasting": {"width": 12, "layers": 2, "dropout": 0.5},
    "rnn gru forecasting": {"width": 12, "cell": "gru"},
    "ngram": {"order": 3},
    "sklearn": {"estimator": "sklearn.linear_model.LogisticRegression", "arguments": {"tol": 0.1}},
    "sklearn forecasting": {"estimator": "sklearn.neighbors.KNeighborsRegressor"},
    "persistence": {},
    "climatology": {},
}
# By the parts of their names: RandomNormal, RandomUniformLike, Multinomial, Bernoulli and whatever comes after them.
RANDOM = ("Random", "Multinomial", "Bernoulli")
# What looks answers up and multiplies nothing.
LOOKING_UP = {"ngram"}
# Lengths of sequences, the usual one last: shorter than an n-gram, between, and longer.
LENGTHS = (1, 5, 20, 12)


def test_every_model_is_walked():
    assert {setting.split()[0] for setting in SETTINGS} == set(MODELS)


@pytest.fixture(scope="module")
def data(series):
    """Digits by the size that a model takes, a text, whose rows follow each other, or a series for what forecasts."""
    large, eight = Digits(size=28), Digits()
    text = Text(length=LENGTHS[-1], order="consecutive")

    def data(setting):
        name = setting.split()[0]
        if MODELS[name].task == "forecasting" or setting.endswith("forecasting"):
            return series
        if MODELS[name].task_for(text.spec) == text.spec.task:
            return text
        return large if name == "lenet5" else eight

    return data


@pytest.fixture(scope="module", params=SETTINGS)
def subject(request, data):
    """A model as it is built, or fitted if it fits itself."""
    torch.manual_seed(0)
    name = request.param.split()[0]
    given = data(request.param)
    given.setup()
    model = resolve(MODELS[name])(given.spec, **SETTINGS[request.param]).eval()
    if hasattr(model, "fit"):
        model.fit(given)
    return Subject(model, exports_of(model, MODELS[name], given.spec), Source(given), seed=0)


# What torch's exporter says of its own treatment of recurrent layers.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
@pytest.mark.filterwarnings("ignore:.*_check_is_size will be removed:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*_flat_weights.* were assigned during export:UserWarning")
def test_every_artifact_answers_as_its_model_at_any_batch_size_and_length_and_is_never_random(subject, tmp_path):
    fed = subject.fed("test", subject.test.inputs[:5])
    for part in subject.exports.values():
        path = tmp_path / f"{part.name}.onnx"
        export_graph(part, path)
        graph = onnx.load(path)
        assert {one.type.tensor_type.shape.dim[0].dim_param for one in graph.graph.input} == {"batch"}
        assert not [kind for kind in operators(graph.graph) if any(word in kind for word in RANDOM)]
        session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
        others = LENGTHS if usual_length(part.inputs) else ()
        for given in (fed[part.name], *(subject.of_length(part.name, length, 5) for length in others)):
            for rows in (1, 5):
                some = tuple(tensor[:rows] for tensor in given)
                names = (spec.name for spec in part.inputs)
                answers = session.run(part.outputs, {name: t.numpy() for name, t in zip(names, some, strict=True)})
                for expected, answer in zip(torch_call(part)(some), answers, strict=True):
                    assert difference(expected, answer).excess < 0.1


def test_what_torch_makes_has_its_arithmetic_counted(subject, request):
    counted = [multiply_accumulates(part) for part in subject.exports.values() if part.graph is None]
    computes_nothing = request.node.callspec.params["subject"] in {*LOOKING_UP, "persistence"}
    assert all((count == 0) == computes_nothing for count in counted)


def operators(graph):
    """The kinds of a graph's nodes, with those of the graphs that they hold: the branches of an If, a Loop's body."""
    for node in graph.node:
        yield node.op_type
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from operators(inner)


def test_operators_are_found_in_branches_too():
    branch = onnx.helper.make_graph([onnx.helper.make_node("RandomNormal", [], ["x"], shape=[1])], "branch", [], [])
    choice = onnx.helper.make_node("If", ["condition"], ["x"], then_branch=branch, else_branch=branch)
    assert "RandomNormal" in set(operators(onnx.helper.make_graph([choice], "graph", [], [])))
