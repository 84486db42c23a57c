"""Results become tables of text that a reader understands."""

import re
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.view import (
    Table,
    failure_table,
    number,
    percent,
    quality_table,
    seconds,
    size_of,
    size_table,
    speed_table,
    spread,
    tables,
    verdict_table,
)
from bench.results import Failure, GateResult, Latency


def cells(table: Table, header: str) -> list[str]:
    column = next(n for n, name in enumerate(table.headers) if name.startswith(header))
    return [row[column] for row in table.rows]


def test_every_row_has_a_cell_for_every_header(make):
    failed = make.case("small", status="failed", failures=[Failure("train", "ValueError", "it broke")])
    found = tables(make.results(cases=[make.case(), make.case(seed=1), failed]))
    titles = ["Verdicts", "Failures", "Quality", "Speed", "Size", "Training", "Parity", "Lineage"]
    assert [table.title for table in found] == titles
    assert all(len(row) == len(table.headers) == len(table.numeric) for table in found for row in table.rows)


def test_a_run_without_cases_has_no_tables(make):
    assert tables(make.results(cases=[])) == []


def test_a_case_that_failed_at_once_leaves_only_verdict_and_failure(make):
    failure = Failure("train", "ValueError", "it broke", "plugin")
    empty = {"training": None, "data": None, "artifacts": [], "parity": [], "metrics": [], "measurements": []}
    case = make.case(status="failed", error=failure, failures=[failure], stages={}, **empty)
    found = tables(make.results(cases=[case]))
    assert [table.title for table in found] == ["Verdicts", "Failures"]


def test_a_group_passes_if_all_its_cases_do(make):
    cases = [make.case(), make.case("small"), make.case("small", seed=1, status="failed")]
    table = verdict_table(make.results(cases=cases))
    assert table.rows == [
        ("passed", "tiny@points", "1 of 1 cases ran", ""),
        ("FAILED", "small@points", "1 of 2 cases ran", ""),
    ]


def test_a_missed_gate_says_where(make):
    gates = [
        GateResult("accuracy", "tiny@points", "at least 0.9", 0.95, True, "forward graph fp32"),
        GateResult("accuracy", "tiny@points", "at least 0.9", 0.8, False, "forward eager fp32"),
    ]
    assert verdict_table(make.results(gates=gates)).rows[1] == (
        "MISSED",
        "tiny@points",
        "accuracy at least 0.9 (forward eager fp32)",
        "0.8",
    )


def test_a_gate_that_passed_everywhere_is_one_row(make):
    found = {"a": 0.9, "b": 0.8}
    gates = [GateResult("accuracy", "tiny@points", "at least 0.5", found[where], True, where) for where in found]
    assert verdict_table(make.results(gates=gates)).rows[1:] == [
        ("passed", "tiny@points", "accuracy at least 0.5", "0.9, 0.8")
    ]


def test_a_gate_that_found_nothing_has_no_value(make):
    gates = [GateResult("accuracy", "tiny@points", "at least 0.5", None, False, "nothing was measured")]
    assert verdict_table(make.results(gates=gates)).rows[1][2:] == (
        "accuracy at least 0.5 (nothing was measured)",
        "",
    )


def test_a_failure_says_what_happened_in_whose_code_and_where_its_log_is(make):
    case = make.case(failures=[Failure("export", "ValueError", "no such operator", "their-plugin")])
    assert failure_table(make.results(cases=[case])).rows == [
        ("tiny@points#0", "export", "their-plugin", "ValueError: no such operator", "logs/tiny@points-0.log")
    ]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_quality_is_the_mean_and_deviation_over_the_seeds(make, values):
    cases = [make.case(seed=seed, metrics=[make.metric(value=value)]) for seed, value in enumerate(values)]
    table = quality_table(make.results(cases=cases))
    mean, deviation = (float(part) for part in cells(table, "accuracy")[0].split(" ± "))
    assert mean == pytest.approx(fmean(values), rel=1e-3)
    assert deviation == pytest.approx(stdev(values), rel=0.06)
    assert cells(table, "seeds") == [str(len(values))]


def test_quality_is_that_of_the_first_runtime(make):
    metrics = [make.metric(value=0.9), make.metric(value=0.1, runtime="eager")]
    assert cells(quality_table(make.results(cases=[make.case(metrics=metrics)])), "accuracy") == ["0.9"]


@pytest.mark.parametrize(("higher", "arrow"), [(True, " ↑"), (False, " ↓"), (None, "")])
def test_a_header_says_where_better_is_and_in_which_unit(make, higher, arrow):
    case = make.case(metrics=[make.metric(name="loss", unit="nats", higher_is_better=higher)])
    assert quality_table(make.results(cases=[case])).headers[-1] == f"loss{arrow} [nats]"


def test_each_artifact_has_rows_of_its_own(make):
    parts = ("encoder", "decoder")
    case = make.case(
        artifacts=[make.artifact(name=part) for part in parts],
        metrics=[make.metric(artifact=part) for part in parts],
        measurements=[make.measurement(artifact=part) for part in parts],
    )
    results = make.results(cases=[case])
    for table in (quality_table(results), speed_table(results), size_table(results)):
        assert cells(table, "case") == ["tiny@points encoder", "tiny@points decoder"]


def test_a_percentile_with_too_few_calls_is_left_out(make):
    row = make.measurement(latency_s=Latency(2e-5, None, None))
    table = speed_table(make.results(cases=[make.case(measurements=[row])]))
    assert [cells(table, name) for name in ("p50", "p90", "p99")] == [["20 µs"], ["-"], ["-"]]


def test_speed_is_the_median_of_the_seeds(make):
    cases = [
        make.case(seed=seed, measurements=[make.measurement(throughput_per_s=value, samples=100)])
        for seed, value in enumerate((10.0, 500.0, 20.0))
    ]
    table = speed_table(make.results(cases=cases))
    assert (cells(table, "samples/s"), cells(table, "calls")) == (["20"], ["100"])


def test_spread_is_the_distance_of_the_processes_medians(make):
    rows = [
        make.measurement(by_process=[make.process(p50_s=p50) for p50 in medians])
        for medians in ([1.0, 1.0], [0.9, 1.0, 1.1])
    ]
    cases = [make.case(seed=seed, measurements=[row]) for seed, row in enumerate(rows)]
    assert cells(speed_table(make.results(cases=cases)), "spread") == ["20 %"]


@pytest.mark.parametrize("medians", [[], [1.0]])
def test_there_is_no_spread_without_two_processes(make, medians):
    row = make.measurement(by_process=[make.process(p50_s=p50) for p50 in medians])
    assert cells(speed_table(make.results(cases=[make.case(measurements=[row])])), "spread") == ["-"]


def test_the_least_share_of_nodes_on_the_provider_is_told(make):
    rows = [make.measurement(provider_share=share, batch_size=size) for size, share in ((1, 1.0), (2, 0.75))]
    unknown = make.measurement(runtime="eager", provider_share=None)
    note = speed_table(make.results(cases=[make.case(measurements=[*rows, unknown])])).note
    assert "Under graph, at least 75 % of every graph's nodes" in note
    assert "eager" not in note


def test_calls_are_those_of_the_seed_with_the_fewest(make):
    cases = [make.case(seed=n, measurements=[make.measurement(samples=count)]) for n, count in enumerate((90, 70, 80))]
    assert cells(speed_table(make.results(cases=cases)), "calls") == ["70"]


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (number, 0.123456, "0.1235"),
        (number, 1234567.8, "1,234,568"),
        (number, 0.0, "0"),
        (seconds, 1.5, "1.5 s"),
        (seconds, 0.0123, "12.3 ms"),
        (seconds, 20e-6, "20 µs"),
        (seconds, 5e-9, "5 ns"),
        (seconds, 999.9e-6, "1000 µs"),
        (seconds, 0.0, "0 ns"),
        (size_of, 1023, "1023 B"),
        (size_of, 2048, "2 KiB"),
        (size_of, 1100 * 2**30, "1100 GiB"),
        (percent, 0.1234, "12.3 %"),
        (percent, 25.0, "2500 %"),
        (spread, [], "-"),
        (spread, [0.5], "0.5"),
        (spread, [0.4, 0.6], "0.5 ± 0.14"),
    ],
)
def test_figures_are_written_for_a_reader(write, value, text):
    assert write(value) == text


UNITS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


@pytest.mark.parametrize("write", [seconds, size_of])
@given(st.floats(1e-9, 1e6))
def test_a_figure_has_three_digits_and_never_a_power_of_ten(write, value):
    if write is size_of:
        value *= 1e6
    digits, unit = write(value).split()
    assert re.fullmatch(r"\d+(\.\d+)?", digits)
    assert float(digits) * UNITS[unit] == pytest.approx(value, rel=0.0051)


def test_a_table_says_itself_which_columns_are_figures():
    table = Table("", ("a", "b", "c"), [("1 of 2", "0 of 1", "-")], words=2)
    assert table.numeric == [False, False, True]


def test_what_ran_is_words_although_it_begins_with_a_figure(make):
    assert verdict_table(make.results()).numeric == [False, False, False, True]


def test_what_figures_were_taken_with_is_words(make):
    found = {table.title: table for table in tables(make.results())}
    words = {title: [h for h, n in zip(t.headers, t.numeric, strict=True) if not n] for title, t in found.items()}
    assert words["Training"] == ["case", "device"]
    assert words["Speed"] == ["case", "runtime"]
    assert words["Lineage"] == list(found["Lineage"].headers)
