"""Times the artifacts: one process at a time, all configurations in turn, so that a drift hits all alike."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench.records import Artifact, RuntimeUse
from bench.results import CaseResult, Failure, MeasurementResult, ProcessResult
from bench.run.progress import Progress
from bench.run.timing_process import in_fork, in_new_interpreter
from bench.run.workers import Workers
from bench.stages.blame import owner_of
from bench.stages.request import CaseRequest
from bench.suite.schema import Measure, Suite
from bench.timing import statistics
from bench.timing.request import TimingAnswer, TimingRequest

SCENARIO = "single-stream"


@dataclass
class Configuration:
    """An artifact under a runtime: timed at all batch sizes in each of several processes."""

    request: CaseRequest
    artifact: Artifact
    runtime: RuntimeUse
    answers: list[TimingAnswer] = field(default_factory=list)
    parts: dict[int, list[Path]] = field(default_factory=dict)
    failure: Failure | None = None

    @property
    def label(self) -> str:
        """A file name's part that tells it from the case's other configurations."""
        return f"{Path(self.artifact.path).stem}.{self.runtime.name}"

    def samples_path(self, batch_size: int) -> Path:
        """Where the raw samples of one batch size are kept."""
        return Path(self.request.folder, "samples", self.request.name, f"{self.label}.b{batch_size}.npy")


def measure_cases(
    pairs: Iterable[tuple[CaseRequest, CaseResult]], suite: Suite, workers: Workers, progress: Progress
) -> dict[str, CaseResult]:
    """Time every artifact that agreed with its torch model. The first seed orders the turns of the configurations.

    :returns: the results with their measurements, by case identifier
    """
    pairs, measure = list(pairs), suite.measure
    configurations = [one for request, result in pairs for one in _configurations(request, result)]
    order = random.Random(suite.seeds[0])
    try:
        _take_turns(configurations, suite, order, workers, progress)
        return {result.id: _measured(result, configurations, measure) for _, result in pairs}
    finally:
        for part in (part for one in configurations for parts in one.parts.values() for part in parts):
            part.unlink(missing_ok=True)  # after an interruption; else they are in one file


def _take_turns(
    configurations: list[Configuration], suite: Suite, order: random.Random, workers: Workers, progress: Progress
) -> None:
    """Run all processes: every configuration once, in random order, then every one again, and so on."""
    measure = suite.measure
    total, done = measure.processes * len(configurations), 0
    for turn in range(measure.processes):
        for configuration in order.sample(configurations, len(configurations)):
            progress.measuring(configuration.request.id, done, total)
            if configuration.failure is None:
                _one_process(configuration, suite, turn, order, workers)
            done += 1
    if total:
        progress.measuring("", total, total)


def _configurations(request: CaseRequest, result: CaseResult) -> Iterator[Configuration]:
    """What of a case is timed: what was scored and agreed with torch."""
    for found in result.artifacts:
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
                yield Configuration(request, artifact, runtime)


def _one_process(configuration: Configuration, suite: Suite, turn: int, order: random.Random, workers: Workers) -> None:
    """Run one timing process to its end and keep where its samples are."""
    request, measure = configuration.request, suite.measure
    batch_sizes = order.sample(measure.batch_sizes, len(measure.batch_sizes))
    paths = [configuration.samples_path(size).with_suffix(f".{turn}.npy") for size in batch_sizes]
    for size, path in zip(batch_sizes, paths, strict=True):
        configuration.parts.setdefault(size, []).append(path)
    timing = TimingRequest(
        runtime=configuration.runtime,
        artifact=configuration.artifact,
        rows=str(request.rows(configuration.artifact.name)),
        device=request.device,
        threads=measure.threads,
        batch_sizes=tuple(batch_sizes),
        samples=tuple(str(path) for path in paths),
        warmup_s=measure.warmup_s,
        min_seconds=measure.min_seconds,
        min_samples=measure.min_samples,
    )
    patience = suite.silence_s * len(batch_sizes)
    if configuration.runtime.info.needs_torch:
        answer = in_fork(timing, workers, request.log, patience)
    else:
        answer = in_new_interpreter(timing, request.log, patience)
    if answer.error:
        owner = owner_of(configuration.runtime.info.target.partition(":")[0], request.owners)
        configuration.failure = Failure("measure", "Timing", f"{configuration.label}: {answer.error}", owner)
    configuration.answers.append(answer)


def _measured(result: CaseResult, configurations: list[Configuration], measure: Measure) -> CaseResult:
    """A case's result with its measurements, or with the failure of its timing."""
    own = [configuration for configuration in configurations if configuration.request.id == result.id]
    rows = [_row(one, size, measure) for one in own if one.failure is None for size in measure.batch_sizes]
    failures = [one.failure for one in own if one.failure is not None]
    result = replace(result, measurements=rows, failures=[*result.failures, *failures])
    return replace(result, status="failed", error=result.error or failures[0]) if failures else result


def _row(configuration: Configuration, batch_size: int, measure: Measure) -> MeasurementResult:
    """One configuration at one batch size: the raw samples of its processes in one file, and their statistics."""
    processes = [np.load(path) for path in configuration.parts[batch_size]]
    path = configuration.samples_path(batch_size)
    numbered = [np.column_stack([np.full_like(durations, n), durations]) for n, durations in enumerate(processes)]
    np.save(path, np.concatenate(numbered))
    durations = np.concatenate(processes)
    answer = configuration.answers[0]
    shares = [one.provider_share for one in configuration.answers if one.provider_share is not None]
    return MeasurementResult(
        artifact=configuration.artifact.name,
        runtime=configuration.runtime.name,
        provider=answer.provider,
        provider_share=min(shares) if shares else None,
        device=configuration.request.device,
        precision=configuration.artifact.precision,
        batch_size=batch_size,
        scenario=SCENARIO,
        threads=measure.threads,
        latency_s=statistics.latency(durations),
        throughput_per_s=statistics.throughput(durations, batch_size),
        processes=len(processes),
        samples=len(durations),
        samples_path=str(path.relative_to(configuration.request.folder)),
        provider_time_share=None,
        by_process=[
            ProcessResult(n, [], 0.0, 0.0, len(durations), float(np.median(durations)) / 1e9)
            for n, durations in enumerate(processes)
        ],
    )
