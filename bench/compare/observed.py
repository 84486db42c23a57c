"""The figures of a run, each with all that tells how far chance may have moved it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import serving
from bench.compare.records import Key, Kind
from bench.results import (
    ArtifactResult,
    CaseResult,
    DataResult,
    MeasurementResult,
    MetricResult,
    ProcessResult,
    RunResult,
    is_chosen,
)
from bench.store.figures import FACTS, HIGHEST_RATE, MEMORY, TIMED, executions, fixed, peaks_of, place_of, servers

# The field of a `ProcessResult` that holds a figure.
TIMINGS = {
    "latency-p50": "p50_s",
    "latency-p90": "p90_s",
    "latency-p99": "p99_s",
    "throughput": "throughput_per_s",
}
OPERATORS = "operators"


@dataclass(frozen=True)
class Execution:
    """Who executed what was timed, and in which arithmetic."""

    runtime: str
    precision: str
    device: str
    threads: int


@dataclass(frozen=True)
class Nature:
    """What is the same for all seeds of a figure.

    :param best: the value that nothing can surpass, if there is one
    :param follows_pace: whether it moves with how fast the machine is at the moment
    """

    kind: Kind
    unit: str
    higher_is_better: bool | None
    best: float | None = None
    execution: Execution | None = None
    follows_pace: bool = False

    @property
    def device(self) -> str:
        """Where it was executed, if it was timed."""
        return self.execution.device if self.execution else ""


@dataclass(frozen=True)
class Seen:
    """A figure as it is with one seed.

    :param value: the figure
    :param processes: of a timing, what each process found, and `paces` how fast the machine was meanwhile, in seconds
        of a fixed piece of work; empty where some process does not know
    :param steps: of a rate that was searched, by which factor the next one is higher that the process did not keep:
        its true highest rate lies between the two
    :param scores: of a quality, where the scores of the single rows of the test set are
    :param asked: hashes of the test set: two runs have been asked the same where these are equal
    :param parts: what the value is made of, in numbers that must not differ
    :param doubts: why not to trust it
    """

    value: float
    processes: tuple[float, ...] = ()
    paces: tuple[float, ...] = ()
    steps: tuple[float, ...] = ()
    scores: Path | None = None
    asked: str = ""
    parts: dict[str, int] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


@dataclass
class Observed:
    """A figure of one run, by seed."""

    nature: Nature
    seeds: dict[int, Seen] = field(default_factory=dict)


def observed(results: RunResult, folder: Path, only: Sequence[str] = ()) -> dict[Key, Observed]:
    """All figures of a run.

    :param folder: the run directory
    :param only: patterns of cases, as for `bench run`; all if there are none
    """
    found: dict[Key, Observed] = {}
    for case in results.cases:
        if not is_chosen(case.id, only):
            continue
        for place, name, nature, seen in _of_case(case, folder):
            found.setdefault(Key(case.group, place, name), Observed(nature)).seeds[case.seed] = seen
    return found


_Figure = tuple[str, str, Nature, Seen]


def _of_case(case: CaseResult, folder: Path) -> Iterator[_Figure]:
    asked = _asked(case.data)
    for metric in case.metrics:
        yield _metric(metric, asked, folder)
    for artifact in case.artifacts:
        yield from _facts(artifact)
    for one in fixed(case.measurements):
        yield from _timings(one)
    for place, rows in servers(case.measurements).items():
        yield from _highest_rate(place, rows)
    for place, rows in executions(case.measurements).items():
        yield from _memory(place, rows)


def _asked(data: DataResult | None) -> str:
    """What tells whether two cases were asked the same: the test set, or, where nobody can tell that, all data."""
    if data is None:
        return ""
    return f"{data.test_inputs} {data.test_targets}" if data.test_inputs else data.fingerprint


def _metric(metric: MetricResult, asked: str, folder: Path) -> _Figure:
    place = f"{metric.artifact} {metric.runtime} {metric.precision}"
    scores = folder / metric.scores_path if metric.scores_path else None
    nature = Nature("quality", metric.unit, metric.higher_is_better, metric.best)
    return place, metric.name, nature, Seen(metric.value, scores=scores, asked=asked)


def _facts(artifact: ArtifactResult) -> Iterator[_Figure]:
    place = f"{artifact.name} {artifact.precision}"
    for name, unit in FACTS.items():
        yield place, name, Nature("fact", unit, False), Seen(getattr(artifact, name))
    if artifact.operators:
        yield place, OPERATORS, Nature("fact", "", None), Seen(len(artifact.operators), parts=artifact.operators)


def _nature(name: str, one: MeasurementResult, follows_pace: bool = True) -> Nature:
    unit, higher_is_better = TIMED[name]
    execution = Execution(one.runtime, one.precision, one.device, one.threads)
    return Nature("timing", unit, higher_is_better, None, execution, follows_pace)


def _timings(one: MeasurementResult) -> Iterator[_Figure]:
    place, paces, doubts = place_of(one), _paces(one.by_process), tuple(one.noise)
    for name, field_ in TIMINGS.items():
        values = [getattr(process, field_) for process in one.by_process]
        if values and all(values):  # one may not be known, or too short for the clock
            yield place, name, _nature(name, one), Seen(median(values), tuple(values), paces, doubts=doubts)


def _paces(processes: Sequence[ProcessResult]) -> tuple[float, ...]:
    """How fast the machine was at each process; empty if one of them does not know."""
    paces = tuple(process.pace_s for process in processes if process.pace_s)
    return paces if len(paces) == len(processes) else ()


def _memory(place: str, rows: list[MeasurementResult]) -> Iterator[_Figure]:
    if values := peaks_of(rows):
        yield place, MEMORY, _nature(MEMORY, rows[0], follows_pace=False), Seen(median(values), values)


def _highest_rate(place: str, rows: list[MeasurementResult]) -> Iterator[_Figure]:
    """The highest rate at which each process of a server kept its bound; other rates are tried in every run."""
    if told := serving.bracketed(serving.processes(rows)):
        rates, steps = tuple(one.highest for one in told), tuple(one.next / one.highest for one in told)
        doubts = tuple(dict.fromkeys(reason for row in rows for reason in row.noise))
        seen = Seen(median(rates), rates, steps=steps, doubts=doubts)
        yield place, HIGHEST_RATE, _nature(HIGHEST_RATE, rows[0]), seen
