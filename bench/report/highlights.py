"""The answer in short: which case is best, fastest, smallest."""

from dataclasses import dataclass, replace
from statistics import fmean, median

from bench.report.formats import number, seconds, size_of
from bench.report.lookup import (
    Configuration,
    contests,
    groups,
    leading_metric,
    metrics_of,
    near_usual_length,
    precisions_of,
    scored_by,
    seeds_of,
    timed,
)
from bench.report.tables.speed import highest_rate, server_bound
from bench.results import MeasurementResult, RunResult

MOST_CONTESTS = 3


@dataclass(frozen=True)
class Highlight:
    """A superlative, who holds it, and with which figure."""

    title: str
    winner: str
    figure: str


def highlights(results: RunResult) -> list[Highlight]:
    """What there is to say, among cases that passed."""
    results = replace(results, cases=[case for case in results.cases if case.status == "passed"])
    made = (*_best(results), _fastest(results), _busiest(results), _most_served(results), _smallest(results))
    return [highlight for highlight in made if highlight is not None]


def _best(results: RunResult) -> list[Highlight]:
    """The best in each contest; of many, in the first few."""
    found = [_best_of(part, where) for where, part in contests(results)]
    return [highlight for highlight in found if highlight is not None][:MOST_CONTESTS]


def _best_of(results: RunResult, where: str) -> Highlight | None:
    """The best in one contest; of equals the one that the suite names first, at the precision that it names first."""
    metric = leading_metric(results)
    if metric is None:
        return None
    found = {}
    for precision in precisions_of(results):
        for group, cases in groups(results).items():
            runtime = scored_by(results, cases, metric.artifact, precision)
            values = [m.value for m in metrics_of(cases, metric.name, metric.artifact, runtime, precision)]
            if values:
                found[group if precision == "fp32" else f"{group} · {precision}"] = fmean(values)
    if not found:
        return None
    winner = (max if metric.higher_is_better else min)(found, key=lambda name: found[name])
    return Highlight(f"best {metric.name}{where}", winner, f"{number(found[winner])} {metric.unit}".strip())


def _fastest(results: RunResult) -> Highlight | None:
    rows = near_usual_length(results, timed(results, "single-stream"))
    found = {
        key: median(values)
        for key, ms in rows.items()
        if (values := [m.latency_s.p50 for m in ms if m.latency_s.p50 is not None])
    }
    if not found:
        return None
    smallest = min(key.batch_size or 0 for key in found)
    winner = min((key for key in found if key.batch_size == smallest), key=lambda key: found[key])
    return Highlight(f"lowest latency, batch {smallest}", _who(winner, rows[winner]), seconds(found[winner]))


def _busiest(results: RunResult) -> Highlight | None:
    """The most samples a second, of those scenarios in which the machine alone sets the pace."""
    rows = near_usual_length(results, timed(results, "single-stream", "offline"))
    found = {key: median(m.throughput_per_s for m in ms) for key, ms in rows.items()}
    if not found:
        return None
    winner = max(found, key=lambda key: found[key])
    load = "offline" if winner.scenario == "offline" else f"batch {winner.batch_size}"
    return Highlight("highest throughput", _who(winner, rows[winner], load), f"{number(found[winner])}/s")


def _most_served(results: RunResult) -> Highlight | None:
    """The highest rate of queries that met the server's bound with every seed."""
    bound, found = server_bound(results), {}
    for key in near_usual_length(results, timed(results, "server")):
        met = [highest_rate(ms) for ms in seeds_of(results, key)]
        if None not in met:
            found[key] = [m for m in met if m is not None]
    if bound is None or not found:
        return None
    rates = {key: median(m.rate_per_s or 0.0 for m in ms) for key, ms in found.items()}
    winner = max(rates, key=lambda key: rates[key])
    title = f"highest rate with p99 within {seconds(bound)}"
    return Highlight(title, _who(winner, found[winner]), f"{number(rates[winner])}/s")


def _smallest(results: RunResult) -> Highlight | None:
    found = [
        (artifact.bytes, case.group if artifact.precision == "fp32" else f"{case.group} · {artifact.precision}")
        for case in results.cases
        for artifact in case.artifacts
    ]
    if not found:
        return None
    size, winner = min(found)
    return Highlight("smallest graph", winner, size_of(size))


def _who(key: Configuration, found: list[MeasurementResult], load: str = "") -> str:
    """A winner's name, the length of its sequences if any, and whether its figure is not to be trusted."""
    length = "" if key.length is None else f"length {key.length}"
    noisy = "noisy" if any(m.noise for m in found) else ""
    return ", ".join(filter(None, (f"{key.case} · {key.variant}", load, length, noisy)))
