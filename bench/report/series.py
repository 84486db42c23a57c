"""Results -> the series of points that charts show, whatever draws them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean, median

from bench.report.formats import number, seconds
from bench.report.lookup import (
    Configuration,
    Timed,
    contests,
    groups,
    labelled,
    leading_metric,
    metrics_of,
    near_usual_length,
    precisions_of,
    scored_by,
    seeds_of,
    timed,
)
from bench.report.palette import COLOURS, STROKES
from bench.report.samples import tail
from bench.report.tables.speed import server_bound
from bench.results import LEAST_SAMPLES, MeasurementResult, MetricResult, RunResult

# A chart with more lines than this cannot be read: runtimes get a chart each, and what is still too much is left out.
MOST = 15

# The colour number of what stands for all colours.
ANY = -1


@dataclass(frozen=True)
class Series:
    """A line or a cloud of points under one name. Series of one case share a colour number, not a stroke."""

    name: str
    x: list[float]
    y: list[float | None]
    colour: int = 0
    stroke: int = 0


@dataclass(frozen=True)
class Chart:
    """A chart: what its axes are, and its series.

    :param chapter: where in a report it belongs
    :param x_ticks: where the x axis has its ticks; empty for wherever they fit
    :param x_labels: what these ticks are called; empty for their numbers
    :param reference: what the series are held against: a step up or down at each of its points
    :param legend: series without values that explain colours and strokes; empty: each series explains itself
    :param note: what a reader must know
    """

    key: str
    title: str
    x_title: str
    y_title: str
    series: list[Series]
    chapter: str = "Speed"
    log_x: bool = False
    log_y: bool = False
    lines: bool = True
    x_ticks: tuple[float, ...] = ()
    x_labels: tuple[str, ...] = ()
    reference: Series | None = None
    legend: tuple[Series, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A series before it has a place in a chart: what its case is called, and what executes it."""

    case: str
    runtime: str
    variant: str
    x: list[float] = field(default_factory=list)
    y: list[float | None] = field(default_factory=list)


def charts(results: RunResult, folder: Path) -> list[Chart]:
    """Every chart that has something to show."""
    speed = (*latencies(results, folder), *lengths(results), *throughput(results), *server(results))
    return [*fronts(results), *precisions(results), *speed, *curves(results)]


def latencies(results: RunResult, folder: Path) -> list[Chart]:
    """How latency is distributed at the smallest batch, up to the rarest percentile that the samples can state."""
    lines = []
    for key, found in _smallest_batch(results).items():
        curve = next((curve for m in found if (curve := tail(folder, m.samples_path)) is not None), None)
        if curve is not None:
            lines.append(Line(key.case, key.runtime, key.variant, curve[0], [y * 1e6 for y in curve[1]]))
    stated = {100 / (100 - q): f"p{q:g}" for q in LEAST_SAMPLES}
    chart = Chart(
        "latency",
        "Latency by percentile",
        "percentile",
        "latency of one query [µs]",
        [],
        log_x=True,
        log_y=True,
        x_ticks=(1.0, *stated),
        x_labels=("least", *stated.values()),
        note="Single-stream, smallest batch, first seed. Each line ends where its samples can state no more.",
    )
    return _drawn(_of_one_length(chart, results), lines)


def lengths(results: RunResult) -> list[Chart]:
    """What sequences of several lengths take: the latency of one query, and the tokens in a second."""
    found = timed(results, "single-stream")
    sizes = [key.batch_size or 0 for key in found]
    if not sizes:
        return []
    latency = Chart("latency-length", "Latency against length", "length", "p50 of one query [ms]", [])
    tokens = Chart("tokens-length", "Tokens a second against length", "length", "tokens/s", [])
    return [
        *_by_length(latency, found, min(sizes), lambda m: None if m.latency_s.p50 is None else m.latency_s.p50 * 1e3),
        *_by_length(tokens, found, max(sizes), lambda m: m.throughput_per_s * (m.length or 0)),
    ]


def _by_length(
    chart: Chart, found: Timed, batch_size: int, figure: Callable[[MeasurementResult], float | None]
) -> list[Chart]:
    """A figure at one batch size against the length of sequences, a line an artifact, runtime and precision."""
    points: dict[Configuration, list[tuple[float, float]]] = {}
    for key, ms in found.items():
        values = [value for m in ms if (value := figure(m)) is not None]
        if key.batch_size == batch_size and key.length is not None and values:
            points.setdefault(replace(key, length=None), []).append((float(key.length), median(values)))
    lines = [Line(key.case, key.runtime, key.variant, *_columns(own)) for key, own in points.items() if len(own) > 1]
    ticks = tuple(sorted({x for line in lines for x in line.x}))
    note = f"Single-stream, batch {batch_size}; medians of the seeds."
    return _drawn(replace(chart, log_x=True, log_y=True, x_ticks=ticks, note=note), lines)


def _of_one_length(chart: Chart, results: RunResult) -> Chart:
    """The chart, which says so if it shows one of several lengths."""
    every = timed(results, "single-stream")
    one = len(near_usual_length(results, every)) < len(every)
    told = "Sequences of the length nearest to the usual." if one else ""
    return replace(chart, note=" ".join(filter(None, (chart.note, told))))


def throughput(results: RunResult) -> list[Chart]:
    """Throughput against batch size, a line an artifact, runtime and precision."""
    points: dict[Configuration, list[tuple[float, float]]] = {}
    for key, ms in near_usual_length(results, timed(results, "single-stream")).items():
        rate = median(m.throughput_per_s for m in ms)
        alike = replace(key, batch_size=None, length=None)
        points.setdefault(alike, []).append((float(key.batch_size or 0), rate))
    lines = [Line(key.case, key.runtime, key.variant, *_columns(own)) for key, own in points.items()]
    chart = Chart(
        "throughput",
        "Throughput against batch size",
        "batch size",
        "samples/s",
        [],
        log_x=True,
        log_y=True,
        x_ticks=tuple(sorted({x for line in lines for x in line.x})),
    )
    return _drawn(_of_one_length(chart, results), lines)


def server(results: RunResult) -> list[Chart]:
    """p99 against the rate of queries, with the bound that a server has to keep."""
    lines = []
    for key in timed(results, "server"):
        # Each seed has been tried at rates of its own, and a line needs those of one.
        first = seeds_of(results, key)[0]
        points = [(m.rate_per_s, m.latency_s.p99 * 1e3) for m in first if m.rate_per_s and m.latency_s.p99 is not None]
        if points:
            lines.append(Line(key.case, key.runtime, key.variant, *_columns(points)))
    chart = Chart("server", "Latency under load", "queries/s", "p99 [ms]", [], log_x=True, log_y=True)
    chart = replace(chart, note="First seed, at every rate that was tried and has the samples for its p99.")
    return [_with_bound(one, server_bound(results)) for one in _drawn(chart, lines)]


def _with_bound(chart: Chart, bound: float | None) -> Chart:
    if bound is None:
        return chart
    rates = [x for one in chart.series for x in one.x]
    line = Series(f"bound of {seconds(bound)}", [min(rates), max(rates)], [bound * 1e3] * 2)
    return replace(chart, reference=line)


def fronts(results: RunResult) -> list[Chart]:
    """Charts of quality against latency for each task and dataset."""
    return _for_each_contest(results, _fronts_of)


def precisions(results: RunResult) -> list[Chart]:
    """Charts of quality against precision for each task and dataset, if there are several precisions."""
    return _for_each_contest(results, _precisions_of) if len(precisions_of(results)) > 1 else []


def curves(results: RunResult) -> list[Chart]:
    """Learning curves of the first seed: what was logged as a loss, and what as an error.

    They count from where pre-training ended, so that nets that learn the same begin at the same place.
    """
    trained = {
        group: next((case.training for case in cases if case.training and case.training.curves), None)
        for group, cases in groups(results).items()
    }
    before = any(training.pretraining_epochs for training in trained.values() if training)
    note = "Pre-training ends with epoch 0." if before else ""
    made = []
    for what, key, title in (("loss", "curves", "Learning curves"), ("error", "curves-error", "Errors by epoch")):
        lines = [
            Line(group, "", name, *_columns(points))
            for group, training in trained.items()
            if training
            for name, values in training.curves.items()
            if what in name and (points := _counted(values, training.pretraining_epochs))
        ]
        positive = all(y is not None and y > 0 for line in lines for y in line.y)  # others have no place on a log axis
        made += _drawn(Chart(key, title, "epoch", what, [], "Training", log_y=positive, note=note), lines)
    return made


def _counted(values: list[float | None], before: int) -> list[tuple[float, float]]:
    """The points of a curve, an epoch each from 1 on, or from less if some are counted as before."""
    return [(float(epoch), value) for epoch, value in enumerate(values, 1 - before) if value is not None]


def _fronts_of(results: RunResult, metric: MetricResult) -> list[Chart]:
    """Quality against latency at the smallest batch, and the Pareto front: what nothing else beats in both."""
    lines = []
    for key, found in _smallest_batch(results).items():
        cases = groups(results)[key.group]
        values = [m.value for m in metrics_of(cases, metric.name, key.artifact, key.runtime, key.precision)]
        p50s = [m.latency_s.p50 for m in found if m.latency_s.p50 is not None]
        if values and p50s:
            lines.append(Line(key.case, key.runtime, key.variant, [median(p50s) * 1e6], [fmean(values)]))
    title = f"{metric.name} against latency"
    chart = Chart("front", title, "p50 of one query [µs]", _titled(metric), [], "Quality", log_x=True, lines=False)
    drawn = _drawn(_of_one_length(chart, results), lines)
    return [_with_front(one, bool(metric.higher_is_better)) for one in drawn]


def _with_front(chart: Chart, higher: bool) -> Chart:
    points = [(one.x[0], y) for one in chart.series if (y := one.y[0]) is not None]
    best = sorted({point for point in points if not _beaten(point, points, higher)})
    return replace(chart, reference=Series("Pareto front", [x for x, _ in best], [y for _, y in best]))


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
            lines.append(Line(labelled(group, artifact), "", "", *_columns(points)))
    ticks = tuple(float(place) for place in range(len(names)))
    title = f"{metric.name} by precision"
    chart = Chart("precision", title, "", _titled(metric), [], "Quality", x_ticks=ticks, x_labels=tuple(names))
    return _drawn(chart, lines)


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


def _smallest_batch(results: RunResult) -> Timed:
    """What was timed one query after the other, at the smallest batch."""
    found = near_usual_length(results, timed(results, "single-stream"))
    smallest = min((key.batch_size or 0 for key in found), default=0)
    return {key: ms for key, ms in found.items() if key.batch_size == smallest}


def _drawn(chart: Chart, lines: list[Line]) -> list[Chart]:
    """The chart with its lines; if they are too many, a chart for each runtime."""
    cases, variants = (list(dict.fromkeys(getattr(line, part) for line in lines)) for part in ("case", "variant"))
    if len(lines) <= MOST and len(variants) <= len(STROKES):
        return [_one(chart, lines, cases, variants)] if lines else []
    runtimes = list(dict.fromkeys(line.runtime for line in lines))
    if len(runtimes) == 1:
        return [_one(chart, lines, cases, variants)]
    made = []
    for place, runtime in enumerate(runtimes, 1):
        # The title says the runtime, and the lines what else tells them apart.
        own = [
            replace(line, variant=line.variant.removeprefix(runtime).strip())
            for line in lines
            if line.runtime == runtime
        ]
        titled = replace(chart, key=f"{chart.key}-{place}", title=f"{chart.title}, {runtime}")
        made.append(_one(titled, own, cases, list(dict.fromkeys(line.variant for line in own))))
    return made


def _one(chart: Chart, lines: list[Line], cases: list[str], variants: list[str]) -> Chart:
    """The chart with as many lines as can be read; of too many, those of the first precisions."""
    ordered = sorted(lines, key=lambda line: variants.index(line.variant)) if len(lines) > MOST else lines
    shown = ordered[:MOST]
    places = [(cases.index(line.case), variants.index(line.variant)) for line in shown]
    series = [
        Series(" · ".join(filter(None, (line.case, line.variant))), line.x, line.y, case % len(COLOURS), stroke)
        for line, (case, variant) in zip(shown, places, strict=True)
        for stroke in [variant + case // len(COLOURS)]  # where colours begin again, strokes tell
    ]
    left_out = f"{MOST} of {len(lines)} are shown; the tables have all." if len(lines) > MOST else ""
    note = " ".join(filter(None, (chart.note, left_out)))
    return replace(chart, series=series, legend=_legend(shown, cases, variants), note=note)


def _legend(lines: list[Line], cases: list[str], variants: list[str]) -> tuple[Series, ...]:
    """What a colour means and what a stroke means, if that is shorter than to name every line."""
    own, how = (list(dict.fromkeys(getattr(line, part) for line in lines)) for part in ("case", "variant"))
    if len(own) + len(how) >= len(lines) or len(cases) > len(COLOURS):
        return ()
    x, y = lines[0].x, [None] * len(lines[0].x)
    usual = "fp32"  # a variant that says nothing is the usual one
    return (
        *(Series(case, x, [*y], cases.index(case), 0) for case in own),
        *(Series(variant or usual, x, [*y], ANY, variants.index(variant)) for variant in how),
    )


def _titled(metric: MetricResult) -> str:
    return f"{metric.name} [{metric.unit}]" if metric.unit else metric.name


def _columns(points: list[tuple[float, float]]) -> tuple[list[float], list[float | None]]:
    ordered = sorted(points)
    return [x for x, _ in ordered], [y for _, y in ordered]


def _beaten(point: tuple[float, float], points: list[tuple[float, float]], higher: bool) -> bool:
    """Whether another point is as fast and as good, and not the same."""
    return any(
        other[0] <= point[0] and (other[1] >= point[1] if higher else other[1] <= point[1]) and other != point
        for other in points
    )


def tick_labels(chart: Chart) -> Iterator[tuple[float, str]]:
    """The ticks of the x axis that a chart asks for, and what they are called."""
    labels = chart.x_labels or tuple(number(tick) for tick in chart.x_ticks)
    return zip(chart.x_ticks, labels, strict=True)
