"""The answer in short: which case is best, fastest, smallest."""

from dataclasses import dataclass, replace
from statistics import fmean, median

from bench.report.view import all_metrics, by_dataset, first_runtime, groups, number, seconds, size_of, timed, values_of
from bench.results import RunResult

MOST_DATASETS = 3


@dataclass(frozen=True)
class Highlight:
    """A superlative, who holds it, and with which figure."""

    title: str
    winner: str
    figure: str


def highlights(results: RunResult) -> list[Highlight]:
    """What there is to say, among cases that passed."""
    results = replace(results, cases=[case for case in results.cases if case.status == "passed"])
    made = (*_best(results), _fastest(results), _busiest(results), _smallest(results))
    return [highlight for highlight in made if highlight is not None]


def _best(results: RunResult) -> list[Highlight]:
    """The best on each dataset; of many, on the first few."""
    datasets = by_dataset(results)
    where = [f" on {dataset}" if len(datasets) > 1 else "" for dataset in datasets]
    found = map(_best_of, datasets.values(), where)
    return [highlight for highlight in found if highlight is not None][:MOST_DATASETS]


def _best_of(results: RunResult, where: str) -> Highlight | None:
    """The best on one dataset."""
    metric = next((m for m in all_metrics(results) if m.higher_is_better is not None), None)
    if metric is None:
        return None
    found = {
        group: fmean(values)
        for group, cases in groups(results).items()
        if (values := values_of(cases, metric.name, metric.artifact, first_runtime(results)))
    }
    if not found:
        return None
    winner = (max if metric.higher_is_better else min)(found, key=lambda group: found[group])
    return Highlight(f"best {metric.name}{where}", winner, f"{number(found[winner])} {metric.unit}".strip())


def _fastest(results: RunResult) -> Highlight | None:
    found = {
        key: median(values)
        for key, ms in timed(results).items()
        if (values := [m.latency_s.p50 for m in ms if m.latency_s.p50 is not None])
    }
    if not found:
        return None
    smallest = min(key[-1] for key in found)
    winner = min((key for key in found if key[-1] == smallest), key=lambda key: found[key])
    return Highlight(f"lowest latency, batch {smallest}", f"{winner[0]} · {winner[2]}", seconds(found[winner]))


def _busiest(results: RunResult) -> Highlight | None:
    found = {key: median(m.throughput_per_s for m in ms) for key, ms in timed(results).items()}
    if not found:
        return None
    winner = max(found, key=lambda key: found[key])
    return Highlight(
        "highest throughput", f"{winner[0]} · {winner[2]}, batch {winner[4]}", f"{number(found[winner])}/s"
    )


def _smallest(results: RunResult) -> Highlight | None:
    found = [(artifact.bytes, case.group) for case in results.cases for artifact in case.artifacts]
    if not found:
        return None
    size, winner = min(found)
    return Highlight("smallest graph", winner, size_of(size))
