"""How long things take: by percentile, by the length of sequences, by batch size and under load."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.conditions import LEAST_SAMPLES
from bench.report.charts.chart import Chart, Series
from bench.report.charts.lines import Line, columns, drawn
from bench.report.charts.loads import of_one_length, smallest_batch
from bench.report.formats import seconds
from bench.report.lookup import Configuration, Timed, fed_with_tokens, near_usual_length, seeds_of, timed
from bench.report.samples import tail
from bench.report.tables.speed import server_bound
from bench.results import MeasurementResult, RunResult


def latencies(results: RunResult, folder: Path) -> list[Chart]:
    """How latency is distributed at the smallest batch, up to the rarest percentile that the samples can state."""
    lines = []
    for key, found in smallest_batch(results).items():
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
    return drawn(of_one_length(chart, results), lines)


def lengths(results: RunResult) -> list[Chart]:
    """What sequences of several lengths take: the latency of one query, and the tokens or the steps in a second."""
    found, of_tokens = timed(results, "single-stream"), fed_with_tokens(results)
    sizes = [key.batch_size or 0 for key in found]
    if not sizes:
        return []
    chart = Chart("latency-length", "Latency against length", "length", "p50 of one query [ms]", [])
    made = _by_length(chart, found, min(sizes), lambda m: None if m.latency_s.p50 is None else m.latency_s.p50 * 1e3)
    for what in ("tokens", "steps"):
        chart = Chart(f"{what}-length", f"{what.capitalize()} a second against length", "length", f"{what}/s", [])
        own = {key: ms for key, ms in found.items() if ((key.group, key.artifact) in of_tokens) == (what == "tokens")}
        made += _by_length(chart, own, max(sizes), lambda m: m.throughput_per_s * (m.length or 0))
    return made


def _by_length(
    chart: Chart, found: Timed, batch_size: int, figure: Callable[[MeasurementResult], float | None]
) -> list[Chart]:
    """A figure at one batch size against the length of sequences, a line an artifact, runtime and precision."""
    points: dict[Configuration, list[tuple[float, float]]] = {}
    for key, ms in found.items():
        values = [value for m in ms if (value := figure(m)) is not None]
        if key.batch_size == batch_size and key.length is not None and values:
            points.setdefault(replace(key, length=None), []).append((float(key.length), median(values)))
    lines = [Line(key.case, key.runtime, key.variant, *columns(own)) for key, own in points.items() if len(own) > 1]
    ticks = tuple(sorted({x for line in lines for x in line.x}))
    note = f"Single-stream, batch {batch_size}; medians of the seeds."
    return drawn(replace(chart, log_x=True, log_y=True, x_ticks=ticks, note=note), lines)


def throughput(results: RunResult) -> list[Chart]:
    """Throughput against batch size, a line an artifact, runtime and precision."""
    points: dict[Configuration, list[tuple[float, float]]] = {}
    for key, ms in near_usual_length(results, timed(results, "single-stream")).items():
        rate = median(m.throughput_per_s for m in ms)
        alike = replace(key, batch_size=None, length=None)
        points.setdefault(alike, []).append((float(key.batch_size or 0), rate))
    lines = [Line(key.case, key.runtime, key.variant, *columns(own)) for key, own in points.items()]
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
    return drawn(of_one_length(chart, results), lines)


def server(results: RunResult) -> list[Chart]:
    """p99 against the rate of queries, with the bound that a server has to keep."""
    lines = []
    for key in timed(results, "server"):
        # Each seed has been tried at rates of its own, and a line needs those of one.
        first = seeds_of(results, key)[0]
        points = [(m.rate_per_s, m.latency_s.p99 * 1e3) for m in first if m.rate_per_s and m.latency_s.p99 is not None]
        if points:
            lines.append(Line(key.case, key.runtime, key.variant, *columns(points)))
    chart = Chart("server", "Latency under load", "queries/s", "p99 [ms]", [], log_x=True, log_y=True)
    chart = replace(chart, note="First seed, at every rate that was tried and has the samples for its p99.")
    return [_with_bound(one, server_bound(results)) for one in drawn(chart, lines)]


def _with_bound(chart: Chart, bound: float | None) -> Chart:
    if bound is None:
        return chart
    rates = [x for one in chart.series for x in one.x]
    line = Series(f"bound of {seconds(bound)}", [min(rates), max(rates)], [bound * 1e3] * 2)
    return replace(chart, reference=line)
