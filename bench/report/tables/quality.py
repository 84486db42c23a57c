"""How good the artifacts are, at each precision, and how far they lie from the torch model."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

from bench.report.formats import NOTHING, number, percent, spread
from bench.report.lookup import feature_case, groups, labelled, metrics_of, scored_by
from bench.report.tables.table import Table
from bench.results import CaseResult, MetricResult, RunResult


@dataclass(frozen=True)
class Scored:
    """An artifact of a group of cases at one precision: its metrics, by name, each a list over the seeds."""

    case: str
    task: str
    precision: str
    metrics: dict[str, list[MetricResult]]


def quality_tables(results: RunResult) -> list[Table]:
    """A table a task: a row an artifact and precision, a column a metric."""
    everything = list(_scored(results))
    tasks = list(dict.fromkeys(one.task for one in everything))
    lossy = len({one.precision for one in everything}) > 1
    return [
        _quality_table(
            "Quality" if len(tasks) == 1 else f"Quality: {task}",
            [one for one in everything if one.task == task],
            lossy,
            _features(results) if task == "generation" else "",
        )
        for task in tasks
    ]


def _features(results: RunResult) -> str:
    """By what generated samples were compared with real ones."""
    named = results.suite.get("features")
    if not named:
        return " Features: the inputs themselves."
    case = feature_case(results)
    if case is None or case.training is None or case.downfall:
        return f" Features: none, since {case.id if case else named} has failed."
    return f" Features: {case.id}, checkpoint sha256 {case.training.checkpoint_sha256[:12]}…."


def _quality_table(title: str, scored: list[Scored], lossy: bool, features: str) -> Table:
    # By what heads its column: a metric in the data's unit has another one for other data.
    columns = [{heading(found[0]): found for found in one.metrics.values()} for one in scored]
    headers = list(dict.fromkeys(header for one in columns for header in one))
    rows = [
        (
            one.case,
            one.precision,
            str(max(map(len, one.metrics.values()))),
            *(spread([metric.value for metric in found.get(header, [])]) for header in headers),
        )
        for one, found in zip(scored, columns, strict=True)
    ]
    note = (
        "On the test set, from the exported ONNX graph, under the first runtime of the suite that has the precision; "
        "mean over the seeds ± standard deviation. An arrow points to where better is." + features
    )
    table = Table(title, ("case", "precision", "seeds", *headers), rows, 2, note)
    return table if lossy else table.without("precision")


def precision_table(results: RunResult) -> Table:
    """A row an artifact, precision other than fp32, and metric: what the arithmetic costs."""
    rows = [
        (one.case, one.precision, heading(found[0]), *_cost(found))
        for one in _scored(results)
        if one.precision != "fp32"
        for found in one.metrics.values()
    ]
    headers = ("case", "precision", "metric", "value", "torch", "difference", "tolerance")
    note = (
        "Means over the seeds. Torch: the value of the torch model, which computes in fp32. Tolerance: the most that "
        "an artifact may differ before its case fails, where the metric states one."
    )
    return Table("Cost of precision", headers, rows, 3, note)


def _cost(found: list[MetricResult]) -> tuple[str, ...]:
    tolerance = found[0].tolerance
    return (
        number(fmean(metric.value for metric in found)),
        number(fmean(metric.reference for metric in found)),
        f"{fmean(metric.value - metric.reference for metric in found):+.2g}",
        NOTHING if tolerance is None else number(tolerance),
    )


def parity_table(results: RunResult) -> Table:
    """A row an output of an artifact, runtime and precision: how far it lies from the torch model at most."""
    worst: dict[tuple[str, ...], tuple[float, float, float]] = {}
    for case in results.cases:
        for parity in case.parity:
            what = labelled(case.group, parity.artifact), parity.output, parity.runtime, parity.precision
            most = worst.get(what, (0.0, 0.0, 0.0))
            found = (parity.max_abs_error, parity.relative_error, parity.excess)
            worst[what] = (max(most[0], found[0]), max(most[1], found[1]), max(most[2], found[2]))
    rows = [
        (*what, f"{most:.2g}", f"{relative:.2g}", percent(excess)) for what, (most, relative, excess) in worst.items()
    ]
    note = (
        "How far the outputs on the test set lie from the torch model's, at most over all seeds. Relative: the length "
        "of the difference against that of the output. Of the bound: above 100 %, they disagree, and the case fails."
    )
    headers = ("case", "output", "runtime", "precision", "largest difference", "relative", "of the bound")
    table = Table("Parity", headers, rows, 4, note)
    return table if {row[3] for row in rows} - {"fp32"} else table.without("precision")


def _scored(results: RunResult) -> Iterator[Scored]:
    """Every artifact that has metrics, at each of its precisions."""
    for group, cases in groups(results).items():
        kinds = {(a.name, a.precision): a.task for case in cases for a in case.artifacts}
        for (artifact, precision), task in kinds.items():
            metrics = _metrics(results, cases, artifact, precision)
            if metrics:
                yield Scored(labelled(group, artifact), task, precision, metrics)


def _metrics(
    results: RunResult, cases: list[CaseResult], artifact: str, precision: str
) -> dict[str, list[MetricResult]]:
    runtime = scored_by(results, cases, artifact, precision)
    names = dict.fromkeys(metric.name for case in cases for metric in case.metrics)
    found = {name: metrics_of(cases, name, artifact, runtime, precision) for name in names}
    return {name: metrics for name, metrics in found.items() if metrics}


def heading(metric: MetricResult) -> str:
    """A metric with where better is, and its unit."""
    arrow = {True: " ↑", False: " ↓", None: ""}[metric.higher_is_better]
    return metric.name + arrow + (f" [{metric.unit}]" if metric.unit else "")
