"""Results -> the tables that every report shows, cell by cell as text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, stdev

from bench.results import STAGES, CaseResult, GateResult, MeasurementResult, MetricResult, RunResult


@dataclass(frozen=True)
class Table:
    """A table of text: `words` columns of words, then columns of figures. `note` says how to read it."""

    title: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: int
    note: str = ""

    @property
    def numeric(self) -> list[bool]:
        """Which columns hold figures, which are aligned to the right."""
        return [column >= self.words for column in range(len(self.headers))]


def tables(results: RunResult) -> list[Table]:
    """The tables of a report in their order, without the empty ones."""
    every = (failure_table, quality_table, speed_table, size_table, training_table, parity_table, lineage_table)
    return [table for make in (verdict_table, *every) if (table := make(results)).rows]


def groups(results: RunResult) -> dict[str, list[CaseResult]]:
    """The cases that differ in their seed alone, by the name that they share."""
    found: dict[str, list[CaseResult]] = {}
    for case in results.cases:
        found.setdefault(case.group, []).append(case)
    return found


def by_dataset(results: RunResult) -> dict[str, RunResult]:
    """The results on each dataset, whose figures can be compared with each other and with no other's."""
    found: dict[str, list[CaseResult]] = {}
    for case in results.cases:
        found.setdefault(case.dataset, []).append(case)
    return {dataset: replace(results, cases=cases) for dataset, cases in found.items()}


def verdict_table(results: RunResult) -> Table:
    """A row a group of cases, and one for each of its gates."""
    rows: list[tuple[str, ...]] = []
    for group, cases in groups(results).items():
        passed = sum(case.status == "passed" for case in cases)
        rows.append(("passed" if passed == len(cases) else "FAILED", group, f"{passed} of {len(cases)} cases ran", ""))
        own = [gate for gate in results.gates if gate.group == group]
        rows += [_gate_row(group, what, own) for what in dict.fromkeys((gate.metric, gate.bound) for gate in own)]
    return Table("Verdicts", ("verdict", "case", "what", "value"), rows, words=3)


def _gate_row(group: str, what: tuple[str, str], gates: list[GateResult]) -> tuple[str, ...]:
    """One row for one bound, wherever its figure was taken; if it was missed, where."""
    found = [gate for gate in gates if (gate.metric, gate.bound) == what]
    missed = [gate for gate in found if not gate.passed]
    values = list(dict.fromkeys(number(gate.value) for gate in missed or found if gate.value is not None))
    where = f" ({'; '.join(gate.where for gate in missed)})" if missed else ""
    return ("MISSED" if missed else "passed", group, " ".join(what) + where, ", ".join(values))


def failure_table(results: RunResult) -> Table:
    """A row for everything that went wrong."""
    rows = [
        (case.id, failure.stage, failure.plugin or "-", f"{failure.kind}: {failure.message}", f"logs/{log_name(case)}")
        for case in results.cases
        for failure in case.failures
    ]
    return Table("Failures", ("case", "stage", "in whose code", "what happened", "log"), rows, words=5)


def quality_table(results: RunResult) -> Table:
    """A row an artifact of a group, a column a metric: the mean over the seeds and their standard deviation."""
    runtime = first_runtime(results)
    names = list(dict.fromkeys(metric.name for metric in all_metrics(results)))
    units = {metric.name: metric for metric in all_metrics(results)}
    rows = []
    for group, cases in groups(results).items():
        for artifact in dict.fromkeys(artifact.name for case in cases for artifact in case.artifacts):
            found = {name: values_of(cases, name, artifact, runtime) for name in names}
            if any(found.values()):
                label = group if artifact == "forward" else f"{group} {artifact}"
                rows.append((label, str(max(map(len, found.values()))), *(spread(found[name]) for name in names)))
    headers = tuple(
        name + arrow(units[name]) + (f" [{units[name].unit}]" if units[name].unit else "") for name in names
    )
    note = (
        f"On the test set, from the exported ONNX graph under {runtime}; mean over the seeds ± standard deviation. "
        "An arrow points to where better is."
    )
    return Table("Quality", ("case", "seeds", *headers), rows, 1, note)


def speed_table(results: RunResult) -> Table:
    """A row a timed configuration of a group: the median over its seeds of each statistic."""
    rows = []
    for (group, artifact, runtime, device, batch), found in timed(results).items():
        label = group if artifact == "forward" else f"{group} {artifact}"
        rows.append(
            (
                label,
                runtime if device == "cpu" else f"{runtime} {device}",
                str(batch),
                _middle(found, lambda m: m.latency_s.p50, seconds),
                _middle(found, lambda m: m.latency_s.p90, seconds),
                _middle(found, lambda m: m.latency_s.p99, seconds),
                _middle(found, lambda m: m.throughput_per_s, number),
                "-" if (apart := process_spread(found)) is None else percent(apart),
                str(min(m.samples for m in found)),
            )
        )
    headers = ("case", "runtime", "batch", "p50", "p90", "p99", "samples/s", "spread", "calls")
    note = (
        "Time for one call, over all processes; median of the seeds. Spread: how far the processes' medians lie apart, "
        "against their middle. Calls: of the seed with the fewest. A percentile with too few calls is left out."
    )
    return Table("Speed", headers, rows, 2, " ".join([note, *_shares(results)]))


def _shares(results: RunResult) -> Iterator[str]:
    """A sentence for every runtime that can tell which of a graph's nodes ran where."""
    found: dict[str, list[float]] = {}
    for case in results.cases:
        for m in case.measurements:
            if m.provider_share is not None:
                found.setdefault(m.runtime, []).append(m.provider_share)
    for runtime, shares in found.items():
        yield f"Under {runtime}, at least {percent(min(shares))} of every graph's nodes ran on the provider asked for."


def size_table(results: RunResult) -> Table:
    """A row an artifact of a group; seeds do not change it."""
    rows = []
    for group, cases in groups(results).items():
        first = next((case for case in cases if case.artifacts), None)
        for found in first.artifacts if first else []:
            label = group if found.name == "forward" else f"{group} {found.name}"
            row = (f"{found.parameters:,}", f"{found.macs:,}", size_of(found.bytes), str(found.nodes))
            rows.append((label, found.task, *row))
    note = "Parameters are the trainable ones; multiply-accumulates are for one sample, as torch counts them."
    return Table("Size", ("case", "task", "parameters", "multiply-accumulates", "ONNX file", "nodes"), rows, 2, note)


def training_table(results: RunResult) -> Table:
    """A row a group: how it was trained and how long each stage took."""
    rows = []
    for group, cases in groups(results).items():
        ran = [case for case in cases if case.training is not None]
        if not ran:
            continue
        training = ran[0].training
        assert training is not None
        stages = [spread([case.stages[s].seconds for case in ran if s in case.stages]) for s in STAGES]
        rows.append((group, training.device, str(training.epochs), f"{training.steps:,}", *stages))
    headers = ("case", "device", "epochs", "steps", "train [s]", "export [s]", "evaluate [s]")
    return Table("Training", headers, rows, 2, "Seconds of each stage, several cases side by side.")


def parity_table(results: RunResult) -> Table:
    """A row an artifact and runtime of a group: how far it lies from the torch model at most."""
    worst: dict[tuple[str, str, str], tuple[float, float]] = {}
    for case in results.cases:
        for parity in case.parity:
            key = (case.group, f"{parity.artifact} {parity.output}", parity.runtime)
            worst[key] = max(worst.get(key, (0.0, 0.0)), (parity.excess, parity.max_abs_error))
    rows = [(*key, f"{error:.2g}", percent(excess)) for key, (excess, error) in worst.items()]
    note = "The largest difference from the torch model on the test set, over all seeds, and its share of the bound."
    return Table("Parity", ("case", "artifact", "runtime", "difference", "of the bound"), rows, 3, note)


def lineage_table(results: RunResult) -> Table:
    """A row an artifact: data -> weights -> graph, each by the beginning of its SHA-256."""
    rows = [
        (
            case.id,
            case.data.fingerprint[:12] if case.data else "",
            case.training.checkpoint_sha256[:12] if case.training else "",
            artifact.name,
            artifact.sha256[:12],
        )
        for case in results.cases
        for artifact in case.artifacts
    ]
    note = "Every figure above belongs to one of these graphs; results.json has the hashes whole, and the raw samples."
    return Table("Lineage", ("case", "data", "weights", "artifact", "graph"), rows, 5, note)


Key = tuple[str, str, str, str, int]


def timed(results: RunResult) -> dict[Key, list[MeasurementResult]]:
    """(group, artifact, runtime, device, batch size) -> its measurements, one a seed."""
    found: dict[Key, list[MeasurementResult]] = {}
    for case in results.cases:
        for m in case.measurements:
            found.setdefault((case.group, m.artifact, m.runtime, m.device, m.batch_size), []).append(m)
    return found


def all_metrics(results: RunResult) -> Iterator[MetricResult]:
    """Every figure of every case."""
    return (metric for case in results.cases for metric in case.metrics)


def first_runtime(results: RunResult) -> str:
    """The runtime whose figures stand for quality: the first that the suite names."""
    name: str = results.suite["measure"]["runtimes"][0]["name"]
    return name


def values_of(cases: Iterable[CaseResult], name: str, artifact: str, runtime: str) -> list[float]:
    """A metric's value for each seed."""
    return [
        metric.value
        for case in cases
        for metric in case.metrics
        if (metric.name, metric.artifact, metric.runtime) == (name, artifact, runtime)
    ]


def process_spread(found: list[MeasurementResult]) -> float | None:
    """The widest distance between the medians of one configuration's processes, against their middle.

    None where there are no two processes to compare.
    """
    medians = [[one.p50_s for one in m.by_process] for m in found if len(m.by_process) > 1]
    return max(((max(each) - min(each)) / median(each) for each in medians), default=None)


def arrow(metric: MetricResult) -> str:
    """Where better is."""
    return {True: " ↑", False: " ↓", None: ""}[metric.higher_is_better]


def log_name(case: CaseResult) -> str:
    """The name of a case's log."""
    return case.folder + ".log"


def spread(values: list[float]) -> str:
    """Mean ± standard deviation."""
    if not values:
        return "-"
    return number(fmean(values)) + (f" ± {stdev(values):.2g}" if len(values) > 1 else "")


def number(value: float) -> str:
    """Four significant digits, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def seconds(value: float) -> str:
    """Three digits with the unit that suits."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if value * factor >= 1:
            return f"{_three_digits(value * factor)} {unit}"
    return f"{_three_digits(value * 1e9)} ns"


def percent(value: float) -> str:
    """A share in per cent."""
    return f"{_three_digits(100 * value)} %"


def size_of(count: float) -> str:
    """Bytes with the unit that suits."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{_three_digits(count)} {unit}"
        count /= 1024
    return f"{_three_digits(count)} GiB"


def _three_digits(value: float) -> str:
    """Three significant digits; all of them from 1000 on, rather than a power of ten."""
    return f"{value:.0f}" if value >= 999.5 else f"{value:.3g}"


def _middle(
    found: list[MeasurementResult], pick: Callable[[MeasurementResult], float | None], write: Callable[[float], str]
) -> str:
    values = [value for m in found if (value := pick(m)) is not None]
    return write(median(values)) if values else "-"
