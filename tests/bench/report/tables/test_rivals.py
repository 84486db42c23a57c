"""Cases beside those that they are compared with."""

from dataclasses import replace

from bench.report.tables.rivals import latency_rival_table, quality_rival_table


def test_a_row_has_the_ratio_of_the_latencies_and_of_the_arithmetic(duel):
    table = latency_rival_table(duel({16: 2e-3, 64: 1e-3}, {16: 1e-3, 64: 4e-3}))
    assert table.headers == (
        "case", "against", "runtime", "batch", "length", "latency ratio", "95 % interval", "multiply-accumulates",
    )  # fmt: skip
    assert table.rows == [
        ("par@points", "full@points", "graph", "1", "16", "2.000", "2.000 to 2.000", "0.800"),
        ("par@points", "full@points", "graph", "1", "64", "0.250", "0.250 to 0.250", "0.400"),
    ]


def test_what_nobody_knows_is_no_column(duel):
    table = latency_rival_table(duel({None: 2e-3}, {None: 1e-3}, processes=2))
    assert table.headers == ("case", "against", "runtime", "batch", "latency ratio", "multiply-accumulates")
    assert table.cells("multiply-accumulates") == ["1.000"]


def test_a_doubtful_ratio_is_marked(duel):
    table = latency_rival_table(duel({16: 2e-3}, {16: 1e-3}, noise=["busy"]))
    assert table.cells("latency ratio") == ["! 2.000"]


def test_quality_has_the_difference_and_the_ratio(duel):
    table = quality_rival_table(duel({16: 2e-3}, {16: 1e-3}, seeds=(0, 1, 2)))
    assert table.headers == (
        "case", "against", "metric", "seeds", "value", "rival", "difference", "ratio", "95 % interval",
    )  # fmt: skip
    # Three seeds: t is 4.303, and the standard error 0.1 / sqrt(3).
    assert table.rows == [
        ("par@points", "full@points", "loss ↓", "3", "1.2", "1", "+0.2", "1.200", "0.952 to 1.448"),
    ]


def test_one_seed_has_no_interval_and_a_figure_of_0_no_ratio(duel):
    assert "95 % interval" not in quality_rival_table(duel({}, {})).headers
    table = quality_rival_table(duel({}, {}, losses=((1.0,), (0.0,))))
    assert (table.headers[-1], table.rows[0][-1]) == ("difference", "+1")


def test_quality_is_that_of_the_first_runtime(make, duel):
    results = duel({}, {})
    other = make.metric(name="loss", runtime="eager", value=9.0, higher_is_better=False)
    cases = [replace(case, metrics=[other, *case.metrics]) for case in results.cases]
    assert quality_rival_table(replace(results, cases=cases)).cells("value") == ["1.1"]


def test_without_rivals_there_is_no_table(make):
    assert not latency_rival_table(make.results()).rows
    assert not quality_rival_table(make.results()).rows
