"""How good things are: against what they take, and by precision."""

from collections.abc import Callable
from dataclasses import replace
from statistics import fmean, median

from bench.report.charts.chart import Chart, Series
from bench.report.charts.lines import Line, columns, drawn, with_unit
from bench.report.charts.loads import at_longest, of_one_length, smallest_batch
from bench.report.lookup import (
    Timed,
    contests,
    groups,
    labelled,
    leading_metric,
    metrics_of,
    precisions_of,
    scored_by,
)
from bench.results import MetricResult, RunResult


def fronts(results: RunResult) -> list[Chart]:
    """Charts of quality against latency for each task and dataset."""
    return _for_each_contest(results, _fronts_of)


def precisions(results: RunResult) -> list[Chart]:
    """Charts of quality against precision for each task and dataset, if there are several precisions."""
    return _for_each_contest(results, _precisions_of) if len(precisions_of(results)) > 1 else []


def _fronts_of(results: RunResult, metric: MetricResult) -> list[Chart]:
    """Quality against latency at the usual length and, if longer sequences were timed, at the longest."""
    title = f"{metric.name} against latency"
    chart = Chart("front", title, "p50 of one query [µs]", with_unit(metric), [], "Quality", log_x=True, lines=False)
    made = _front(of_one_length(chart, results), smallest_batch(results), results, metric)
    length, found = at_longest(results)
    if length is None:
        return made
    note = "Quality is scored at the usual length."
    chart = replace(chart, key="front-longest", title=f"{title} at length {length}", note=note)
    return [*made, *_front(chart, found, results, metric)]


def _front(chart: Chart, shown: Timed, results: RunResult, metric: MetricResult) -> list[Chart]:
    """The chart with a point for everything that it shows, and the Pareto front: what nothing else beats in both."""
    lines = []
    for key, found in shown.items():
        cases = groups(results)[key.group]
        values = [m.value for m in metrics_of(cases, metric.name, key.artifact, key.runtime, key.precision)]
        p50s = [m.latency_s.p50 for m in found if m.latency_s.p50 is not None]
        if values and p50s:
            lines.append(Line(key.case, key.runtime, key.variant, [median(p50s) * 1e6], [fmean(values)]))
    return [_with_front(one, bool(metric.higher_is_better)) for one in drawn(chart, lines)]


def _with_front(chart: Chart, higher: bool) -> Chart:
    points = [(one.x[0], y) for one in chart.series if (y := one.y[0]) is not None]
    best = sorted({point for point in points if not _beaten(point, points, higher)})
    return replace(chart, reference=Series("Pareto front", [x for x, _ in best], [y for _, y in best]))


def _beaten(point: tuple[float, float], points: list[tuple[float, float]], higher: bool) -> bool:
    """Whether another point is as fast and as good, and not the same."""
    return any(
        other[0] <= point[0] and (other[1] >= point[1] if higher else other[1] <= point[1]) and other != point
        for other in points
    )


def _precisions_of(results: RunResult, metric: MetricResult) -> list[Chart]:
    """Quality at each precision, a line a case."""
    names = precisions_of(results)
    lines = []
    for group, cases in groups(results).items():
        for artifact in dict.fromkeys(m.artifact for case in cases for m in case.metrics if m.name == metric.name):
            points = []
            for place, precision in enumerate(names):
                runtime = scored_by(results, cases, artifact, precision)
                values = [m.value for m in metrics_of(cases, metric.name, artifact, runtime, precision)]
                points += [(float(place), fmean(values))] if values else []
            lines.append(Line(labelled(group, artifact), "", "", *columns(points)))
    ticks = tuple(float(place) for place in range(len(names)))
    title = f"{metric.name} by precision"
    chart = Chart("precision", title, "", with_unit(metric), [], "Quality", x_ticks=ticks, x_labels=tuple(names))
    return drawn(chart, lines)


def _for_each_contest(results: RunResult, make: Callable[[RunResult, MetricResult], list[Chart]]) -> list[Chart]:
    """The charts of each contest, by the metric that leads there; where there are several, each says its own."""
    found = []
    for where, part in contests(results):
        metric = leading_metric(part)
        if metric is not None and (made := make(part, metric)):
            found.append((where, made))
    if len(found) <= 1:
        return [chart for _, made in found for chart in made]
    return [
        replace(chart, key=f"{chart.key}-{place}", title=f"{chart.title}{where}")
        for place, (where, made) in enumerate(found, 1)
        for chart in made
    ]
