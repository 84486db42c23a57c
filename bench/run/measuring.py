"""Times the artifacts: one process at a time, all configurations in turn, so that a drift hits all alike."""

import random
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench.records import Artifact, RuntimeInfo
from bench.results import CaseResult, Failure, MeasurementResult
from bench.run import targets
from bench.run.progress import Progress
from bench.run.workers import Workers
from bench.stages.request import CaseRequest
from bench.suite.schema import Measure
from bench.timing import statistics
from bench.timing.request import TimingAnswer, TimingRequest

SCENARIO = "single-stream"


@dataclass
class Configuration:
    """An artifact under a runtime: timed at all batch sizes in each of several processes."""

    request: CaseRequest
    artifact: Artifact
    runtime: RuntimeInfo
    answers: list[TimingAnswer] = field(default_factory=list)
    parts: dict[int, list[Path]] = field(default_factory=dict)
    failure: Failure | None = None

    @property
    def label(self) -> str:
        """A file name's part that tells it from the case's other configurations."""
        return f"{self.artifact.name}.{self.runtime.name}"

    def samples_path(self, batch_size: int) -> Path:
        """Where the raw samples of one batch size are kept."""
        return Path(self.request.folder, "samples", self.request.name, f"{self.label}.b{batch_size}.npy")


def measure_cases(
    pairs: Iterable[tuple[CaseRequest, CaseResult]], measure: Measure, workers: Workers, seed: int, progress: Progress
) -> dict[str, CaseResult]:
    """Time every artifact that agreed with its torch model.

    :param seed: of the order in which configurations take their turns
    :returns: the results with their measurements, by case identifier
    """
    pairs = list(pairs)
    configurations = [one for request, result in pairs for one in _configurations(request, result)]
    order = random.Random(seed)
    total, done = measure.processes * len(configurations), 0
    for turn in range(measure.processes):
        for configuration in order.sample(configurations, len(configurations)):
            progress.measuring(configuration.request.id, done, total)
            if configuration.failure is None:
                _one_process(configuration, measure, turn, order, workers)
            done += 1
    if total:
        progress.measuring("", total, total)
    return {result.id: _measured(result, configurations, measure) for _, result in pairs}


def _configurations(request: CaseRequest, result: CaseResult) -> Iterator[Configuration]:
    """What of a case is timed: everything, if all of it was scored and agreed with torch."""
    if result.status == "failed":
        return
    for found in result.artifacts:
        artifact = Artifact(
            name=found.name,
            task=found.task,
            precision=found.precision,
            path=str(request.graph(found.name)),
            checkpoint=str(request.checkpoint),
            inputs=tuple(found.inputs),
            outputs=tuple(found.outputs),
        )
        for runtime in request.runtimes:
            yield Configuration(request, artifact, runtime)


def _one_process(
    configuration: Configuration, measure: Measure, turn: int, order: random.Random, workers: Workers
) -> None:
    """Run one timing process to its end and keep where its samples are."""
    batch_sizes = order.sample(measure.batch_sizes, len(measure.batch_sizes))
    paths = [configuration.samples_path(size).with_suffix(f".{turn}.npy") for size in batch_sizes]
    request = TimingRequest(
        runtime=configuration.runtime,
        artifact=configuration.artifact,
        rows=str(configuration.request.rows(configuration.artifact.name)),
        device=configuration.request.device,
        threads=measure.threads,
        batch_sizes=tuple(batch_sizes),
        samples=tuple(str(path) for path in paths),
        warmup_s=measure.warmup_s,
        min_seconds=measure.min_seconds,
        min_samples=measure.min_samples,
    )
    limit = 60 + 20 * len(batch_sizes) * (measure.warmup_s + measure.min_seconds)
    run = _forked if configuration.runtime.needs_torch else _fresh
    answer = run(request, configuration, workers, limit)
    if answer.error:
        owner = configuration.request.owners.get(configuration.runtime.target.partition(".")[0], "")
        configuration.failure = Failure("measure", "Timing", f"{configuration.label}: {answer.error}", owner)
        return
    configuration.answers.append(answer)
    for size, path in zip(batch_sizes, paths, strict=True):
        configuration.parts.setdefault(size, []).append(path)


def _forked(request: TimingRequest, configuration: Configuration, workers: Workers, limit: float) -> TimingAnswer:
    """Time in a process that has torch already."""
    worker = workers.start(targets.timing, request, str(configuration.request.log))
    try:
        if not worker.events.poll(limit):
            return TimingAnswer(error=f"no answer after {limit:.0f} s")
        answer: TimingAnswer = worker.events.recv()
        return answer
    except EOFError:
        return TimingAnswer(error=worker.death())
    finally:
        worker.stop(patience_s=2)


def _fresh(request: TimingRequest, configuration: Configuration, workers: Workers, limit: float) -> TimingAnswer:
    """Time in a new interpreter, which never imports torch."""
    folder = configuration.request.artifacts
    question, reply = folder / "timing-request.json", folder / "timing-answer.json"
    question.write_text(request.to_json())
    reply.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.timing", str(question), str(reply)]
    with configuration.request.log.open("a") as log:
        try:
            code = subprocess.run(command, stdout=log, stderr=log, timeout=limit, check=False).returncode
        except subprocess.TimeoutExpired:
            return TimingAnswer(error=f"no answer after {limit:.0f} s")
    try:
        return TimingAnswer.read(reply)
    except (OSError, ValueError):
        return TimingAnswer(error=f"its process ended with exit code {code} and no answer")
    finally:
        question.unlink(missing_ok=True)
        reply.unlink(missing_ok=True)


def _measured(result: CaseResult, configurations: list[Configuration], measure: Measure) -> CaseResult:
    """A case's result with its measurements, or with the failure of its timing."""
    own = [configuration for configuration in configurations if configuration.request.id == result.id]
    rows = [_row(one, size, measure) for one in own if one.failure is None for size in measure.batch_sizes]
    failures = [one.failure for one in own if one.failure is not None]
    result = replace(result, measurements=rows, failures=[*result.failures, *failures])
    return replace(result, status="failed", error=failures[0]) if failures else result


def _row(configuration: Configuration, batch_size: int, measure: Measure) -> MeasurementResult:
    """One configuration at one batch size: the raw samples of its processes in one file, and their statistics."""
    processes = [np.load(path) for path in configuration.parts[batch_size]]
    path = configuration.samples_path(batch_size)
    numbered = [np.column_stack([np.full_like(durations, n), durations]) for n, durations in enumerate(processes)]
    np.save(path, np.concatenate(numbered))
    for part in configuration.parts[batch_size]:
        part.unlink()
    durations = np.concatenate(processes)
    answer = configuration.answers[0]
    return MeasurementResult(
        artifact=configuration.artifact.name,
        runtime=configuration.runtime.name,
        provider=answer.provider,
        provider_share=min(answer.provider_share for answer in configuration.answers),
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
        process_p50_s=[float(np.median(durations)) / 1e9 for durations in processes],
    )
