"""What an artifact answered, in figures: its metrics, and how far it lies from the torch model."""

import math
import sys
from types import SimpleNamespace

import pytest
import torch

from bench.errors import BenchError
from bench.parity import Disagreement
from bench.records import PRECISIONS, DataSpec, Evaluation, MetricInfo, MetricUse, RuntimeInfo, RuntimeUse
from bench.stages.score import Execution, figure, parity, refuse_disagreement, score

RUNTIME = RuntimeUse("graph", RuntimeInfo("graph", "nowhere:Graph"), precisions=PRECISIONS)


def answers(*outputs: torch.Tensor) -> Evaluation:
    """What an artifact answered to two inputs."""
    inputs = torch.zeros(2, 1)
    return Evaluation(
        spec=DataSpec("classification", (1,)),
        artifact="forward",
        task="classification",
        inputs=inputs,
        targets=inputs,
        fed={"input": inputs},
        answers=dict(zip(("scores", "features"), outputs, strict=False)),
        seed=0,
        case=None,
    )


def metric(monkeypatch, value: float, **fields: object) -> MetricUse:
    """A metric that is a plain function."""
    monkeypatch.setitem(sys.modules, "a_metric_of_a_test", SimpleNamespace(metric=lambda evaluation: value))
    info = MetricInfo("any-figure", "a_metric_of_a_test:metric", "classification", form="function", **fields)
    return MetricUse("figure", info)


def scored(monkeypatch, value: float) -> float:
    return score(metric(monkeypatch, value), answers(torch.zeros(2, 1)))


def test_a_function_gives_the_figure(monkeypatch):
    assert scored(monkeypatch, 0.25) == 0.25


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_finite_number_is_an_error_and_no_figure(monkeypatch, value):
    with pytest.raises(BenchError, match=f"figure of forward is {value}"):
        scored(monkeypatch, value)


@pytest.mark.parametrize(
    ("precision", "value", "tolerance"),
    [("fp32", 0.905, 0.01), ("fp16", 0.95, 0.1), ("int8-dynamic", 0.81, 0.1), ("int8-static", 0.99, 0.1)],
)
def test_a_figure_within_its_tolerance_is_kept_with_what_it_was_held_against(monkeypatch, precision, value, tolerance):
    info = metric(monkeypatch, value, tolerance=0.01, lossy_tolerance=0.1, unit="nats")
    row = figure(info, Execution(RUNTIME, precision), 0.9, answers(torch.zeros(2, 1)))
    assert (row.value, row.reference, row.tolerance) == (value, 0.9, tolerance)
    assert (row.artifact, row.runtime, row.precision, row.unit) == ("forward", "graph", precision, "nats")


@pytest.mark.parametrize(
    ("precision", "value", "tolerance"), [("fp32", 0.92, "0.01"), ("fp16", 1.01, "0.1"), ("int8-static", 0.79, "0.1")]
)
def test_a_figure_beyond_its_tolerance_is_refused(monkeypatch, precision, value, tolerance):
    info = metric(monkeypatch, value, tolerance=0.01, lossy_tolerance=0.1)
    with pytest.raises(Disagreement) as told:
        figure(info, Execution(RUNTIME, precision), 0.9, answers(torch.zeros(2, 1)))
    assert told.value.message == f"figure of forward at {precision} under graph is {value}, of the torch model 0.9"
    assert told.value.hint.startswith(f"the tolerance is {tolerance};")


def test_a_metric_without_a_lossy_tolerance_is_told_and_not_judged_there(monkeypatch):
    info = metric(monkeypatch, 0.1)
    row = figure(info, Execution(RUNTIME, "int8-static"), 0.9, answers(torch.zeros(2, 1)))
    assert (row.value, row.reference, row.tolerance) == (0.1, 0.9, None)
    with pytest.raises(Disagreement):
        figure(info, Execution(RUNTIME, "fp32"), 0.9, answers(torch.zeros(2, 1)))


def test_every_output_is_held_against_the_bound_of_the_precision():
    reference, got = answers(torch.ones(2, 1), torch.ones(2, 3)), answers(torch.ones(2, 1), 1.1 * torch.ones(2, 3))
    rows = parity(Execution(RUNTIME, "int8-static"), "forward", reference.answers, got.answers)
    assert [(row.output, row.precision, round(row.relative_error, 6)) for row in rows] == [
        ("scores", "int8-static", 0.0),
        ("features", "int8-static", 0.1),
    ]
    refuse_disagreement(rows)
    with pytest.raises(
        Disagreement, match=r"^features of forward at fp16 under graph differs .* by up to 0\.1, .*0\.01 x"
    ):
        refuse_disagreement(parity(Execution(RUNTIME, "fp16"), "forward", reference.answers, got.answers))


def test_an_overflow_is_told_with_where_it_was():
    broken = answers(torch.full((2, 1), math.inf))
    with pytest.raises(Disagreement, match=r"^scores of forward at fp16 under graph: outputs that are no numbers"):
        parity(Execution(RUNTIME, "fp16"), "forward", answers(torch.ones(2, 1)).answers, broken.answers)
