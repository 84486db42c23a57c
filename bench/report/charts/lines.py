"""Lines -> a chart of them, or several if they are too many."""

from dataclasses import dataclass, field, replace

from bench.report.charts.chart import ANY, Chart, Interval, Series
from bench.report.palette import COLOURS, STROKES
from bench.results import CourseResult, MetricResult

# A chart with more lines than this cannot be read: runtimes get a chart each, and what is still too much is left out.
MOST = 15


@dataclass(frozen=True)
class Line:
    """A series before it has a place in a chart: what its case is called, and what executes it."""

    case: str
    runtime: str
    variant: str
    x: list[float] = field(default_factory=list)
    y: list[float | None] = field(default_factory=list)
    intervals: tuple[Interval | None, ...] = ()


def drawn(chart: Chart, lines: list[Line]) -> list[Chart]:
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
        named = replace(chart, key=f"{chart.key}-{place}", title=f"{chart.title}, {runtime}")
        made.append(_one(named, own, cases, list(dict.fromkeys(line.variant for line in own))))
    return made


def _one(chart: Chart, lines: list[Line], cases: list[str], variants: list[str]) -> Chart:
    """The chart with as many lines as can be read; of too many, those of the first precisions."""
    ordered = sorted(lines, key=lambda line: variants.index(line.variant)) if len(lines) > MOST else lines
    shown = ordered[:MOST]
    places = [(cases.index(line.case), variants.index(line.variant)) for line in shown]
    series = [
        Series(_name(line), line.x, line.y, case % len(COLOURS), stroke, line.intervals)
        for line, (case, variant) in zip(shown, places, strict=True)
        for stroke in [variant + case // len(COLOURS)]  # where colours begin again, strokes tell
    ]
    left_out = f"{MOST} of {len(lines)} are shown; the tables have all." if len(lines) > MOST else ""
    note = " ".join(filter(None, (chart.note, left_out)))
    return replace(chart, series=series, legend=_legend(shown, cases, variants), note=note)


def _name(line: Line) -> str:
    return " · ".join(filter(None, (line.case, line.variant)))


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


def with_unit(metric: MetricResult | CourseResult) -> str:
    """What stands at the axis of a metric."""
    return f"{metric.name} [{metric.unit}]" if metric.unit else metric.name


def columns(points: list[tuple[float, float]]) -> tuple[list[float], list[float | None]]:
    """The coordinates of points in the order of x."""
    ordered = sorted(points)
    return [x for x, _ in ordered], [y for _, y in ordered]
