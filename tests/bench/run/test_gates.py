"""The bounds that a suite sets, held against the mean over the seeds."""

import math
from dataclasses import replace
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.records import SCENARIOS, DatasetInfo, ModelInfo
from bench.results import Failure, Latency
from bench.run.gates import judge
from bench.run.measuring import BOUND
from bench.suite.plan import Plan
from bench.suite.planned import PlannedCase
from bench.suite.schema import Gate, Suite, Train
from bench.suite.source import Source

SUITE = Suite.model_validate({"name": "t", "cases": [{"model": "tiny", "dataset": "points"}]})


def plan_with(gates: dict[str, Gate], models=("tiny",), seeds=(0,)) -> Plan:
    cases = [
        PlannedCase(
            id=f"{model}@points#{seed}",
            group=f"{model}@points",
            folder="",
            model=ModelInfo(model, "", ""),
            dataset=DatasetInfo("points", "", ""),
            params={},
            data_params={},
            train=Train.model_validate({}),
            seed=seed,
            gates=gates,
            origin=(),
        )
        for model in models
        for seed in seeds
    ]
    return Plan(SUITE, Source("suite.yaml", {}), cases, [], [])


def passed(gates: dict[str, Gate], cases: list) -> list[bool]:
    return [verdict.passed for verdict in judge(plan_with(gates), cases)]


def passed_with_seeds(gates: dict[str, Gate], cases: list) -> list[bool]:
    return [verdict.passed for verdict in judge(plan_with(gates, seeds=range(len(cases))), cases)]


@pytest.mark.parametrize(
    ("gate", "value", "passes"),
    [
        (Gate(min=0.9), 0.9, True),
        (Gate(min=0.9), 0.8999, False),
        (Gate(max=0.1), 0.1, True),
        (Gate(max=0.1), 0.1001, False),
        (Gate(min=0.1, max=0.2), 0.15, True),
        (Gate(min=0.1, max=0.2), 0.05, False),
        (Gate(min=0.1, max=0.2), 0.25, False),
        (Gate(min=0.1), math.nan, False),
        (Gate(max=0.1), math.nan, False),
    ],
)
def test_a_bound_includes_itself(make, gate, value, passes):
    assert passed({"accuracy": gate}, [make.case(metrics=[make.metric(value=value)])]) == [passes]


def test_a_gate_that_only_says_how_much_worse_is_left_to_a_comparison(make):
    gates = {"accuracy": Gate(max_regression="5%"), "bytes": Gate(max_regression="0%")}
    assert judge(plan_with(gates), [make.case()]) == []


def test_one_that_says_both_is_judged_by_its_bound(make):
    gate = Gate(min=0.95, max_regression="50%")
    (verdict,) = judge(plan_with({"accuracy": gate}), [make.case(metrics=[make.metric(value=0.9)])])
    assert (verdict.passed, verdict.bound) == (False, "at least 0.95")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.floats(0, 1))
def test_the_mean_over_the_seeds_counts(make, values, bound):
    cases = [make.case(seed=seed, metrics=[make.metric(value=value)]) for seed, value in enumerate(values)]
    (verdict,) = judge(plan_with({"accuracy": Gate(min=bound)}, seeds=range(len(values))), cases)
    assert verdict.value == fmean(values)
    assert verdict.passed == (fmean(values) >= bound)


def test_each_place_where_the_figure_was_taken_is_judged(make):
    metrics = [make.metric(runtime="graph", value=0.9), make.metric(runtime="eager", value=0.5)]
    verdicts = judge(plan_with({"accuracy": Gate(min=0.8)}), [make.case(metrics=metrics)])
    found = {verdict.where: verdict.passed for verdict in verdicts}
    assert found == {"forward graph fp32": True, "forward eager fp32": False}


def test_each_group_is_judged_by_itself(make):
    cases = [make.case(model, metrics=[make.metric(value=v)]) for model, v in (("tiny", 0.9), ("small", 0.5))]
    verdicts = judge(plan_with({"accuracy": Gate(min=0.8)}, models=("tiny", "small")), cases)
    assert {verdict.group: verdict.passed for verdict in verdicts} == {"tiny@points": True, "small@points": False}


def test_what_was_not_measured_does_not_pass(make):
    (verdict,) = judge(plan_with({"accuracy": Gate(min=0.0)}), [make.case(metrics=[])])
    assert (verdict.passed, verdict.value, verdict.where) == (False, None, "nothing was measured")


def test_a_percentile_without_enough_samples_does_not_pass(make):
    row = make.measurement(latency_s=Latency(1e-6, None, None))
    assert passed({"latency-p90": Gate(max=1.0)}, [make.case(measurements=[row])]) == [False]


@pytest.mark.parametrize(("name", "value"), [("latency-p50", 20e-6), ("latency-p90", 25e-6), ("throughput", 48_000.0)])
def test_timings_are_judged_at_every_batch_size(make, name, value):
    case = make.case(measurements=[make.measurement(batch_size=size) for size in (1, 32)])
    verdicts = judge(plan_with({name: Gate(max=1e9)}), [case])
    assert [(verdict.where, verdict.value) for verdict in verdicts] == [
        (f"forward graph fp32 batch {size}", value) for size in (1, 32)
    ]


def test_latencies_are_judged_at_every_length(make):
    rows = [make.measurement(length=length, latency_s=Latency(length * 1e-6, None, None)) for length in (16, 128)]
    cases = [make.case(seed=seed, measurements=rows) for seed in (0, 1)]
    verdicts = judge(plan_with({"latency-p50": Gate(max=1e-4)}, seeds=(0, 1)), cases)
    assert [(verdict.where, verdict.value, verdict.passed) for verdict in verdicts] == [
        ("forward graph fp32 batch 1 length 16", 16e-6, True),
        ("forward graph fp32 batch 1 length 128", 128e-6, False),
    ]


@pytest.mark.parametrize("name", ["latency-p50", "latency-p90", "latency-p99"])
def test_latencies_are_those_of_one_query_after_the_other(make, name):
    latency = Latency(1e-6, 1e-6, 1e-6)
    rows = [make.measurement(scenario=scenario, latency_s=latency) for scenario in SCENARIOS]
    verdict, *_ = judge(plan_with({name: Gate(max=1.0)}), [make.case(measurements=rows)])
    assert (verdict.where, verdict.value) == ("forward graph fp32 batch 1", 1e-6)


def test_throughput_is_judged_where_the_machine_sets_the_pace(make):
    rows = [make.measurement(scenario=scenario, batch_size=8) for scenario in SCENARIOS]
    verdicts = judge(plan_with({"throughput": Gate(min=1.0)}), [make.case(measurements=rows)])
    wheres = [verdict.where for verdict in verdicts if verdict.metric == "throughput"]
    assert wheres == ["forward graph fp32 batch 8", "forward graph fp32 offline"]


def test_offline_may_have_another_batch_size_with_each_seed(make):
    cases = [
        make.case(seed=seed, measurements=[make.measurement(scenario="offline", batch_size=size)])
        for seed, size in enumerate((64, 256))
    ]
    assert passed_with_seeds({"throughput": Gate(min=1.0)}, cases) == [True]


def test_each_precision_is_judged_and_no_other_instrument(make):
    rows = [make.measurement(precision="fp32"), make.measurement(precision="int8-static")]
    case = make.case(measurements=[*rows, make.measurement(instrument="loadgen")])
    verdicts = judge(plan_with({"latency-p50": Gate(max=1.0)}), [case])
    assert [v.where for v in verdicts] == ["forward graph fp32 batch 1", "forward graph int8-static batch 1"]


def test_a_gate_does_not_pass_on_some_of_the_seeds(make):
    good = make.case(seed=0, metrics=[make.metric(value=0.95)])
    failed = make.case(seed=1, status="failed", metrics=[make.metric(value=0.99)])
    (verdict,) = judge(plan_with({"accuracy": Gate(min=0.9)}, seeds=(0, 1)), [good, failed])
    assert not verdict.passed
    assert verdict.value == 0.95
    assert "1 of 2 seeds" in verdict.where


def test_a_gate_does_not_pass_on_cases_that_failed_and_tells_their_figures(make):
    failed = make.case(seed=0, status="failed", metrics=[make.metric(value=0.95)])
    (verdict,) = judge(plan_with({"accuracy": Gate(min=0.9)}), [failed])
    assert (verdict.passed, verdict.value) == (False, 0.95)
    assert verdict.where.endswith("of cases that failed")
    (verdict,) = judge(plan_with({"accuracy": Gate(min=0.9)}), [make.case(seed=0, status="failed", metrics=[])])
    assert (verdict.passed, verdict.value, verdict.where) == (False, None, "nothing was measured")


def served(make, seed: int, *rates: tuple[float, bool, float], **changes):
    rows = [
        make.measurement(scenario="server", rate_per_s=rate, meets_bound=met, by_process=[make.process(p99_s=p99)] * 3)
        for rate, met, p99 in rates
    ]
    return make.case(seed=seed, measurements=rows, **changes)


def test_a_server_that_keeps_its_bound_at_some_rate_passes(make):
    case = served(make, 0, (100.0, True, 0.004), (200.0, False, 0.9))
    (verdict,) = judge(plan_with({}), [case])
    assert vars(verdict) == {
        "metric": "server-p99",
        "group": "tiny@points",
        "bound": "at most 0.015",
        "value": 0.004,
        "passed": True,
        "where": "forward graph fp32",
        "interval": None,
    }


def test_a_server_that_keeps_its_bound_at_no_rate_does_not_pass_silently(make):
    cases = [served(make, 0, (100.0, True, 0.004)), served(make, 1, (100.0, False, 0.016), (200.0, False, 0.9))]
    (verdict,) = judge(plan_with({}, seeds=(0, 1)), cases)
    assert (verdict.passed, verdict.value) == (False, pytest.approx(0.01))
    assert verdict.where == "forward graph fp32 at no rate with 1 of 2 seeds"


def test_a_server_that_was_refused_does_not_pass_and_costs_no_other(make):
    refused = Failure("measure", BOUND, "too slow", fatal=False, artifact="forward", runtime="slow", precision="fp16")
    case = served(make, 0, (100.0, True, 0.004), failures=[refused])
    verdicts = {verdict.where: verdict.passed for verdict in judge(plan_with({}), [case])}
    assert verdicts == {"forward slow fp16 at no rate": False, "forward graph fp32": True}
    assert case.status == "passed"


def test_a_server_keeps_its_bound_at_each_length_or_not(make):
    told = {"artifact": "forward", "runtime": "graph", "precision": "fp32", "length": 512}
    refused = Failure("measure", BOUND, "too slow", fatal=False, **told)
    case = served(make, 0, (100.0, True, 0.004), failures=[refused])
    case = replace(case, measurements=[replace(row, length=16) for row in case.measurements])
    verdicts = {verdict.where: verdict.passed for verdict in judge(plan_with({}), [case])}
    assert verdicts == {"forward graph fp32 length 512 at no rate": False, "forward graph fp32 length 16": True}


def test_who_serves_nothing_has_no_bound(make):
    assert judge(plan_with({}), [make.case()]) == []
