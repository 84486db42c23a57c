"""The ratio of latencies by the length of sequences."""

from dataclasses import replace

import pytest

from bench.report.charts.rivals import ratios_by_length


def test_a_pair_is_a_line_with_its_intervals_and_one_where_neither_is_faster(duel, only):
    chart = only(ratios_by_length(duel({64: 1e-3, 16: 2e-3}, {16: 1e-3, 64: 4e-3})))
    (line,) = chart.series
    assert (line.name, line.x) == ("par@points against full · graph", [16.0, 64.0])
    assert line.y == pytest.approx([2.0, 0.25])
    assert [ends == pytest.approx((y, y)) for ends, y in zip(line.intervals, line.y, strict=True)] == [True, True]
    assert (chart.reference.x, chart.reference.y) == ([16.0, 64.0], [1.0, 1.0])
    assert (chart.chapter, chart.log_x, chart.log_y, chart.x_ticks) == ("Speed", True, True, (16.0, 64.0))
    assert "Bars" in chart.note


def test_bars_of_several_lines_stand_beside_each_other(duel, only):
    results = duel({64: 1e-3, 16: 2e-3}, {16: 1e-3, 64: 4e-3})
    results = replace(results, cases=[_at_every_precision(case) for case in results.cases])
    chart = only(ratios_by_length(results))
    assert all(series.x == [16.0, 64.0] for series in chart.series)
    first, second, third = (series.drawn_at for series in chart.series)
    assert second == [16.0, 64.0]
    assert all(1.05 < b / a < 1.2 for a, b in [*zip(first, second, strict=True), *zip(second, third, strict=True)])
    assert chart.reference.x == [first[0], third[1]]


def _at_every_precision(case):
    precisions = ("fp32", "fp16", "int8-static")
    return replace(case, measurements=[replace(m, precision=one) for one in precisions for m in case.measurements])


def test_without_intervals_there_are_no_bars(duel, only):
    chart = only(ratios_by_length(duel({64: 1e-3, 16: 2e-3}, {16: 1e-3, 64: 4e-3}, processes=2)))
    assert chart.series[0].intervals == (None, None)
    assert "Bars" not in chart.note
    assert chart.series[0].places == ()


@pytest.mark.parametrize("length", [16, None])
def test_one_length_is_no_chart(duel, length):
    assert ratios_by_length(duel({length: 1e-3}, {length: 4e-3})) == []


def test_without_rivals_there_is_no_chart(make):
    assert ratios_by_length(make.results()) == []
