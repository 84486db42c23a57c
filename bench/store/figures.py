"""All figures of a run, each with the case and the place that it belongs to."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from bench import serving
from bench.conditions import LEAST_SAMPLES
from bench.results import CaseResult, MeasurementResult, RunResult

Rows = list[MeasurementResult]

MEMORY, HIGHEST_RATE = "memory", "highest-rate"

# What timing processes tell: its unit, and whether higher is better.
TIMED: dict[str, tuple[str, bool]] = {
    **{f"latency-p{q:g}": ("s", False) for q in LEAST_SAMPLES},
    "throughput": ("/s", True),
    MEMORY: ("B", False),
    HIGHEST_RATE: ("/s", True),
}

# Facts of a graph that training and machines do not move.
FACTS: dict[str, str] = {"parameters": "", "macs": "", "nodes": "", "bytes": "B"}


@dataclass(frozen=True)
class Figure:
    """A number.

    :param name: what it is: a metric, or `latency-p50`, `throughput`, `parameters` ...
    :param place: of which graph, at which precision, under which runtime and load
    :param higher_is_better: None where neither is
    """

    name: str
    case: str
    place: str
    value: float
    unit: str
    higher_is_better: bool | None = None


def figures_of(results: RunResult) -> Iterator[Figure]:
    """Metrics, timings and facts of all cases."""
    for case in results.cases:
        yield from _metrics(case)
        yield from _facts(case)
        for name, place, value in _timings(case):
            yield Figure(name, case.id, place, value, *TIMED[name])


def _metrics(case: CaseResult) -> Iterator[Figure]:
    for metric in case.metrics:
        place = f"{metric.artifact} {metric.runtime} {metric.precision}"
        yield Figure(metric.name, case.id, place, metric.value, metric.unit, metric.higher_is_better)


def _facts(case: CaseResult) -> Iterator[Figure]:
    for artifact in case.artifacts:
        for name, unit in FACTS.items():
            yield Figure(name, case.id, f"{artifact.name} {artifact.precision}", getattr(artifact, name), unit)


def _timings(case: CaseResult) -> Iterator[tuple[str, str, float]]:
    """The name, the place and the value of each."""
    for one in fixed(case.measurements):
        place = place_of(one)
        for q in LEAST_SAMPLES:
            if (latency := one.latency_s.at(q)) is not None:
                yield f"latency-p{q:g}", place, latency
        yield "throughput", place, one.throughput_per_s
    for place, rows in executions(case.measurements).items():
        if peaks := peaks_of(rows):
            yield MEMORY, place, median(peaks)
    for place, rows in servers(case.measurements).items():
        if told := serving.bracketed(serving.processes(rows)):
            yield HIGHEST_RATE, place, median(one.highest for one in told)


def fixed(rows: Iterable[MeasurementResult]) -> Rows:
    """Measurements under loads that are the same in every run: a server's rates are found anew in each."""
    return [one for one in rows if one.scenario != "server"]


def executions(rows: Iterable[MeasurementResult]) -> dict[str, Rows]:
    """Measurements by what their processes execute, whatever the load: the place of their memory."""
    return _grouped(rows, _execution)


def servers(rows: Iterable[MeasurementResult]) -> dict[str, Rows]:
    """The servers among measurements, each at all rates that it was tried at: the place of its highest rate."""
    return _grouped((one for one in rows if one.scenario == "server"), lambda m: place_of(m, with_rate=False))


def peaks_of(rows: Rows) -> tuple[float, ...]:
    """The most memory that each process held under any load, of those that know it."""
    peaks: dict[int, float] = {}
    for row in rows:
        for process in row.by_process:
            if process.peak_memory_bytes is not None:
                peaks[process.turn] = max(peaks.get(process.turn, 0.0), float(process.peak_memory_bytes))
    return tuple(peaks.values())


def _grouped(rows: Iterable[MeasurementResult], place: Callable[[MeasurementResult], str]) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(place(row), []).append(row)
    return found


def place_of(measurement: MeasurementResult, with_rate: bool = True) -> str:
    """Everything that a measurement was asked for, in words: two runs' are the same where this is.

    :param with_rate: a server's rates are an outcome, and other ones in another run
    """
    m = measurement
    words = [_execution(m), m.scenario]
    words += [f"batch={m.batch_size}"] if m.scenario != "offline" else []
    words += [f"length={m.length}"] if m.length is not None else []
    words += [f"rate={m.rate_per_s:g}"] if with_rate and m.rate_per_s is not None else []
    words += [m.instrument] if m.instrument != "bench" else []
    return " ".join(words)


def _execution(m: MeasurementResult) -> str:
    return f"{m.artifact} {m.runtime} {m.precision} {m.device} threads={m.threads}"
