"""Figures by their names and places."""

import pytest

from bench.compare.observed import OPERATORS, observed
from bench.store.figures import Figure, figures_of, place_of


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({}, "forward graph fp32 cpu threads=1 single-stream batch=1"),
        ({"scenario": "offline", "batch_size": 64}, "forward graph fp32 cpu threads=1 offline"),
        ({"length": 128}, "forward graph fp32 cpu threads=1 single-stream batch=1 length=128"),
        ({"instrument": "loadgen"}, "forward graph fp32 cpu threads=1 single-stream batch=1 loadgen"),
        ({"scenario": "server", "rate_per_s": 100.0}, "forward graph fp32 cpu threads=1 server batch=1 rate=100"),
    ],
)
def test_a_place_says_all_that_was_asked_for(make, changes, place):
    assert place_of(make.measurement(**changes)) == place


def test_without_its_rates_a_server_is_one_place(make):
    rows = [make.measurement(scenario="server", rate_per_s=rate) for rate in (100.0, 200.0)]
    assert len({place_of(row) for row in rows}) == 2
    assert {place_of(row, with_rate=False) for row in rows} == {"forward graph fp32 cpu threads=1 server batch=1"}


@pytest.fixture
def case(make):
    """A case that was timed alone and as a server, at two rates by three processes."""

    def rows(keep, peak, **load):
        told = zip(keep, (peak, peak + 10, peak + 90), strict=True)
        return make.measurement(
            **load,
            by_process=[
                make.process(turn=turn, meets_bound=kept, peak_memory_bytes=held, p90_s=1e-3, throughput_per_s=9.0)
                for turn, (kept, held) in enumerate(told)
            ],
        )

    alone = rows((None,) * 3, 100)
    slow, fast = (rows(kept, 200, scenario="server", rate_per_s=rate) for rate, kept in RATES.items())
    return make.case(artifacts=[make.artifact(operators={"Gemm": 1})], measurements=[alone, slow, fast])


RATES = {100.0: (True, True, True), 200.0: (False, True, False)}


def test_processes_tell_their_memory_and_the_rates_that_they_kept(make, case):
    found = [one for one in figures_of(make.results(cases=[case])) if one.name in {"memory", "highest-rate"}]
    graph = "forward graph fp32 cpu threads=1"
    assert found == [
        Figure("memory", case.id, graph, 210.0, "B", False),
        Figure("highest-rate", case.id, f"{graph} server batch=1", 100.0, "/s", True),
    ]


def test_a_servers_latencies_at_rates_of_this_run_alone_are_no_figures_to_follow(make, case):
    assert not [one for one in figures_of(make.results(cases=[case])) if "rate=" in one.place]


def test_what_a_comparison_has_the_history_has_too(make, case, tmp_path):
    """But which operators a graph has: they are no number."""
    results = make.results(cases=[case])
    ours = {(one.name, one.place): (one.unit, one.higher_is_better) for one in figures_of(results)}
    theirs = {(key.name, key.place): one.nature for key, one in observed(results, tmp_path).items()}
    timed = {key: (one.unit, one.higher_is_better) for key, one in theirs.items() if one.kind == "timing"}
    assert len(timed) == 5
    assert timed.items() <= ours.items()
    assert {name for name, _ in theirs.keys() - ours.keys()} == {OPERATORS}
