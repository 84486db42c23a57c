"""Results -> the series of points that charts show, whatever draws them."""

from dataclasses import dataclass, replace
from statistics import fmean, median

from bench.report.view import all_metrics, by_dataset, first_runtime, groups, timed, values_of
from bench.results import RunResult


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

    :param x_ticks: where the x axis has its ticks; empty for wherever they fit
    :param front: the best that can be had up to each x: a step up or down at each of its points
    """

    key: str
    title: str
    x_title: str
    y_title: str
    series: list[Series]
    log_x: bool = False
    log_y: bool = False
    lines: bool = True
    x_ticks: tuple[float, ...] = ()
    front: Series | None = None


def charts(results: RunResult) -> list[Chart]:
    """Every chart that has something to show."""
    made = (throughput(results), *fronts(results), curves(results))
    return [chart for chart in made if chart is not None]


def throughput(results: RunResult) -> Chart | None:
    """Throughput against batch size, a line an artifact and runtime."""
    lines: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for (group, artifact, runtime, _, batch), found in timed(results).items():
        line = (f"{group}{'' if artifact == 'forward' else ' ' + artifact}", runtime)
        lines.setdefault(line, []).append((batch, median(m.throughput_per_s for m in found)))
    if not lines:
        return None
    cases, runtimes = (list(dict.fromkeys(line[part] for line in lines)) for part in (0, 1))
    series = [
        Series(f"{case} · {runtime}", *_columns(points), cases.index(case), runtimes.index(runtime))
        for (case, runtime), points in lines.items()
    ]
    sizes = tuple(sorted({x for one in series for x in one.x}))
    return Chart(
        "throughput",
        "Throughput against batch size",
        "batch size",
        "samples/s",
        series,
        log_x=True,
        log_y=True,
        x_ticks=sizes,
    )


def fronts(results: RunResult) -> list[Chart]:
    """A chart of quality against latency for each dataset."""
    found = {dataset: chart for dataset, part in by_dataset(results).items() if (chart := _front_of(part)) is not None}
    if len(found) <= 1:
        return list(found.values())
    return [
        replace(chart, key=f"{chart.key}-{number}", title=f"{chart.title} on {dataset}")
        for number, (dataset, chart) in enumerate(found.items(), 1)
    ]


def _front_of(results: RunResult) -> Chart | None:
    """Quality against latency at the smallest batch, and the Pareto front: what nothing else beats in both.

    :param results: those on one dataset
    """
    metric = next((m for m in all_metrics(results) if m.higher_is_better is not None), None)
    if metric is None or not any(case.measurements for case in results.cases):
        return None
    runtime = first_runtime(results)
    points = []
    for (group, artifact, timed_by, _, batch), found in timed(results).items():
        values = values_of(groups(results)[group], metric.name, artifact, runtime)
        smallest = min(m.batch_size for case in groups(results)[group] for m in case.measurements)
        latencies = [m.latency_s.p50 for m in found if m.latency_s.p50 is not None]
        if timed_by == runtime and batch == smallest and values and latencies:
            points.append((median(latencies) * 1e6, fmean(values), group))
    if not points:
        return None
    series = [Series(group, [x], [y], number) for number, (x, y, group) in enumerate(points)]
    best = sorted(_front(points, bool(metric.higher_is_better)))
    unit = f" [{metric.unit}]" if metric.unit else ""
    return Chart(
        "front",
        f"{metric.name} against latency",
        f"p50 of one call under {runtime} [µs]",
        metric.name + unit,
        series,
        log_x=True,
        lines=False,
        front=Series("Pareto front", [x for x, _, _ in best], [y for _, y, _ in best]),
    )


def curves(results: RunResult) -> Chart | None:
    """Learning curves of the first seed: the training loss and what the model logs on the validation data."""
    series = []
    for number, (group, cases) in enumerate(groups(results).items()):
        first = next((case for case in cases if case.training and case.training.curves), None)
        if first is None or first.training is None:
            continue
        losses = {name: values for name, values in first.training.curves.items() if "loss" in name}
        for stroke, (name, values) in enumerate(losses.items()):
            points = [(epoch, value) for epoch, value in enumerate(values, 1) if value is not None]
            series.append(Series(f"{group} · {name}", *_columns(points), number, stroke))
    positive = all(y is not None and y > 0 for one in series for y in one.y)  # others have no place on a log axis
    return Chart("curves", "Learning curves", "epoch", "loss", series, log_y=positive) if series else None


def _columns(points: list[tuple[int, float]]) -> tuple[list[float], list[float | None]]:
    ordered = sorted(points)
    return [float(x) for x, _ in ordered], [y for _, y in ordered]


def _front(points: list[tuple[float, float, str]], higher: bool) -> list[tuple[float, float, str]]:
    def beaten(point: tuple[float, float, str]) -> bool:
        return any(
            other[0] <= point[0]
            and (other[1] >= point[1] if higher else other[1] <= point[1])
            and other[:2] != point[:2]
            for other in points
        )

    return [point for point in points if not beaten(point)]
