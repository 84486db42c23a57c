"""Times the artifacts: one process at a time, all configurations in turn, so that a drift hits all alike."""

import glob
import os
import random
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench.records import Artifact, RuntimeUse
from bench.results import ArtifactResult, CaseResult, Failure
from bench.roofline import Calibration, Work, calibration_for
from bench.run.host_lock import alone_on_this_host
from bench.run.loads import loads_of
from bench.run.progress import Progress
from bench.run.rows import Part, Timed, rows_of
from bench.run.timing_process import in_fork, in_new_interpreter, timing_cores
from bench.run.workers import Workers
from bench.stages.blame import owner_of
from bench.stages.request import CaseRequest
from bench.suite.schema import Measure, Suite
from bench.timing.request import Effort, Load, TimingAnswer, TimingRequest
from bench.timing.server import HALVINGS, LADDER, STEPS, TRIAL_BOUNDS

# Longer than this, a system's clock cannot be asked to wait.
LONGEST_WAIT_S = 2_000_000.0


@dataclass
class Configuration:
    """An artifact under a runtime: measured under all loads in each of several processes.

    :param loads: what the first process has found, the best batch size or the rates, is in them from then on
    """

    request: CaseRequest
    artifact: Artifact
    work: Work
    runtime: RuntimeUse
    loads: list[Load]
    parts: list[Part] = field(default_factory=list)
    failure: Failure | None = None

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
    """Run all processes: every configuration once, in random order, then every one again, and so on."""
    order = random.Random(suite.seeds[0])
    total, done = suite.measure.processes * len(configurations), 0
    for _ in range(suite.measure.processes):
        for configuration in order.sample(configurations, len(configurations)):
            progress.measuring(configuration.request.id, done, total)
            if configuration.failure is None:
                one_process(configuration, suite, first_turn + done, order, workers)
            done += 1
    progress.measuring("", total, total)


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
        for runtime in request.runtimes:
            used = found.precision in runtime.precisions
            if used and result.is_trusted(found.name, runtime.name, found.precision):
                yield Configuration(request, artifact, _work(request, found), runtime, loads_of(measure))


def one_process(configuration: Configuration, suite: Suite, turn: int, order: random.Random, workers: Workers) -> None:
    """Run one timing process to its end, take in what it found, and keep where its samples are."""
    request = configuration.request
    asked = [number for number, load in enumerate(configuration.loads) if _is_ready(load)]
    asked = order.sample(asked, len(asked))
    timing = _timing_request(configuration, suite, turn, [configuration.loads[number] for number in asked])
    patience = _patience(suite, len(asked))
    if configuration.runtime.info.needs_torch:
        answer = in_fork(timing, workers, request.log, patience)
    else:
        answer = in_new_interpreter(timing, request.log, patience)
    if answer.error:
        configuration.failure = _failure(configuration, answer)
        return
    configuration.parts += [Part(turn, asked[one.load], answer, one) for one in answer.loads]
    _take_what_was_found(configuration)


def _timing_request(configuration: Configuration, suite: Suite, turn: int, loads: list[Load]) -> TimingRequest:
    request, measure = configuration.request, suite.measure
    return TimingRequest(
        runtime=configuration.runtime,
        artifact=configuration.artifact,
        rows=str(request.rows(configuration.artifact.name)),
        device=request.device,
        threads=measure.threads,
        cores=timing_cores(measure.threads, measure.cores or ()),
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
    )


def _patience(suite: Suite, loads: int) -> float:
    """How long a process may take, which tells nothing meanwhile: what its loads ask for, twice, and a silence each."""
    measure = suite.measure
    served = (len(LADDER) + 2 * STEPS + HALVINGS) * max(measure.min_seconds, TRIAL_BOUNDS * measure.server.p99_s)
    one = measure.warmup_s + measure.warmup_max_s + (served if "server" in measure.scenarios else measure.min_seconds)
    return min(LONGEST_WAIT_S, loads * (suite.silence_s + 2 * one))


def _is_ready(load: Load) -> bool:
    """Whether a load can be measured: LoadGen measures a server and offline as the first process has found them."""
    return load.instrument == "bench" or not _is_open(load)


def _is_open(load: Load) -> bool:
    """Whether the first process has to find something: a server's rates, or the best batch size."""
    return (load.scenario == "server" and not load.rates_per_s) or len(load.batch_sizes) > 1


def _take_what_was_found(configuration: Configuration) -> None:
    """Fill in what a process has found, for those that follow; LoadGen gets a server's highest rate."""
    for number, load in enumerate(configuration.loads):
        if not _is_open(load):
            continue
        found = [
            part
            for part in configuration.parts
            if configuration.loads[part.load].scenario == load.scenario and part.load <= number
        ]
        if not found:
            continue
        rates = tuple(part.answer.rate_per_s for part in found if part.answer.rate_per_s is not None)
        if rates and load.instrument != "bench":
            rates = (rates[LADDER.index(1.0)],)
        configuration.loads[number] = replace(load, batch_sizes=(found[0].answer.batch_size,), rates_per_s=rates)


def _failure(configuration: Configuration, answer: TimingAnswer) -> Failure:
    owner = owner_of(configuration.runtime.info.target.partition(":")[0], configuration.request.owners)
    artifact = configuration.artifact
    return Failure(
        "measure",
        "Timing",
        f"{configuration.samples.name}: {answer.error}",
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
    result = replace(result, measurements=rows, failures=[*result.failures, *failures])
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
        work=configuration.work,
        calibration=calibration_for(calibrations, runtime.info.name, artifact.precision),
    )


def _work(request: CaseRequest, found: ArtifactResult) -> Work:
    """What an artifact has to do; the rows that it is timed with tell the size of its outputs too."""
    with np.load(request.rows(found.name)) as rows:
        sample_bytes = sum(rows[name].nbytes / len(rows[name]) for name in rows.files)
    return Work(found.macs, found.bytes, sample_bytes)
