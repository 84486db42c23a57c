"""Where it pays to take one case rather than another: the ratio of their latencies by the length of sequences."""

from dataclasses import replace
from itertools import pairwise

from bench.report.charts.chart import Chart, Interval, Series
from bench.report.charts.lines import Line, drawn
from bench.report.lookup import Configuration
from bench.report.rivals import LatencyPair, latency_pairs
from bench.results import RunResult

# How far lines are moved apart whose bars would hide each other, as shares of the way to the next length: neighbours at
# most, and the outermost.
APART, ALL_APART = 0.06, 0.5


def ratios_by_length(results: RunResult) -> list[Chart]:
    """Latency against that of the rival at each length, at the smallest batch: a line a pair, runtime and precision."""
    pairs = [pair for pair in latency_pairs(results) if pair.own.length is not None]
    smallest = min((pair.own.batch_size or 0 for pair in pairs), default=0)
    points: dict[Configuration, list[LatencyPair]] = {}
    for pair in pairs:
        if pair.own.batch_size == smallest:
            points.setdefault(replace(pair.own, length=None), []).append(pair)
    lines = [_line(own) for own in points.values() if len(own) > 1]
    note = f"Single-stream, batch {smallest}. Below the line, the case is faster than what it is compared with."
    told = " Bars: intervals of 95 % confidence." if any(any(line.intervals) for line in lines) else ""
    title, up = "Latency against rivals by length", "latency / latency of the rival"
    chart = Chart("rivals-length", title, "length", up, [], log_x=True, log_y=True)
    ticks = tuple(sorted({x for line in lines for x in line.x}))
    return [_with_one(_side_by_side(one)) for one in drawn(replace(chart, x_ticks=ticks, note=note + told), lines)]


def _line(pairs: list[LatencyPair]) -> Line:
    ordered = sorted(pairs, key=lambda pair: pair.own.length or 0)
    x = [float(pair.own.length or 0) for pair in ordered]
    y: list[float | None] = [pair.ratio.value for pair in ordered]
    intervals: tuple[Interval | None, ...] = tuple(pair.ratio.interval for pair in ordered)
    first = ordered[0]
    return Line(first.name, first.own.runtime, first.own.variant, x, y, intervals)


def _side_by_side(chart: Chart) -> Chart:
    """The chart with its lines beside each other at each length, if they have bars."""
    if not any(any(one.intervals) for one in chart.series):
        return chart
    closest = min(after / before for before, after in pairwise(chart.x_ticks))
    apart = closest ** min(APART, ALL_APART / len(chart.series))
    middle = (len(chart.series) - 1) / 2
    series = [
        replace(one, places=tuple(x * apart ** (number - middle) for x in one.x))
        for number, one in enumerate(chart.series)
    ]
    return replace(chart, series=series)


def _with_one(chart: Chart) -> Chart:
    """The chart with a line where neither is faster."""
    lengths = [x for one in chart.series for x in one.drawn_at]
    return replace(chart, reference=Series("as fast as the rival", [min(lengths), max(lengths)], [1.0, 1.0]))
