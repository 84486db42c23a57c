"""What an artifact answered, in figures: its metrics, and how far it lies from the torch model."""

import math
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from bench.errors import BenchError
from bench.parity import Disagreement
from bench.records import DATA_UNIT, PRECISIONS, DataSpec, Evaluation, MetricInfo, MetricUse, RuntimeInfo, RuntimeUse
from bench.stages.score import Execution, figure, parity, refuse_disagreement, score, scores_of

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


@pytest.mark.parametrize(("reference", "allowed"), [(0.5, 0.01), (-0.5, 0.01), (2e6, 2e4), (-300.0, 3.0)])
def test_the_tolerance_of_a_figure_of_any_scale_is_a_share_of_it_above_1(monkeypatch, reference, allowed):
    def given(value):
        use = metric(monkeypatch, value, tolerance=0.01, relative=True)
        return figure(use, Execution(RUNTIME, "fp32"), reference, answers(torch.zeros(2, 1)))

    assert given(reference + 0.9 * allowed).tolerance == pytest.approx(allowed)
    with pytest.raises(Disagreement):
        given(reference + 1.1 * allowed)


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


@pytest.mark.parametrize(("unit", "told"), [(DATA_UNIT, "°C"), ("nats", "nats"), ("", "")])
def test_a_figure_has_the_unit_of_the_data_if_its_metric_says_so(monkeypatch, unit, told):
    warm = replace(answers(torch.zeros(2, 1)), spec=DataSpec("forecasting", (1,), unit="°C"))
    assert figure(metric(monkeypatch, 0.9, unit=unit), Execution(RUNTIME, "fp32"), 0.9, warm).unit == told


def test_a_figure_without_a_tolerance_is_told_and_not_judged(monkeypatch):
    info = metric(monkeypatch, 1000.0, tolerance=None)
    row = figure(info, Execution(RUNTIME, "fp32"), 0.9, answers(torch.zeros(2, 1)))
    assert (row.value, row.tolerance) == (1000.0, None)


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


NO_SIZES = {"scores": 0.0, "features": 0.0}


def test_every_output_is_held_against_the_bound_of_the_precision():
    reference, got = answers(torch.ones(2, 1), torch.ones(2, 3)), answers(torch.ones(2, 1), 1.1 * torch.ones(2, 3))
    rows = parity(Execution(RUNTIME, "int8-static"), "forward", reference.answers, got.answers, NO_SIZES)
    assert [(row.output, row.precision, round(row.relative_error, 6)) for row in rows] == [
        ("scores", "int8-static", 0.0),
        ("features", "int8-static", 0.1),
    ]
    refuse_disagreement(rows)
    with pytest.raises(
        Disagreement, match=r"^features of forward at fp16 under graph differs .* by up to 0\.1, .*0\.01 x"
    ):
        refuse_disagreement(parity(Execution(RUNTIME, "fp16"), "forward", reference.answers, got.answers, NO_SIZES))


def test_outputs_that_happen_to_be_small_are_held_against_how_large_such_outputs_are():
    reference, got = (answers(torch.full((2, 1), value)) for value in (0.1, 0.2))
    execution = Execution(RUNTIME, "int8-static")
    (row,) = parity(execution, "forward", reference.answers, got.answers, {"scores": 10.0}, 7)
    assert (row.length, round(row.relative_error, 6)) == (7, 0.01)


def test_an_overflow_is_told_with_where_it_was():
    broken = answers(torch.full((2, 1), math.inf))
    with pytest.raises(Disagreement, match=r"^scores of forward at fp16 under graph: outputs that are no numbers"):
        parity(Execution(RUNTIME, "fp16"), "forward", answers(torch.ones(2, 1)).answers, broken.answers, NO_SIZES)


def scores_given(monkeypatch, scores, value: float) -> np.ndarray:
    """What is kept of the scores that a metric of this value gives for two rows."""
    module = SimpleNamespace(scores=lambda evaluation, factor=1: factor * torch.as_tensor(scores))
    monkeypatch.setitem(sys.modules, "scores_of_a_test", module)
    use = metric(monkeypatch, value, scores="scores_of_a_test:scores")
    return scores_of(replace(use, params={"factor": 2}), answers(torch.zeros(2, 1)), value)


def test_scores_get_the_parameters_of_the_metric_and_are_kept_in_single_precision(monkeypatch):
    kept = scores_given(monkeypatch, torch.tensor([0.25, 0.5], dtype=torch.float64), 0.75)
    assert (kept.dtype, kept.tolist()) == (np.float32, [0.5, 1.0])


@pytest.mark.parametrize(
    ("scores", "value", "is_kept"),
    [([0.5, 0.5], 1.0009, True), ([0.5, 0.5], 1.0011, False), ([50.0, -50.0], 0.05, True), ([0.0, 0.0], 1e-9, False)],
)
def test_scores_are_refused_whose_mean_is_not_the_value(monkeypatch, scores, value, is_kept):
    if is_kept:
        assert len(scores_given(monkeypatch, scores, value)) == 2
        return
    with pytest.raises(BenchError, match=r"^the scores of figure of forward have the mean [01], and its value is "):
        scores_given(monkeypatch, scores, value)


@pytest.mark.parametrize("scores", [[0.5], [[0.5], [0.5]], 0.5, [0.5, math.nan], [math.inf, 0.5], []])
def test_scores_are_one_finite_number_a_row(monkeypatch, scores):
    with pytest.raises(BenchError, match=r"figure of forward are no 2 finite numbers, one for each row"):
        scores_given(monkeypatch, scores, 1.0)


@pytest.mark.parametrize("best", [None, 0.0, 1.0])
def test_a_figure_tells_the_best_that_there_is(monkeypatch, best):
    use = metric(monkeypatch, 0.9, best=best)
    assert figure(use, Execution(RUNTIME, "fp32"), 0.9, answers(torch.zeros(2, 1))).best == best
