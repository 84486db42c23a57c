"""What figures are worth."""

import pytest

from bench.report.tables.trust import execution_table, loadgen_table, noisy_table, variance_table
from bench.results import Latency, Spread


def one_case(make, *measurements):
    return make.results(cases=[make.case(measurements=list(measurements))])


def test_variance_is_split_by_where_it_comes_from(make):
    def measured(*medians: float):
        return make.measurement(spread=Spread(0.05, 0.01), by_process=[make.process(p50_s=one) for one in medians])

    cases = [make.case(seed=0, measurements=[measured(1.0, 1.0)]), make.case(seed=1, measurements=[measured(3.0, 3.0)])]
    table = variance_table(make.results(cases=cases))
    assert table.rows[0][1:] == ("graph", "single-stream, batch 1", "200", "2", "5 %", "1 %", "71 %")


def test_one_seed_has_no_part_of_seeds(make):
    assert "seeds" not in variance_table(make.results()).headers


def test_a_noisy_row_gives_each_reason_once(make):
    told = [["it took 9.5% of 2 cores; wait 3 s", "it was hot"], ["it took 12.0% of 2 cores; wait 5 s"]]
    rows = [[make.measurement(noise=noise, batch_size=size) for size in (1, 8)] for noise in told]
    cases = [make.case(seed=seed, measurements=row) for seed, row in enumerate(rows)] + [make.case("small")]
    assert noisy_table(make.results(cases=cases)).rows == [
        (
            "tiny@points",
            "graph",
            "single-stream, batch 1, batch 8",
            "It took 12.0% of 2 cores; wait 5 s. It was hot.",
        )
    ]


@pytest.mark.parametrize(
    ("scenario", "theirs", "expected"),
    [
        ("single-stream", {"latency_s": Latency(22e-6, 30e-6, None)}, ("p90", "25 µs", "30 µs", "1.20")),
        ("single-stream", {"latency_s": Latency(22e-6, None, None)}, ("p50", "20 µs", "22 µs", "1.10")),
        ("multi-stream", {"latency_s": Latency(22e-6, 30e-6, 40e-6)}, ("p90", "25 µs", "30 µs", "1.20")),
        ("offline", {"throughput_per_s": 24_000.0, "batch_size": 64}, ("samples/s", "48,000", "24,000", "0.50")),
    ],
)
def test_loadgen_is_beside_ours_by_what_both_can_state(make, scenario, theirs, expected):
    rows = [make.measurement(scenario=scenario), make.measurement(scenario=scenario, instrument="loadgen", **theirs)]
    assert [row[3:7] for row in loadgen_table(one_case(make, *rows)).rows] == [expected]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([{"details": {"valid": True}}] * 2, "valid"),
        ([{"details": {"valid": True}}, {"details": {"valid": False}}], "INVALID"),
        ([{"details": {"valid": False}, "noise": ["LoadGen calls its test invalid: too few"]}], "! INVALID"),
        ([{"details": {"valid": True}, "noise": ["it was busy"]}], "! valid"),
        ([{}], "-"),
    ],
)
def test_loadgen_has_its_verdict_and_its_mark(make, changes, verdict):
    cases = [
        make.case(seed=seed, measurements=[make.measurement(), make.measurement(instrument="loadgen", **change)])
        for seed, change in enumerate(changes)
    ]
    assert loadgen_table(make.results(cases=cases)).cells("verdict") == [verdict]


def test_below_the_table_stands_what_loadgen_costs_itself(make):
    def measured(scenario: str, cost: float):
        details = {"valid": True, "own_cost_s": cost, "loadgen_version": "5.1"}
        return make.measurement(scenario=scenario, instrument="loadgen", details=details)

    table = loadgen_table(one_case(make, *map(measured, ("single-stream", "server"), (1.2e-6, 55e-6))))
    assert table.note.endswith(
        "LoadGen 5.1 costs itself, in each query or, in offline, call: 1.2 µs in single-stream, 55 µs in server."
    )


def test_noisy_rows_of_loadgen_are_told_and_a_server_by_its_rate(make):
    rows = [
        make.measurement(noise=["it was busy"]),
        make.measurement(noise=["it was hot"], instrument="loadgen"),
        make.measurement(scenario="server", rate_per_s=100.0, noise=["it was busy"]),
        make.measurement(scenario="server", rate_per_s=2000.0, noise=["it was busy"]),
        make.measurement(scenario="server", rate_per_s=3000.0),
    ]
    (row,) = noisy_table(one_case(make, *rows)).rows
    assert row[2:] == (
        "single-stream, batch 1, batch 1 (LoadGen); server, 100/s, 2,000/s",
        "It was busy. It was hot.",
    )


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(200.0, ("p99 at 200/s", "2 ms", "3 ms", "1.50")), (100.0, ("queries/s", "200", "100", "0.50"))],
)
def test_servers_are_compared_at_one_rate_or_by_their_highest(make, rate, expected):
    server = {"scenario": "server", "meets_bound": True}
    ours = make.measurement(rate_per_s=200.0, latency_s=Latency(1e-3, 1e-3, 2e-3), **server)
    theirs = make.measurement(rate_per_s=rate, latency_s=Latency(1e-3, 1e-3, 3e-3), instrument="loadgen", **server)
    assert [row[3:7] for row in loadgen_table(one_case(make, ours, theirs)).rows] == [expected]


def test_loadgen_alone_has_no_ratio(make):
    table = loadgen_table(one_case(make, make.measurement(instrument="loadgen")))
    assert table.rows[0][4:7] == ("-", "20 µs", "-")


def test_execution_has_the_least_shares_and_the_best_of_the_roofline(make):
    rows = [
        make.measurement(batch_size=size, provider_share=nodes, provider_time_share=time, roofline=roofline)
        for size, nodes, time, roofline in ((1, 1.0, 0.99, 0.1), (32, 0.75, 0.9, 0.4))
    ]
    assert execution_table(one_case(make, *rows)).rows == [
        ("tiny@points", "graph", "CPUExecutionProvider", "75 %", "90 %", "40 %", "single-stream, batch 32")
    ]


@pytest.mark.parametrize(
    ("arithmetic", "says"), [({"f32": 7}, "f32"), ({"u8": 7, "f32": 4}, "u8 7, f32 4"), ({"f16": 7}, "f16; f32")]
)
def test_execution_says_in_which_types_nodes_compute_rather_than_what_the_graph_is_called(make, arithmetic, says):
    silent = {"provider_share": None, "provider_time_share": None, "precision": "fp16"}
    rows = [make.measurement(batch_size=1, details={"arithmetic": arithmetic}, **silent)]
    if ";" in says:
        rows.append(make.measurement(batch_size=8, details={"arithmetic": {"f32": 7}}, **silent))
    assert execution_table(one_case(make, *rows)).rows == [("tiny@points", "graph fp16", "CPUExecutionProvider", says)]


def test_without_a_roofline_the_note_says_how_to_have_one(make):
    notes = [execution_table(one_case(make, make.measurement(roofline=one))).note for one in (None, 0.5)]
    assert ["bench calibrate" in note for note in notes] == [True, False]


def test_a_runtime_that_cannot_tell_claims_nothing(make):
    row = make.measurement(provider_share=None, provider_time_share=None)
    assert execution_table(one_case(make, row)).rows == []
