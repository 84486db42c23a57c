"""How cases compare with the case that the suite names for each."""

from statistics import fmean

from bench.report.formats import NOTHING, number, ratio, reach
from bench.report.lookup import groups, scored_by
from bench.report.ratios import ENOUGH_PROCESSES, LEAST_PROCESSES
from bench.report.rivals import QualityPair, latency_pairs, quality_pairs
from bench.report.tables.quality import heading
from bench.report.tables.speed import LENGTH, MARK, length_of
from bench.report.tables.table import Table
from bench.results import RunResult

INTERVAL = "95 % interval"
MACS = "multiply-accumulates"


def latency_rival_table(results: RunResult) -> Table:
    """A row a configuration that a case and its rival share: the ratio of their latencies."""
    rows = [
        (
            one.own.case,
            one.rival.case,
            one.own.variant,
            str(one.own.batch_size),
            length_of(one.own),
            f"{MARK} {ratio(one.ratio.value)}" if one.doubtful else ratio(one.ratio.value),
            reach(one.ratio.interval),
            NOTHING if one.macs is None else ratio(one.macs),
        )
        for one in latency_pairs(results)
    ]
    note = (
        "Single-stream: the latency of a case, divided by that of the one that it is compared with; below 1, it is the "
        "faster one. Latency: the median of the processes' p50; over several seeds the geometric mean of the ratios. "
        "Interval: by a bootstrap over the processes, each seed by itself; of fewer than "
        f"{ENOUGH_PROCESSES} processes widened by Student's t, of fewer than {LEAST_PROCESSES} none. "
        f"Multiply-accumulates: their ratio. {MARK}: one of the two rows is not to be trusted, as Noisy rows says."
    )
    headers = ("case", "against", "runtime", "batch", LENGTH, "latency ratio", INTERVAL, MACS)
    return Table("Latency against rivals", headers, rows, 3, note).without_empty(LENGTH, INTERVAL, MACS)


def quality_rival_table(results: RunResult) -> Table:
    """A row an artifact at a precision that a case and its rival share: the metric that leads there."""
    rows = [_quality_row(one) for one in quality_pairs(results) if _stands_for_its_case(one, results)]
    note = (
        "The leading metric, of the seeds that both have: means of each, of their difference, and of their ratio seed "
        "by seed. Interval: Student's t for the mean ratio, with two seeds or more; it tells what another seed may "
        "change, not what another test set may."
    )
    headers = ("case", "against", "precision", "metric", "seeds", "value", "rival", "difference", "ratio", INTERVAL)
    table = Table("Quality against rivals", headers, rows, 4, note).without_empty("ratio", INTERVAL)
    return table if set(table.cells("precision")) - {"fp32"} else table.without("precision")


def _stands_for_its_case(pair: QualityPair, results: RunResult) -> bool:
    """Whether a figure is of the runtime whose figures stand for quality elsewhere."""
    cases, metric = groups(results)[pair.group], pair.metric
    return metric.runtime == scored_by(results, cases, metric.artifact, metric.precision)


def _quality_row(pair: QualityPair) -> tuple[str, ...]:
    own, rival = fmean(pair.own), fmean(pair.rival)
    return (
        pair.case,
        pair.rival_case,
        pair.metric.precision,
        heading(pair.metric),
        str(len(pair.own)),
        number(own),
        number(rival),
        f"{own - rival:+.2g}",
        NOTHING if pair.ratio is None else ratio(pair.ratio.value),
        NOTHING if pair.ratio is None else reach(pair.ratio.interval),
    )
