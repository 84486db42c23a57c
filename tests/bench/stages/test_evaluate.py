"""Evaluation in this process: what a graph at each precision costs when it disagrees."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from bench.errors import BenchError
from bench.records import PRECISIONS, DatasetInfo, MetricInfo, MetricUse, ModelInfo, RuntimeInfo, RuntimeUse
from bench.stages.answering import Source, Subject
from bench.stages.build import build_model, load_checkpoint, save_checkpoint
from bench.stages.evaluate import evaluate
from bench.stages.export import _calibration, export
from bench.stages.precision import CALIBRATION_SAMPLES
from bench.stages.request import CaseRequest
from bench.stages.train import train
from bench_datasets.digits import Digits

MODEL = ModelInfo("mlp", "bench_models.classifiers.mlp:MLP", task="classification")
ONNX = RuntimeUse("onnxruntime", RuntimeInfo("onnxruntime", "bench_runtimes.onnx:OnnxRuntime"), precisions=PRECISIONS)
TORCH = RuntimeUse("torch", RuntimeInfo("torch", "bench_runtimes.torch:TorchRuntime"), precisions=("fp32",))
SCORES = "bench_metrics.classification.scores"
ACCURACY = MetricInfo("accuracy", f"{SCORES}:accuracy", "classification", lossy_tolerance=0.05)
PICTURE = MetricInfo(
    "confusion-matrix", "bench_metrics.classification.pictures:confusion_matrix", "classification", form="picture"
)


def uses(*infos):
    """Metrics as a suite asks for them."""
    return tuple(MetricUse(info.name, info) for info in infos)


def request_for(folder, model, params, metrics):
    """A request for a case of the digits at every precision."""
    return CaseRequest(
        id=f"{model.name}@digits#0",
        folder=str(folder),
        name=f"{model.name}@digits-0",
        model=model,
        dataset=DatasetInfo("digits", "bench_datasets.digits:Digits", "classification"),
        params=params,
        data_params={},
        train={"max_epochs": 1, "batch_size": 64, "accelerator": "cpu"},
        seed=0,
        metrics=metrics,
        metrics_named=True,
        runtimes=(ONNX, TORCH),
        precisions=PRECISIONS,
        device="cpu",
        train_threads=1,
        timed_threads=1,
        batch_sizes=(1, 8),
        owners={},
    )


def copied(request, folder):
    """A request whose files may be spoilt."""
    shutil.copytree(request.folder, folder, dirs_exist_ok=True)
    return replace(request, folder=str(folder))


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A case that is trained (not at all) and exported at every precision: its request and graphs."""
    request = request_for(tmp_path_factory.mktemp("case"), MODEL, {"hidden": [32]}, uses(ACCURACY, PICTURE))
    data = Digits()
    torch.manual_seed(0)
    model = build_model(MODEL, request.params, data.spec)
    save_checkpoint(model, MODEL, request.params, data.spec, request.checkpoint)
    return request, export(request, data, lambda share: None).artifacts


@pytest.fixture
def case(exported, tmp_path):
    """A copy of it: its request, data and graphs."""
    request, graphs = exported
    return copied(request, tmp_path), Digits(), graphs


USES = [*(("onnxruntime", precision) for precision in PRECISIONS), ("torch", "fp32")]


def trusted(make, found):
    """(runtime, precision) of what would be timed."""
    result = make.case("mlp", **vars(found))
    return [use for use in USES if result.is_trusted("forward", *use)]


def test_every_precision_is_exported_scored_and_timed_by_the_runtimes_used_at_it(case, make):
    request, data, graphs = case
    found = evaluate(request, data, lambda share: None)
    assert found.failures == []
    assert [graph.precision for graph in graphs] == list(PRECISIONS)
    assert len({graph.sha256 for graph in graphs}) == len({graph.bytes for graph in graphs}) == len(PRECISIONS)
    assert len({(graph.parameters, graph.macs) for graph in graphs}) == 1
    for rows in (found.parity, found.metrics):
        assert sorted((row.runtime, row.precision) for row in rows) == sorted(USES)
    assert {row.precision: row.tolerance for row in found.metrics} == {**dict.fromkeys(PRECISIONS, 0.05), "fp32": 1e-3}
    assert trusted(make, found) == USES
    assert [picture.name for picture in found.pictures] == ["confusion-matrix"]


SCORED = replace(ACCURACY, scores=f"{SCORES}:accuracy_by_row")


def test_scores_of_rows_are_those_of_the_executed_graph(case):
    request, data, _ = case
    loss = MetricInfo(
        "loss", f"{SCORES}:CrossEntropy", "classification", tolerance=None, scores=f"{SCORES}:cross_entropy_by_row"
    )
    stale = request.scores / "forward.gone.npy"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"an earlier run's")
    found = evaluate(replace(request, metrics=uses(SCORED, loss, replace(ACCURACY, name="bare"))), data, lambda _: None)
    assert found.failures == []
    kept = {(row.name, row.runtime, row.precision): row for row in found.metrics if row.scores_path}
    assert set(kept) == {(name, *use) for name in ("accuracy", "loss") for use in USES}
    files = {key: Path(request.folder, row.scores_path) for key, row in kept.items()}
    assert sorted(files.values()) == sorted(request.scores.iterdir())
    for key, row in kept.items():
        scores = np.load(files[key])
        assert (scores.dtype, scores.shape) == (np.float32, (len(data.parts.test.inputs),))
        assert scores.mean(dtype=np.float64) == pytest.approx(row.value, rel=1e-5)
    exact, rough = (np.load(files["loss", "onnxruntime", precision]) for precision in ("fp32", "int8-dynamic"))
    assert np.abs(exact - rough).max() > 1e-3
    assert kept["accuracy", *USES[0]].scores_path == f"scores/{request.name}/forward.accuracy.onnxruntime.fp32.npy"


@pytest.mark.parametrize("is_named", [True, False])
def test_scores_that_are_not_those_of_their_metric_are_named_once_and_cost_nothing_else(case, make, parts, is_named):
    request, data, _ = case
    wrong = replace(ACCURACY, target="stage_parts:accuracy", scores="stage_parts:half_right")
    request = replace(request, metrics=uses(wrong), metrics_named=is_named, owners={"stage_parts": "their-plugin"})
    found = evaluate(request, data, lambda share: None)
    (failure,) = found.failures
    assert (failure.plugin, failure.kind, failure.fatal) == ("their-plugin", "BenchError", False)
    assert failure.message.startswith("the scores of accuracy of forward have the mean 0.5, and its value is 0.")
    assert {(row.runtime, row.precision, row.scores_path) for row in found.metrics} == {(*use, "") for use in USES}
    assert not request.scores.exists()
    assert trusted(make, found) == USES


def test_what_has_no_scores_for_a_reason_has_none_and_nothing_has_failed(case, parts):
    request, data, _ = case
    request = replace(request, metrics=uses(replace(ACCURACY, scores="stage_parts:not_for_rows")))
    found = evaluate(request, data, lambda share: None)
    assert found.failures == []
    assert {row.scores_path for row in found.metrics} == {""}


def test_pictures_are_drawn_once_where_fp32_is_not_asked_for(case):
    request, data, _ = case
    request = replace(request, precisions=PRECISIONS[2:], runtimes=(replace(ONNX, precisions=PRECISIONS[2:]),))
    found = evaluate(request, data, lambda share: None)
    assert [picture.name for picture in found.pictures] == ["confusion-matrix"]


@pytest.mark.parametrize(("size", "rows"), [(8, 4 * 8), (360, 360)])
def test_rows_for_the_timing_are_as_many_as_there_are_each_once(case, size, rows):
    request, data, _ = case
    request = replace(request, batch_sizes=(1, size), precisions=("fp32",), runtimes=(TORCH,))
    evaluate(request, data, lambda share: None)
    kept = np.load(request.rows("forward"))
    assert {name: len(kept[name]) for name in ("input_0", "output_0")} == {"input_0": rows, "output_0": rows}
    assert len(np.unique(kept["input_0"].reshape(rows, -1), axis=0)) == rows


def test_a_lossy_precision_that_disagrees_costs_its_own_rows(case, make):
    request, data, _ = case
    request.graph("forward", "int8-static").write_bytes(request.graph("forward", "fp16").read_bytes()[:-100])
    strict = replace(ACCURACY, name="cross-entropy", target=f"{SCORES}:CrossEntropy", lossy_tolerance=0.0)
    found = evaluate(replace(request, metrics=uses(ACCURACY, strict)), data, lambda share: None)
    assert {(f.artifact, f.runtime, f.precision) for f in found.failures} == {
        ("forward", "onnxruntime", precision) for precision in PRECISIONS[1:]
    }
    assert all(failure.fatal for failure in found.failures)
    (refused,) = [failure for failure in found.failures if failure.precision == "int8-dynamic"]
    assert refused.message.startswith("cross-entropy of forward at int8-dynamic under onnxruntime is ")
    assert {(row.runtime, row.precision) for row in found.metrics} == {("onnxruntime", "fp32"), ("torch", "fp32")}
    assert trusted(make, found) == [("onnxruntime", "fp32"), ("torch", "fp32")]


def test_fp32_that_disagrees_costs_the_timing_of_all(case, make):
    request, data, _ = case
    request.graph("forward").write_bytes(b"no graph")
    found = evaluate(request, data, lambda share: None)
    (failure,) = found.failures
    assert (failure.artifact, failure.runtime, failure.precision) == ("", "", "")
    assert trusted(make, found) == []


def test_a_graph_that_cannot_be_made_costs_its_own_rows(case, make, monkeypatch):
    request, data, _ = case

    def refuse(part, precision, source, path):
        raise BenchError(f"cannot make {part.name} {precision}")

    monkeypatch.setattr("bench.stages.export.write_graph", refuse)
    request = replace(
        request, precisions=("fp32", "fp16"), runtimes=(replace(ONNX, precisions=("fp32", "fp16")), TORCH)
    )
    made = export(request, data, lambda share: None)
    (failure,) = made.failures
    assert (failure.stage, failure.message, failure.fatal) == ("export", "cannot make forward fp16", True)
    assert (failure.artifact, failure.runtime, failure.precision) == ("forward", "", "fp16")
    assert [graph.precision for graph in made.artifacts] == ["fp32"]
    found = evaluate(request, data, lambda share: None)
    assert found.failures == []
    assert {row.precision for row in (*found.parity, *found.metrics)} == {"fp32"}
    result = make.case("mlp", failures=made.failures)
    assert [use for use in USES[:2] if result.is_trusted("forward", *use)] == [("onnxruntime", "fp32")]


def test_calibration_that_fails_costs_what_is_calibrated(case, monkeypatch):
    request, data, _ = case
    monkeypatch.setattr("bench.stages.export.calibration_inputs", lambda data, seed: 1 / 0)
    made = export(replace(request, precisions=("fp32", "fp16", "int8-static")), data, lambda share: None)
    assert [(one.precision, one.fatal) for one in made.failures] == [("int8-static", True)]
    assert [graph.precision for graph in made.artifacts] == ["fp32", "fp16"]


def test_without_the_graph_at_fp32_there_is_no_case(case, monkeypatch):
    request, data, _ = case
    monkeypatch.setattr("bench.stages.export.onnx.checker.check_model", lambda graph: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(request, data, lambda share: None)


def test_what_has_nothing_to_quantise_is_left_out_and_nothing_has_failed(tmp_path, parts, make):
    mse = MetricInfo("mse", "stage_parts:mean_squared_error", "reconstruction")
    mean, data = ModelInfo("mean", "stage_parts:Mean", "reconstruction"), Digits()
    request = request_for(tmp_path, mean, {}, uses(mse))
    train(request, data, lambda share: None)
    made, found = export(request, data, lambda share: None), evaluate(request, data, lambda share: None)
    (reason,) = made.failures
    assert (reason.stage, reason.kind, reason.fatal) == ("export", "Unsuitable", False)
    assert (reason.artifact, reason.runtime, reason.precision) == ("forward", "", "int8-dynamic")
    assert found.failures == []
    there = ["fp32", "fp16", "int8-static"]
    assert [graph.precision for graph in made.artifacts] == there
    assert [row.precision for row in found.metrics if row.runtime == "onnxruntime"] == there
    result = make.case("mean", failures=made.failures)
    assert [p for p in PRECISIONS if result.is_trusted("forward", "onnxruntime", p)] == there


def test_pictures_are_drawn_of_the_first_graph_that_there_is(case):
    request, data, _ = case
    request.graph("forward").unlink()
    found = evaluate(replace(request, runtimes=(ONNX,)), data, lambda share: None)
    assert [picture.name for picture in found.pictures] == ["confusion-matrix"]


@pytest.fixture(scope="module")
def several(tmp_path_factory, parts):
    """A trained case whose artifacts are fed with each other's answers and with noise, exported and evaluated."""
    metrics = (
        MetricUse("mse", MetricInfo("mse", "stage_parts:mean_squared_error", "reconstruction")),
        MetricUse("plain", MetricInfo("gain", "stage_parts:gain", "reconstruction", form="function")),
        MetricUse("twice", MetricInfo("gain", "stage_parts:gain", "reconstruction", form="function"), {"factor": 2}),
        MetricUse("probe", MetricInfo("probe", "stage_parts:probe", ("embedding", "clustering"), form="function")),
    )
    noisy = ModelInfo("noisy", "stage_parts:Noisy", "reconstruction")
    request = request_for(tmp_path_factory.mktemp("several"), noisy, {"latent": 3}, metrics)
    data = Digits()
    train(request, data, lambda share: None)
    return request, export(request, data, lambda share: None).artifacts, evaluate(request, data, lambda share: None)


def test_every_artifact_is_exported_and_scored_at_every_precision(several):
    _, graphs, found = several
    assert found.failures == []
    names = ("decoder", "whole", "encoder")
    assert [(graph.name, graph.precision) for graph in graphs] == [(n, p) for n in names for p in PRECISIONS]
    assert {(row.artifact, row.output) for row in found.parity} == {
        ("decoder", "image"), ("whole", "image"), ("whole", "code"), ("encoder", "code")
    }  # fmt: skip
    assert {(row.name, row.artifact) for row in found.metrics} == {
        ("mse", "whole"), ("plain", "whole"), ("twice", "whole"), ("probe", "encoder")
    }  # fmt: skip
    assert len(found.metrics) == 4 * len(USES)


def test_a_metric_is_given_the_parameters_of_the_suite(several):
    values = {row.name: row.value for row in several[2].metrics if (row.runtime, row.precision) == USES[0]}
    assert values["plain"] == 1
    assert values["twice"] != 1


def test_a_reconstruction_is_held_against_its_input(several):
    mse = next(row.value for row in several[2].metrics if row.name == "mse")
    assert 0.05 < mse < 0.2  # of pixels in [0, 1]; against the classes it would be some 28


def test_a_metric_that_asks_for_a_graph_that_there_is_not_is_left_out(several, tmp_path):
    request = copied(several[0], tmp_path)
    request.graph("decoder", "int8-static").unlink()
    found = evaluate(request, Digits(), lambda share: None)
    assert {(one.metric, one.message, one.fatal) for one in found.failures} == {
        (name, "there is no decoder at int8-static", False) for name in ("plain", "twice")
    }
    missing = ("onnxruntime", "int8-static")
    assert missing not in {(row.runtime, row.precision) for row in found.metrics if row.name in ("plain", "twice")}
    assert {row.artifact for row in found.parity if (row.runtime, row.precision) == missing} == {"whole", "encoder"}
    assert len(found.metrics) == 4 * len(USES) - 2


def test_rows_for_the_timing_hold_every_input(several):
    request, _, _ = several
    rows = np.load(request.rows("whole"))
    assert {name: rows[name].shape for name in rows.files} == {
        "input_0": (32, 1, 8, 8), "input_1": (32, 3), "output_0": (32, 1, 8, 8), "output_1": (32, 3),
        "usual_0": (), "usual_1": (),
    }  # fmt: skip
    encoder = np.load(request.rows("encoder"))
    np.testing.assert_array_equal(np.load(request.rows("decoder"))["input_0"], encoder["output_0"])


def test_what_fits_itself_is_not_trained(tmp_path, parts):
    mse = MetricInfo("mse", "stage_parts:mean_squared_error", "reconstruction")
    request = request_for(tmp_path, ModelInfo("mean", "stage_parts:Mean", "reconstruction"), {}, uses(mse))
    request, data = replace(request, precisions=("fp32",), runtimes=(replace(ONNX, precisions=("fp32",)),)), Digits()
    trained = train(request, data, lambda share: None)
    assert (trained.epochs, trained.steps, trained.curves) == (0, 0, {})
    export(request, data, lambda share: None)
    (row,) = evaluate(request, data, lambda share: None).metrics
    mean = data.parts.train.inputs.mean(0)
    assert row.value == pytest.approx((data.parts.test.inputs - mean).square().mean().item(), rel=1e-5)


def test_a_runtime_that_is_unsuitable_for_an_artifact_costs_its_rows_and_nothing_has_failed(case, make, parts):
    request, data, _ = case
    picky = RuntimeUse("picky", RuntimeInfo("picky", "stage_parts:Picky"), precisions=("fp32",))
    found = evaluate(replace(request, runtimes=(ONNX, picky)), data, lambda share: None)
    (told,) = found.failures
    assert (told.fatal, told.runtime, told.message) == (False, "picky", "not for me")
    result = make.case("mlp", **vars(found))
    assert result.is_trusted("forward", "onnxruntime", "fp32")
    assert not result.is_trusted("forward", "picky", "fp32")


@pytest.fixture(scope="module")
def of_sequences(tmp_path_factory, parts):
    """An untrained case whose images may have any number of rows, exported: `of_sequences(kind, params, **request)`."""

    def make(kind="OverTime", params=None, **changes):
        model = ModelInfo("over-time", f"stage_parts:{kind}", task="classification")
        request = request_for(tmp_path_factory.mktemp("sequences"), model, params or {}, uses(ACCURACY))
        request, data = replace(request, batch_sizes=(1, 2), **changes), Digits()
        torch.manual_seed(0)
        built = build_model(model, request.params, data.spec)
        save_checkpoint(built, model, request.params, data.spec, request.checkpoint)
        return request, data, export(request, data, lambda share: None)

    return make


@pytest.fixture(scope="module")
def over_time(of_sequences):
    """Such a case of several artifacts at every precision."""
    return of_sequences("OverTimeInParts", lengths=(8, 3, 20))


EXACT = {"precisions": ("fp32",), "runtimes": (replace(ONNX, precisions=("fp32",)),)}


def test_every_graph_is_held_against_the_torch_model_at_every_length(over_time):
    request, data, made = over_time
    found = evaluate(request, data, lambda share: None)
    assert [one for one in made.failures if one.fatal] == found.failures == []
    used = [(graph.name, "onnxruntime", graph.precision) for graph in made.artifacts]
    used += [(graph.name, "torch", "fp32") for graph in made.artifacts if graph.precision == "fp32"]
    held = {(row.artifact, row.runtime, row.precision, row.length) for row in found.parity}
    assert held == {(*use, length) for use in used for length in (8, 3, 20)}
    assert {use[0] for use in used} == {"decoder", "encoder", "forward"}
    assert {use[2] for use in used} == set(PRECISIONS)
    assert all(row.excess <= 1 for row in found.parity)
    assert len(found.metrics) == sum(name == "forward" for name, _, _ in used)  # at the usual length alone


def test_every_graph_leaves_its_sequence_axes_open_and_has_its_arithmetic_counted(over_time):
    request, _, made = over_time
    for graph in made.artifacts:
        for one, spec in zip(onnx.load(Path(request.folder, graph.path)).graph.input, graph.inputs, strict=True):
            axes = {0} if spec.sequence is None else {0, 1 + spec.sequence}
            assert {n for n, axis in enumerate(one.type.tensor_type.shape.dim) if axis.dim_param} == axes
        assert list(graph.macs_at) == [8, 3, 20]
        assert graph.macs_at[8] == graph.macs
    encoder = next(graph for graph in made.artifacts if graph.name == "encoder")
    assert encoder.macs_at[20] > 2 * encoder.macs > 2 * encoder.macs_at[3] > 0


@pytest.mark.parametrize(("lengths", "expected"), [((8, 3, 20), {8, 3, 20}), ((), {8, 4, 16}), ((8, 100_000), {8})])
def test_int8_is_calibrated_at_every_length_that_its_rows_suffice_for(over_time, lengths, expected):
    request, data, _ = over_time
    subject = Subject(*load_checkpoint(request.checkpoint), Source(data), request.seed)
    samples = _calibration(replace(request, lengths=lengths), data, subject)(subject.exports["decoder"])
    states, noise, image = zip(*samples, strict=True)
    assert {one.shape[1] for one in states} == {one.shape[2] for one in noise} == expected
    assert {one.shape[1:] for one in image} == {(1, 8, 8)}
    assert all(0 < len(one) <= CALIBRATION_SAMPLES for one in (*states, *noise, *image))


def test_rows_are_kept_of_each_length_that_is_timed(over_time):
    request, data, _ = over_time
    evaluate(replace(request, lengths=(8, 20), timed=("decoder",), **EXACT), data, lambda share: None)
    assert kept_rows(request, "decoder") == {
        **{f"{n}/input_0": (8, n, 6) for n in (8, 20)},
        **{f"{n}/input_1": (8, 6, n) for n in (8, 20)},
        **{f"{n}/input_2": (8, 1, 8, 8) for n in (8, 20)},
        **{f"{n}/output_0": (8, 6, n) for n in (8, 20)},
        "usual_0": (),
    }
    assert kept_rows(request, "encoder") == {"8/input_0": (8, 1, 8, 8), "8/output_0": (8, 8, 6), "usual_0": ()}


def test_the_few_rows_of_another_length_are_held_against_the_outputs_of_the_whole_test_set(over_time, monkeypatch):
    request, data, _ = over_time
    held = {}

    def parity(execution, artifact, expected, got, usual, length):
        held[length] = len(expected["output"]), usual["output"]
        return []

    monkeypatch.setattr("bench.stages.evaluate.parity", parity)
    evaluate(replace(request, lengths=(8, 20), **EXACT), data, lambda share: None)
    usual = float(np.load(request.rows("forward"))["usual_0"])
    assert held == {8: (360, usual), 20: (8, usual)}
    assert usual > 0


def kept_rows(request, artifact):
    """The shapes of what is kept for the timing."""
    rows = np.load(request.rows(artifact))
    return {name: rows[name].shape for name in rows.files}


def test_too_few_rows_for_a_length_are_told_with_how_many_would_do(over_time):
    request, data, _ = over_time
    (failure,) = evaluate(
        replace(request, lengths=(2881,), timed=("forward",), **EXACT), data, lambda share: None
    ).failures
    assert failure.message == "360 rows with sequences of 8 are too few for one of 2881 (361 rows would do)"


@pytest.mark.parametrize(("lengths", "failing"), [((), 4), ((8,), 4), ((8, 20), 20)])
def test_a_graph_that_is_right_at_its_usual_length_alone_fails_its_case(lengths, failing, one_length, make):
    request, data, _ = one_length
    found = evaluate(replace(request, lengths=lengths), data, lambda share: None)
    (failure,) = found.failures
    assert failure.kind == "Disagreement"
    told = f"{AGREES_AT_EIGHT}{failing}: output of forward at fp32 under onnxruntime differs"
    assert failure.message.startswith(told)
    assert failure.message.endswith("(their usual length; what has a sequence axis has to answer at any)")
    assert trusted(make, found) == []


AGREES_AT_EIGHT = (
    "forward at fp32 under onnxruntime answers as the torch model does to sequences of 8 alone, and not to those of "
)


@pytest.fixture(scope="module")
def one_length(of_sequences):
    return of_sequences("OneLength", **EXACT)


def test_a_graph_that_cannot_be_called_with_another_length_is_told_so(of_sequences):
    request, data, _ = of_sequences("ByHand", **EXACT)
    (failure,) = evaluate(replace(request, metrics=()), data, lambda share: None).failures
    assert failure.message.startswith(f"{AGREES_AT_EIGHT}4: [ONNXRuntimeError]")


def test_a_torch_model_that_cannot_be_so_long_is_told_with_what_says_so(of_sequences, make):
    request, data, _ = of_sequences(params={"positions": 8}, **EXACT)
    found = evaluate(request, data, lambda share: None)
    (failure,) = found.failures
    assert failure.message.startswith("the torch model of forward fails on sequences of 16: ")
    assert found.metrics
    assert trusted(make, found) == []
    with pytest.raises(BenchError, match=r"forward fails on sequences of 20: .*\(`longest` of a TensorSpec says"):
        export(replace(request, lengths=(20,)), data, lambda share: None)


def test_what_says_how_long_it_may_be_is_held_at_no_more(of_sequences):
    request, data, _ = of_sequences(params={"positions": 12, "longest": 12}, **EXACT)
    found = evaluate(request, data, lambda share: None)
    assert found.failures == []
    assert {row.length for row in found.parity} == {8, 4, 12}
    assert set(kept_rows(request, "forward")) == {"8/input_0", "8/output_0", "usual_0"}
