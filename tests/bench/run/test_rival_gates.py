"""Ratios to a rival, held against the bounds that a suite sets."""

from dataclasses import replace

import pytest

from bench.records import DatasetInfo, ModelInfo
from bench.report.charts.quality import fronts
from bench.report.tables.rivals import quality_rival_table
from bench.results import Latency
from bench.run.gates import judge
from bench.suite.plan import Plan
from bench.suite.planned import PlannedCase
from bench.suite.schema import Gate, Suite, Train
from bench.suite.source import Source

SUITE = Suite.model_validate({"name": "t", "cases": [{"model": "par", "dataset": "points"}]})


def plan_with(gates: dict[str, Gate], seeds) -> Plan:
    cases = [
        PlannedCase(
            id=f"{name}@points#{seed}",
            group=f"{name}@points",
            folder="",
            model=ModelInfo(name, "", ""),
            dataset=DatasetInfo("points", "", ""),
            params={},
            data_params={},
            train=Train.model_validate({}),
            seed=seed,
            gates=gates if name == "par" else {},
            origin=(),
            against="full@points" if name == "par" else "",
        )
        for name in ("par", "full")
        for seed in seeds
    ]
    return Plan(SUITE, Source("suite.yaml", {}), cases, [], [])


@pytest.fixture
def judged(make):
    """The verdicts on two cases: `judged(gates, change)`; `change` gives each case as it is to be.

    A query of `par` takes 2 and 0.5 times what one of `full` takes, at lengths 8 and 64, and its loss is 1.01 times as
    much.
    """

    def case(name: str, seed: int):
        took = {8: 2e-3, 64: 5e-3} if name == "par" else {8: 1e-3, 64: 1e-2}
        rows = [
            make.measurement(
                length=length,
                latency_s=Latency(s, None, None),
                by_process=[make.process(turn=turn, p50_s=s) for turn in range(3)],
            )
            for length, s in took.items()
        ]
        loss = make.metric(name="loss", value=2.02 if name == "par" else 2.0, higher_is_better=False)
        against = "full@points" if name == "par" else ""
        return make.case(name, seed=seed, measurements=rows, metrics=[loss], against=against)

    def call(gates, change=lambda case: case, seeds=(0, 1)):
        cases = [change(case(name, seed)) for name in ("par", "full") for seed in seeds]
        return judge(plan_with(gates, seeds), [one for one in cases if one is not None])

    return call


def test_a_latency_is_judged_at_the_length_that_is_bounded(judged):
    (verdict,) = judged({"latency-ratio": Gate(max=0.65, length=64)})
    assert (verdict.metric, verdict.group) == ("latency-ratio", "par@points")
    assert verdict.bound == "at most 0.65 of full@points at length 64"
    assert (verdict.value, verdict.passed) == (pytest.approx(0.5), True)
    assert verdict.interval == pytest.approx((0.5, 0.5))
    assert verdict.where == "forward graph fp32 batch 1 length 64"


def test_without_a_length_it_is_judged_at_each(judged):
    found = {verdict.where[-2:].strip(): verdict.passed for verdict in judged({"latency-ratio": Gate(max=0.65)})}
    assert found == {"8": False, "64": True}


@pytest.mark.parametrize(("bound", "passes"), [(1.02, True), (1.005, False)])
def test_quality_is_judged_by_the_metric_that_leads(judged, bound, passes):
    (verdict,) = judged({"quality-ratio": Gate(max=bound)})
    assert (verdict.value, verdict.passed) == (pytest.approx(1.01), passes)
    assert verdict.where == "forward graph fp32"
    assert verdict.bound.endswith(" of full@points in loss")


@pytest.mark.parametrize("status", ["passed", "failed"])
def test_a_gate_and_the_reports_choose_the_same_metric_whoever_has_failed(make, status):
    metrics = [make.metric(name=name, value=2.0, higher_is_better=False) for name in ("loss", "error")]
    cases = [make.case(name, metrics=metrics, against="full@points" * (name == "par")) for name in ("par", "full")]
    cases += [make.case(name, metrics=metrics[1:], status=status) for name in ("a", "b", "c")]
    (verdict,) = judge(plan_with({"quality-ratio": Gate(max=9.0)}, (0,)), cases)
    ((*_, metric, _, _, _, _, _),) = quality_rival_table(make.results(cases=cases)).rows
    chart = fronts(make.results(cases=cases))[0]
    expected = "loss" if status == "failed" else "error"
    assert verdict.bound.endswith(f" in {expected}")
    assert metric == f"{expected} ↓"
    assert chart.title == f"{expected} against latency"


@pytest.mark.parametrize("name", ["latency-ratio", "quality-ratio"])
@pytest.mark.parametrize("broken", ["par@points#1", "full@points#1"])
def test_a_ratio_does_not_pass_on_some_of_the_seeds(judged, name, broken):
    verdicts = judged({name: Gate(max=9.0)}, lambda case: replace(case, status="failed") if case.id == broken else case)
    assert verdicts
    assert not any(verdict.passed for verdict in verdicts)
    assert all("1 of 2 seeds" in verdict.where for verdict in verdicts)


@pytest.mark.parametrize("name", ["latency-ratio", "quality-ratio"])
def test_without_figures_of_both_a_ratio_does_not_pass(judged, name):
    failed = judged(
        {name: Gate(max=9.0)}, lambda case: replace(case, status="failed") if case.model == "full" else case
    )
    assert [(verdict.passed, verdict.value, verdict.where) for verdict in failed] == [
        (False, None, "nothing was measured of both")
    ]


def test_figures_that_are_not_above_0_have_no_ratio_to_pass(judged, make):
    zero = make.metric(name="loss", value=0.0, higher_is_better=False)
    (verdict,) = judged({"quality-ratio": Gate(max=9.0)}, lambda case: replace(case, metrics=[zero]))
    assert (verdict.passed, verdict.value) == (False, None)
    assert "not above 0" in verdict.where


def test_other_timings_are_judged_at_the_length_that_is_bounded(judged):
    (verdict,) = judged({"latency-p50": Gate(max=0.003, length=8)})
    assert (verdict.bound, verdict.passed) == ("at most 0.003 at length 8", True)
    assert verdict.where == "forward graph fp32 batch 1 length 8"
