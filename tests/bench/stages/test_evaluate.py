"""Evaluation in this process: what a graph at each precision costs when it disagrees."""

from dataclasses import replace

import pytest
import torch

from bench.records import PRECISIONS, DatasetInfo, MetricInfo, ModelInfo, RuntimeInfo, RuntimeUse
from bench.stages.build import build_model, save_checkpoint
from bench.stages.evaluate import evaluate
from bench.stages.export import export
from bench.stages.request import CaseRequest
from bench_datasets.digits import Digits

MODEL = ModelInfo("mlp", "bench_models.classifiers.mlp:MLP", task="classification")
ONNX = RuntimeUse("onnxruntime", RuntimeInfo("onnxruntime", "bench_runtimes.onnx:OnnxRuntime"), precisions=PRECISIONS)
TORCH = RuntimeUse("torch", RuntimeInfo("torch", "bench_runtimes.torch:TorchRuntime"), precisions=("fp32",))
ACCURACY = MetricInfo(
    "accuracy", "bench_metrics.classification.scores:accuracy", "classification", lossy_tolerance=0.05
)
PICTURE = MetricInfo(
    "confusion-matrix", "bench_metrics.classification.pictures:confusion_matrix", "classification", form="picture"
)


@pytest.fixture
def case(tmp_path):
    """A case that is trained (not at all) and exported at every precision: its request, data and graphs."""
    request = CaseRequest(
        id="mlp@digits#0",
        folder=str(tmp_path),
        name="mlp@digits-0",
        model=MODEL,
        dataset=DatasetInfo("digits", "bench_datasets.digits:Digits", "classification"),
        params={"hidden": [32]},
        data_params={},
        train={},
        seed=0,
        metrics=(ACCURACY, PICTURE),
        metrics_named=True,
        runtimes=(ONNX, TORCH),
        precisions=PRECISIONS,
        device="cpu",
        train_threads=1,
        timed_threads=1,
        batch_sizes=(1, 8),
        owners={},
    )
    data = Digits()
    torch.manual_seed(0)
    model = build_model(MODEL, request.params, data.spec)
    save_checkpoint(model, MODEL, request.params, data.spec, request.checkpoint)
    return request, data, export(request, data, lambda share: None)


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


def test_pictures_are_drawn_once_where_fp32_is_not_asked_for(case):
    request, data, _ = case
    request = replace(request, precisions=PRECISIONS[2:], runtimes=(replace(ONNX, precisions=PRECISIONS[2:]),))
    found = evaluate(request, data, lambda share: None)
    assert [picture.name for picture in found.pictures] == ["confusion-matrix"]


def test_a_lossy_precision_that_disagrees_costs_its_own_rows(case, make):
    request, data, _ = case
    request.graph("forward", "int8-static").write_bytes(request.graph("forward", "fp16").read_bytes()[:-100])
    strict = replace(
        ACCURACY, name="cross-entropy", target=f"{SCORES}:CrossEntropy", lossy_tolerance=0.0
    )
    found = evaluate(replace(request, metrics=(ACCURACY, strict)), data, lambda share: None)
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
