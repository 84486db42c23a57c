"""The answer in short."""

import pytest

from bench.records import TensorSpec
from bench.report.highlights import highlights
from bench.results import Latency


def told(results) -> dict[str, tuple[str, str]]:
    return {highlight.title: (highlight.winner, highlight.figure) for highlight in highlights(results)}


@pytest.mark.parametrize(("higher", "winner"), [(True, "tiny@points"), (False, "small@points")])
def test_best_is_where_the_metric_says_that_better_is(make, higher, winner):
    cases = [
        make.case(model, metrics=[make.metric(value=value, higher_is_better=higher)])
        for model, value in (("tiny", 0.9), ("small", 0.8))
    ]
    assert told(make.results(cases=cases))["best accuracy"][0] == winner


def test_quality_is_what_most_groups_have_a_figure_of(make):
    angle, accuracy = (make.metric(name=name, value=value) for name, value in (("angle", 0.1), ("accuracy", 0.9)))
    cases = [
        make.case("linear", seed=0, metrics=[angle, accuracy]),
        make.case("linear", seed=1, metrics=[angle, accuracy]),
        make.case("deep", metrics=[accuracy]),
    ]
    assert "best accuracy" in told(make.results(cases=cases))
    assert "best angle" in told(make.results(cases=cases[:2]))


def test_fastest_is_judged_at_the_smallest_batch(make):
    rows = [make.measurement(batch_size=size, latency_s=Latency(size * 1e-5, None, None)) for size in (8, 2)]
    assert told(make.results(cases=[make.case(measurements=rows)]))["lowest latency, batch 2"] == (
        "tiny@points · graph",
        "20 µs",
    )


def test_highest_throughput_names_its_batch(make):
    rows = [make.measurement(batch_size=size, throughput_per_s=rate) for size, rate in ((1, 10.0), (32, 5000.0))]
    found = told(make.results(cases=[make.case(measurements=rows)]))
    assert found["highest throughput"] == ("tiny@points · graph, batch 32", "5,000/s")


def test_sequences_are_judged_at_the_length_nearest_to_the_usual(make):
    rows = [
        make.measurement(length=n, throughput_per_s=1e3 / n, latency_s=Latency(n * 1e-6, None, None), **load)
        for n in (4, 20)
        for load in ({}, {"scenario": "server", "rate_per_s": 1e3 / n, "meets_bound": True})
    ]
    artifact = make.artifact(inputs=[TensorSpec("steps", (16, 3), sequence=0)])
    suite = {"name": "t", "measure": {"runtimes": [{"name": "graph"}], "server": {"p99_s": 0.01}}}
    found = told(make.results(cases=[make.case(measurements=rows, artifacts=[artifact])], suite=suite))
    assert found["lowest latency, batch 1"] == ("tiny@points · graph, length 20", "20 µs")
    assert found["highest throughput"] == ("tiny@points · graph, batch 1, length 20", "50/s")
    assert found["highest rate with p99 within 10 ms"] == ("tiny@points · graph, length 20", "50/s")


def test_smallest_counts_every_artifact(make):
    several = make.case("small", artifacts=[make.artifact(bytes=size) for size in (100, 9000)])
    found = told(make.results(cases=[make.case(), several]))
    assert found["smallest graph"] == ("small@points", "100 B")


def test_what_failed_wins_nothing(make):
    failed = make.case("small", status="failed", metrics=[make.metric(value=1.0)], artifacts=[make.artifact(bytes=1)])
    winners = [winner for winner, _ in told(make.results(cases=[make.case(), failed])).values()]
    assert all(winner.startswith("tiny") for winner in winners)


def test_an_empty_run_has_none(make):
    assert highlights(make.results(cases=[])) == []


def test_what_was_measured_on_several_datasets_has_a_best_on_each(make):
    cases = [
        make.case(group=f"{name}@{dataset}", dataset=dataset, metrics=[make.metric(value=value)])
        for name, dataset, value in (("tiny", "easy", 0.99), ("small", "easy", 0.9), ("tiny", "hard", 0.5))
    ]
    best = {title: winner for title, (winner, _) in told(make.results(cases=cases)).items() if "best" in title}
    assert best == {"best accuracy on easy": "tiny@easy", "best accuracy on hard": "tiny@hard"}


def test_of_many_datasets_three_are_told(make):
    cases = [make.case(group=f"tiny@{n}", dataset=str(n)) for n in range(5)]
    assert sum("best" in title for title in told(make.results(cases=cases))) == 3


def test_a_winner_says_what_is_unusual_and_whether_it_is_noisy(make):
    row = make.measurement(precision="int8-static", latency_s=Latency(1e-6, None, None), noise=["It was busy."])
    found = told(make.results(cases=[make.case(measurements=[make.measurement(), row])]))
    assert found["lowest latency, batch 1"] == ("tiny@points · graph int8-static, noisy", "1 µs")


def test_only_the_machine_sets_the_pace_of_the_highest_throughput(make):
    rows = [
        make.measurement(scenario=scenario, throughput_per_s=rate)
        for scenario, rate in (("single-stream", 10.0), ("offline", 20.0), ("server", 30.0), ("multi-stream", 40.0))
    ]
    rows.append(make.measurement(instrument="loadgen", throughput_per_s=50.0, latency_s=Latency(1e-9, None, None)))
    found = told(make.results(cases=[make.case(measurements=rows)]))
    assert found["highest throughput"] == ("tiny@points · graph, offline", "20/s")
    assert found["lowest latency, batch 1"][1] == "20 µs"


def test_the_best_is_found_over_precisions_and_says_which(make):
    metrics = [make.metric(value=value, precision=precision) for precision, value in (("fp32", 0.8), ("fp16", 0.9))]
    found = told(make.results(cases=[make.case(metrics=metrics)]))
    assert found["best accuracy"] == ("tiny@points · fp16", "0.9")


def test_of_equals_the_first_precision_is_the_best(make):
    metrics = [make.metric(precision=precision) for precision in ("fp32", "fp16")]
    assert told(make.results(cases=[make.case(metrics=metrics)]))["best accuracy"] == ("tiny@points", "0.9")


@pytest.mark.parametrize(("met", "expected"), [((True, True), ("tiny@points · graph", "150/s")), ((True, False), None)])
def test_a_server_counts_if_it_kept_its_bound_with_every_seed(make, met, expected):
    cases = [
        make.case(
            seed=n, measurements=[make.measurement(scenario="server", rate_per_s=100.0 + 100 * n, meets_bound=ok)]
        )
        for n, ok in enumerate(met)
    ]
    suite = {"name": "t", "measure": {"runtimes": [{"name": "graph"}], "server": {"p99_s": 0.015}}}
    found = told(make.results(cases=cases, suite=suite))
    assert found.get("highest rate with p99 within 15 ms") == expected
