"""Times the artifacts: one process at a time, all configurations in turn, so that a drift hits all alike."""

import glob
import os
import random
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench.conditions import LEAST_SAMPLES
from bench.lengths import timed_lengths
from bench.records import Artifact, RuntimeUse
from bench.report import lookup
from bench.results import ArtifactResult, CaseResult, Failure
from bench.roofline import Calibration, Work, calibration_for
from bench.run.found import is_ready, is_searched, loads_after
from bench.run.loads import alone, loads_of, processes_of
from bench.run.progress import Progress
from bench.run.rows import Part, Timed, rows_of
from bench.run.timing_process import in_fork
from bench.run.workers import Workers
from bench.stages.blame import owner_of
from bench.stages.request import CaseRequest
from bench.suite.schema import Measure, Suite
from bench.timing.host_lock import alone_on_this_host
from bench.timing.interpreter import helping_cores, in_new_interpreter, timing_cores
from bench.timing.noise import is_calm
from bench.timing.request import Effort, Load, LoadAnswer, TimingAnswer, TimingRequest, beginning
from bench.timing.scenarios import TRIAL_S
from bench.timing.server import HALVINGS, LADDER, SEARCHES, STEP, STEPS, trial_s

# Longer than this, a system's clock cannot be asked to wait.
LONGEST_WAIT_S = 2_000_000.0

NEEDS_LONGER = "if it needs longer, raise silence_s"

# What a failure is called that is a server's bound which nothing can keep.
BOUND = "Bound"


@dataclass
class Configuration:
    """An artifact under a runtime: measured under all loads in each of several processes.

    :param loads: what a process has found, the best batch size or the rates, is in them from then on
    :param searches: how many processes have searched for a server's rates
    :param works: what it has to do, by the length of its sequences
    :param alone_s: by length, what a query alone takes, at its 99th percentile; empty if nobody has asked
    :param refusals: why no server is timed, of some length, though the suite asks for one
    """

    group: str
    request: CaseRequest
    artifact: Artifact
    works: Mapping[int | None, Work]
    runtime: RuntimeUse
    loads: list[Load]
    parts: list[Part] = field(default_factory=list)
    searches: int = 0
    alone_s: dict[int | None, float] = field(default_factory=dict)
    refusals: list[Failure] = field(default_factory=list)
    failure: Failure | None = None

    @property
    def name(self) -> str:
        """What it is called in words."""
        artifact, request = self.artifact, self.request
        named = lookup.Configuration(self.group, artifact.name, self.runtime.name, request.device, artifact.precision)
        return f"{named.case} {named.variant}"

    @property
    def samples(self) -> Path:
        """Where raw samples are kept: a file name begins like this."""
        name = f"{Path(self.artifact.path).stem}.{self.runtime.name}"
        return Path(self.request.folder, "samples", self.request.name, name)


def measure_cases(
    pairs: Iterable[tuple[CaseRequest, CaseResult]],
    suite: Suite,
    calibrations: Sequence[Calibration],
    workers: Workers,
    progress: Progress,
    first_turn: int = 0,
) -> dict[str, CaseResult]:
    """Time every artifact that agreed with its torch model. The first seed orders the turns of the configurations.

    :param calibrations: of this machine
    :param first_turn: the place of the first process in the order of all of the run
    :returns: the results with their measurements, by case identifier
    """
    pairs, measure = list(pairs), suite.measure
    configurations = [one for request, result in pairs for one in configurations_of(request, result, measure)]
    for folder in {one.samples.parent for one in configurations}:
        shutil.rmtree(folder, ignore_errors=True)  # an earlier run's, which nothing will name
    try:
        if configurations:
            with alone_on_this_host(progress.waiting_for_host):
                _take_turns(configurations, suite, workers, progress, first_turn)
        return {result.id: measured(result, configurations, measure, calibrations) for _, result in pairs}
    finally:
        for one in configurations:  # what single processes wrote is in one file by now, unless they were interrupted
            for path in one.samples.parent.glob(f"{glob.escape(one.samples.name)}.turn*"):
                path.unlink()


def _take_turns(
    configurations: list[Configuration], suite: Suite, workers: Workers, progress: Progress, first_turn: int
) -> None:
    """Run all processes: every configuration once, in random order, then every one again, and so on.

    Before that, those that ask for a server tell how long a query alone takes.
    """
    order = random.Random(suite.seeds[0])
    total, done = processes_of(suite.measure) * len(configurations), 0
    for configuration in configurations if "server" in suite.measure.scenarios else ():
        progress.measuring(configuration.request.id, done, total)
        _ask_alone(configuration, suite, first_turn + done, workers)
        done += 1
    _refuse_servers(configurations, suite.measure.server.p99_s, progress)
    for _ in range(suite.measure.processes):
        for configuration in order.sample(configurations, len(configurations)):
            progress.measuring(configuration.request.id, done, total)
            if configuration.failure is None and configuration.loads:
                one_process(configuration, suite, first_turn + done, order, workers)
            done += 1
    progress.measuring("", total, total)


def _ask_alone(configuration: Configuration, suite: Suite, turn: int, workers: Workers) -> None:
    """Find the 99th percentile of a query alone: the lowest of a few short samples.

    Where none of them was calm, their median stands for it: a bound that this does not keep cannot be kept either.
    """
    timing = timing_request(configuration, suite, turn, alone(configuration.loads))
    effort = replace(timing.effort, min_seconds=TRIAL_S, min_samples=LEAST_SAMPLES[99])
    answer = _answer(configuration, replace(timing, effort=effort), suite, workers)
    by_length: dict[int | None, list[LoadAnswer]] = {}
    for one in answer.loads if answer is not None else ():
        by_length.setdefault(timing.loads[one.load].length, []).append(one)
    configuration.alone_s = {length: _shortest_s(own) for length, own in by_length.items()}


def _shortest_s(answers: Sequence[LoadAnswer]) -> float:
    """What a query takes at its 99th percentile in the best of some samples."""
    calm = [one for one in answers if is_calm(one.conditions)]
    q = 99 if calm else 50
    return min(float(np.percentile(np.load(one.path), q)) / 1e9 for one in calm or answers)


def _refuse_servers(configurations: list[Configuration], bound_s: float, progress: Progress) -> None:
    """Leave out the server of what does not keep the bound even alone, and tell it once for all seeds."""
    told: dict[str, str] = {}
    for one in configurations:
        for length, alone_s in one.alone_s.items():
            if alone_s <= bound_s:
                continue
            name = one.name if length is None else f"{one.name} at length {length}"
            line = (
                f"{name} is not timed as a server: measure.server.p99_s is {bound_s:g} s, and a query alone takes "
                f"{alone_s:.3g} s; no rate can keep the bound, which must be longer than that"
            )
            one.refusals.append(replace(_failure(one, BOUND, line), fatal=False, plugin="", length=length))
            one.loads = [load for load in one.loads if (load.scenario, load.length) != ("server", length)]
            told.setdefault(name, line)
    for line in told.values():
        progress.warned(line)


def configurations_of(request: CaseRequest, result: CaseResult, measure: Measure) -> Iterator[Configuration]:
    """What of a case is timed: what was scored and agreed with torch."""
    for found in result.artifacts:
        if measure.artifacts is not None and found.name not in measure.artifacts:
            continue
        artifact = Artifact(
            name=found.name,
            task=found.task,
            precision=found.precision,
            path=str(request.graph(found.name, found.precision)),
            checkpoint=str(request.checkpoint),
            inputs=tuple(found.inputs),
            outputs=tuple(found.outputs),
        )
        lengths = timed_lengths(found.inputs, measure.lengths or ())
        for runtime in request.runtimes:
            used = found.precision in runtime.precisions
            if used and result.is_trusted(found.name, runtime.name, found.precision):
                works, loads = _works(request, found, lengths), loads_of(measure, lengths)
                yield Configuration(result.group, request, artifact, works, runtime, loads)


def one_process(configuration: Configuration, suite: Suite, turn: int, order: random.Random, workers: Workers) -> None:
    """Run one timing process to its end, take in what it found, and keep where its samples are."""
    asked = [number for number, load in enumerate(configuration.loads) if is_ready(load)]
    asked = order.sample(asked, len(asked))
    loads, bound_s = [configuration.loads[number] for number in asked], suite.measure.server.p99_s
    answer = _answer(configuration, timing_request(configuration, suite, turn, loads), suite, workers)
    if answer is not None:
        parts = [Part(turn, asked[one.load], answer, one) for one in answer.loads]
        configuration.parts += parts
        configuration.searches += any(map(is_searched, loads))
        may_search = configuration.searches < SEARCHES
        configuration.loads = loads_after(configuration.loads, parts, bound_s, may_search)


def _answer(configuration: Configuration, timing: TimingRequest, suite: Suite, workers: Workers) -> TimingAnswer | None:
    """Run one timing process to its end; None if it fails, which the configuration then knows."""
    log = configuration.request.log
    patience = patience_s(suite, timing.loads, max(configuration.alone_s.values(), default=None))
    if configuration.runtime.info.needs_torch:
        answer = in_fork(timing, workers, log, patience, NEEDS_LONGER)
    else:
        answer = in_new_interpreter(timing, log, patience, NEEDS_LONGER)
    if not answer.error:
        return answer
    configuration.failure = _failure(configuration, "Timing", f"{configuration.samples.name}: {answer.error}")
    return None


def timing_request(configuration: Configuration, suite: Suite, turn: int, loads: Sequence[Load]) -> TimingRequest:
    """What a timing process is asked: a configuration under these loads."""
    request, measure = configuration.request, suite.measure
    cores = timing_cores(measure.threads, measure.cores or ())
    return TimingRequest(
        runtime=configuration.runtime,
        artifact=configuration.artifact,
        rows=str(request.rows(configuration.artifact.name)),
        device=request.device,
        threads=measure.threads,
        cores=cores,
        loads=tuple(loads),
        effort=Effort(
            measure.warmup_s,
            max(measure.warmup_s, measure.warmup_max_s),
            measure.min_seconds,
            measure.min_samples,
            measure.server.p99_s,
        ),
        samples=f"{configuration.samples}.turn{turn}",
        seed=suite.seeds[0] + turn,
        helpers=helping_cores(cores),
    )


def patience_s(suite: Suite, loads: Sequence[Load], alone_s: float | None) -> float:
    """How long a process may take, which tells nothing meanwhile: what its loads ask for, twice, and a silence each.

    :param alone_s: what a query alone takes at most; of a server, this is known
    """
    measure = suite.measure
    asked = sum(measure.warmup_s + measure.warmup_max_s + _asked_s(load, measure, alone_s) for load in loads)
    return min(LONGEST_WAIT_S, len(loads) * suite.silence_s + 2 * asked)


def _asked_s(load: Load, measure: Measure, alone_s: float | None) -> float:
    if load.scenario != "server":
        return measure.min_seconds
    assert alone_s is not None
    slow = STEP * LADDER[0] / alone_s  # slower than most that are tried, which makes up for the few that are slower
    trials = len(LADDER) + 2 * STEPS + HALVINGS
    return trials * trial_s(slow, measure.min_seconds, measure.min_samples, measure.server.p99_s)


def _failure(configuration: Configuration, kind: str, message: str) -> Failure:
    """A failure that costs this configuration alone."""
    owner = owner_of(configuration.runtime.info.target.partition(":")[0], configuration.request.owners)
    artifact = configuration.artifact
    return Failure(
        "measure",
        kind,
        message,
        owner,
        artifact=artifact.name,
        runtime=configuration.runtime.name,
        precision=artifact.precision,
    )


def measured(
    result: CaseResult, configurations: list[Configuration], measure: Measure, calibrations: Sequence[Calibration]
) -> CaseResult:
    """A case's result with its measurements, or with the failure of its timing."""
    own = [configuration for configuration in configurations if configuration.request.id == result.id]
    rows = [
        row
        for one in own
        if one.failure is None
        for row in rows_of(_timed(one, measure, calibrations), one.loads, one.parts)
    ]
    failures = [one.failure for one in own if one.failure is not None]
    refusals = [refusal for one in own for refusal in one.refusals]
    result = replace(result, measurements=rows, failures=[*result.failures, *failures, *refusals])
    return replace(result, status="failed", error=result.error or failures[0]) if failures else result


def _timed(configuration: Configuration, measure: Measure, calibrations: Sequence[Calibration]) -> Timed:
    artifact, runtime = configuration.artifact, configuration.runtime
    return Timed(
        artifact=artifact.name,
        precision=artifact.precision,
        runtime=runtime.name,
        device=configuration.request.device,
        threads=measure.threads,
        bound_s=measure.server.p99_s,
        folder=Path(configuration.request.folder),
        samples=configuration.samples,
        cores=os.cpu_count() or 1,
        works=configuration.works,
        calibration=calibration_for(calibrations, runtime.info.name, artifact.precision),
    )


def _works(request: CaseRequest, found: ArtifactResult, lengths: Iterable[int | None]) -> dict[int | None, Work]:
    """What an artifact has to do by length; the rows that it is timed with tell the size of its outputs too."""
    works = {}
    with np.load(request.rows(found.name)) as rows:
        for length in lengths:
            begin = beginning("input", length), beginning("output", length)
            sample_bytes = sum(rows[name].nbytes / len(rows[name]) for name in rows.files if name.startswith(begin))
            macs = found.macs if length is None else found.macs_at.get(length, 0)
            works[length] = Work(macs, found.bytes, sample_bytes)
    return works
