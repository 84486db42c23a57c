"""All figures of a run, each with the case and the place that it belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.conditions import LEAST_SAMPLES
from bench.results import CaseResult, MeasurementResult, RunResult

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
        for measurement in case.measurements:
            yield from _timings(case, measurement)


def _metrics(case: CaseResult) -> Iterator[Figure]:
    for metric in case.metrics:
        place = f"{metric.artifact} {metric.runtime} {metric.precision}"
        yield Figure(metric.name, case.id, place, metric.value, metric.unit, metric.higher_is_better)


def _facts(case: CaseResult) -> Iterator[Figure]:
    for artifact in case.artifacts:
        for name, unit in FACTS.items():
            yield Figure(name, case.id, f"{artifact.name} {artifact.precision}", getattr(artifact, name), unit)


def _timings(case: CaseResult, measurement: MeasurementResult) -> Iterator[Figure]:
    place = place_of(measurement)
    for q in LEAST_SAMPLES:
        if (latency := measurement.latency_s.at(q)) is not None:
            yield Figure(f"latency-p{q:g}", case.id, place, latency, "s", False)
    yield Figure("throughput", case.id, place, measurement.throughput_per_s, "/s", True)


def place_of(measurement: MeasurementResult, with_rate: bool = True) -> str:
    """Everything that a measurement was asked for, in words: two runs' are the same where this is.

    :param with_rate: a server's rates are an outcome, and other ones in another run
    """
    m = measurement
    words = [m.artifact, m.runtime, m.precision, m.device, f"threads={m.threads}", m.scenario]
    words += [f"batch={m.batch_size}"] if m.scenario != "offline" else []
    words += [f"length={m.length}"] if m.length is not None else []
    words += [f"rate={m.rate_per_s:g}"] if with_rate and m.rate_per_s is not None else []
    words += [m.instrument] if m.instrument != "bench" else []
    return " ".join(words)
