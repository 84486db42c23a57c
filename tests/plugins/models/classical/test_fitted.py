"""What every fitted model keeps of the contract: its checkpoint, its graphs and what they take."""

import onnx
import pytest
import torch
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from bench import DataSpec, Unsuitable
from bench.catalog import resolve
from bench.parity import difference
from bench.stages.build import load_checkpoint, save_checkpoint
from bench_models.classical import MODELS
from bench_models.classical.pca import PCA

FITTED = {
    "pca": {"components": 8},
    "kmeans": {},
    "gmm": {"components": 3},
    "ridge": {"alpha": 3.0},
    "sklearn": {"estimator": "sklearn.naive_bayes.GaussianNB", "arguments": {"var_smoothing": 0.01}},
}
INFOS = {info.name: info for info in MODELS}


@pytest.fixture(scope="module", params=sorted(FITTED))
def info(request):
    """Each of the models."""
    return INFOS[request.param]


@pytest.fixture(scope="module")
def data(info, digits, series):
    """What a model is for."""
    return series if info.task == "forecasting" else digits


@pytest.fixture(scope="module")
def checkpoint(info, data, tmp_path_factory):
    """A fitted model as the harness keeps it."""
    path = tmp_path_factory.mktemp("checkpoint") / "model.pt"
    torch.manual_seed(0)
    model = resolve(info)(data.spec, **FITTED[info.name])
    model.fit(data)
    save_checkpoint(model, info, FITTED[info.name], data.spec, path)
    return path, model


def fed(exports, inputs_of_data):
    """Every export with what it takes: the dataset's inputs, noise, or codes that another one answers."""
    known = {"data": inputs_of_data}
    for export in exports:
        (spec,) = export.inputs
        known["normal"] = torch.randn(len(inputs_of_data), *spec.shape, generator=torch.Generator().manual_seed(0))
        inputs = known[spec.source]
        yield export, inputs
        known |= {f"{export.name}.{name}": export.module(inputs) for name in export.outputs}


def test_every_model_is_tested_here():
    assert set(INFOS) == set(FITTED)


def test_a_checkpoint_answers_as_the_model_that_was_fitted(checkpoint, data):
    path, model = checkpoint
    _, exports = load_checkpoint(path)
    for (ours, inputs), theirs in zip(fed(model.exports(), data.parts.test.inputs), exports, strict=True):
        assert torch.equal(ours.module(inputs), theirs.module(inputs))


def test_every_graph_answers_as_scikit_learn_at_any_batch_size(checkpoint, data, executed):
    for export, inputs in fed(load_checkpoint(checkpoint[0])[1], data.parts.test.inputs):
        for rows in (1, 7, len(inputs)):
            answer = executed(export, inputs[:rows])
            assert difference(export.module(inputs[:rows]), answer).excess < 0.1


def test_every_graph_is_valid_and_in_the_shape_of_the_data(checkpoint, data):
    for export, inputs in fed(load_checkpoint(checkpoint[0])[1], data.parts.test.inputs):
        graph = export.graph()
        onnx.checker.check_model(graph, full_check=True)
        answer = export.module(inputs)
        shapes = [[d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim] for value in edges(graph)]
        assert shapes == [["batch", *export.inputs[0].shape], ["batch", *answer.shape[1:]]]
        assert [value.name for value in edges(graph)] == [export.inputs[0].name, *export.outputs]
        assert {value.type.tensor_type.elem_type for value in edges(graph)} == {onnx.TensorProto.FLOAT}
        assert export.engine == "scikit-learn"


def edges(graph):
    return [*graph.graph.input, *graph.graph.output]


def test_a_model_is_built_on_the_meta_device_and_names_its_exports_before_it_is_fitted(info, data):
    with torch.device("meta"):
        model = resolve(info)(data.spec, **FITTED[info.name])
        assert all(export.inputs and export.outputs for export in model.exports())


@settings(max_examples=15, deadline=None)
@drawn(shape=st.lists(st.integers(1, 5), min_size=1, max_size=3), seed=st.integers(0, 99))
def test_inputs_of_any_shape_keep_it(shape, seed, given, executed):
    inputs = torch.rand(20, *shape, generator=torch.Generator().manual_seed(seed))
    data = given(inputs)
    model = PCA(data.spec, components=1)
    model.fit(data)
    for export, fed_with in fed(model.exports(), inputs):
        answer = export.module(fed_with)
        assert answer.shape == (20, *(shape if "reconstruction" in export.outputs else [1]))
        torch.testing.assert_close(executed(export, fed_with), answer, atol=1e-5, rtol=1e-5)


def test_a_dataset_without_parts_gives_its_batches(given):
    inputs = torch.rand(100, 4)
    data = given(inputs)
    whole, batched = PCA(data.spec, components=2), PCA(data.spec, components=2)
    whole.fit(data)
    data.parts = None
    data.train_dataloader = lambda: list(zip(inputs.split(30), torch.zeros(100).split(30), strict=True))
    batched.fit(data)
    torch.testing.assert_close(whole.exports()[0].module(inputs), batched.exports()[0].module(inputs))


def test_inputs_that_are_not_in_single_precision_are_refused():
    with pytest.raises(Unsuitable, match="int64"):
        PCA(DataSpec("language-modelling", (16,), input_dtype="int64"))
