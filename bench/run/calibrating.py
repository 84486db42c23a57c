"""Measures the machine: graphs whose work is known, in the very processes that time a model's."""

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median, variance
from typing import Any

import numpy as np

from bench.catalog import Catalog, Entry, how_to_install, missing
from bench.cores import cores
from bench.errors import BenchError
from bench.records import Artifact, RuntimeUse
from bench.roofline import REFERENCE, Bandwidth, Calibration, NoiseFloor, bytes_read, is_widened
from bench.run import targets
from bench.run.progress import Progress
from bench.run.workers import Workers
from bench.stages.calibration import PROBES, Probe
from bench.store.calibration import machine_of, software_of
from bench.timing.host_lock import alone_on_this_host, check_host_lock
from bench.timing.interpreter import in_new_interpreter, timing_cores
from bench.timing.request import Effort, Load, TimingRequest

# Each process is as short as a stable median of such a graph allows: their number tells more than their length.
EFFORT = Effort(warmup_s=0.05, warmup_max_s=0.5, min_seconds=0.1, min_samples=11, bound_s=1.0)
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Task:
    """What to calibrate."""

    runtime: str
    precisions: tuple[str, ...]
    device: str
    threads: int
    processes: int


@dataclass
class Subject:
    """A probe at a precision, and the median durations of its processes in seconds.

    :param stored: the bytes of its graph on disk
    :param arithmetic: how many of its nodes compute in which type, as the runtime tells it
    """

    probe: Probe
    artifact: Artifact
    stored: int
    medians: list[float] = field(default_factory=list)
    arithmetic: dict[str, int] = field(default_factory=dict)

    @property
    def working_set(self) -> int:
        """In how many bytes of memory a call works."""
        arrays = 2 * self.probe.batch * self.probe.side * np.dtype(np.float32).itemsize
        return bytes_read(self.stored, self.artifact.precision, self.arithmetic) + arrays

    @property
    def moved(self) -> int:
        """The bytes that a call reads and writes: the weights are read by every product."""
        return self.probe.products * self.working_set

    @property
    def seconds(self) -> float:
        """The median of the processes' medians."""
        return median(self.medians)


def calibrate(
    task: Task, catalog: Catalog, environment: dict[str, Any], workers: Workers, progress: Progress
) -> list[Calibration]:
    """A calibration for each precision.

    :raises BenchError: if the runtime executes no graphs or does not serve what is asked for, if the host's lock cannot
        be had, or if a process fails
    """
    entry = catalog.find("runtimes", task.runtime)
    refuse(task, entry)
    _answer(workers, "the devices of the runtime", targets.serve, RuntimeUse(task.runtime, entry.info), task.device)
    check_host_lock()
    # Making the graphs is work too, which would disturb what another run times.
    with tempfile.TemporaryDirectory() as folder, alone_on_this_host(progress.waiting_for_host):
        made = {precision: _subjects(precision, task.device, Path(folder), workers) for precision in task.precisions}
        _take_turns([one for some in made.values() for one in some], task, entry, Path(folder), progress)
    for precision, subjects in made.items():
        if any(is_widened(precision, one.arithmetic) for one in subjects):
            progress.warned(f"{task.runtime} on {task.device} here stores {precision} in 16 bits and computes in 32")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [
        Calibration(
            machine=machine_of(environment, task.device),
            runtime=task.runtime,
            software=software_of(entry.info, entry.plugin, environment),
            device=task.device,
            threads=task.threads,
            precision=precision,
            measured=now,
            processes=task.processes,
            **findings(subjects),
        )
        for precision, subjects in made.items()
    ]


def refuse(task: Task, entry: Entry) -> None:
    """Refuse what can be calibrated nowhere, or not with these threads.

    :raises BenchError: with what would be possible
    """
    info = entry.info
    if info.needs_torch:
        raise BenchError(
            f"{info.name} executes torch models, and a machine is calibrated with graphs",
            f"calibrate {REFERENCE}: the rows of {info.name} are held against that",
        )
    if absent := missing(info):
        raise BenchError(f"{info.name} needs {', '.join(absent)}, which is not installed", how_to_install(info))
    if unserved := [one for one in task.precisions if one not in info.precisions]:
        raise BenchError(f"{info.name} does not serve {', '.join(unserved)}", f"it serves {', '.join(info.precisions)}")
    if task.threads > cores():
        raise BenchError(f"{task.threads} threads on {cores()} cores would wait for each other", "--threads")


def findings(subjects: Sequence[Subject]) -> dict[str, Any]:
    """What the durations say: the fields of a `Calibration` that were measured.

    :raises BenchError: if no bandwidth can be told from the cost of a call
    """
    of: dict[str, list[Subject]] = {}
    for subject in subjects:
        of.setdefault(subject.probe.purpose, []).append(subject)
    call_s, peak = of["call"][0].seconds, of["peak"][0]
    bandwidths = [
        Bandwidth(one.working_set, one.moved / (one.seconds - call_s))
        for one in of["bandwidth"]
        if one.seconds > call_s  # a small working set's time may be lost in the noise of a call's
    ]
    if not bandwidths:
        raise BenchError("no memory bandwidth can be told: all reads take as long as a call", "raise --processes")
    return {
        "call_s": call_s,
        "peak_flop_per_s": peak.probe.flop / peak.seconds,
        "bandwidths": tuple(sorted(bandwidths, key=lambda one: one.working_set_bytes)),
        "noise": noise_floor(*(one.medians for one in of["noise"])),
    }


def noise_floor(ours: Sequence[float], theirs: Sequence[float]) -> NoiseFloor:
    """How far two rows of medians lie apart that are of the same graph.

    Their deviation is pooled: each row's is taken around its own mean.

    :param ours: seconds, one for each process, at least two
    """
    middle = median([*ours, *theirs])
    deviation = mean([variance(ours), variance(theirs)]) ** 0.5
    return NoiseFloor(middle, abs(median(ours) - median(theirs)) / middle, deviation / middle)


def _subjects(precision: str, device: str, folder: Path, workers: Workers) -> list[Subject]:
    """Every probe, and once more the one that is held against itself."""
    probes = [*PROBES[device], *(one for one in PROBES[device] if one.purpose == "noise")]
    written: list[Artifact] = _answer(
        workers, "the graphs to calibrate with", targets.probes, probes, precision, str(folder)
    )
    return [
        Subject(probe, artifact, Path(artifact.path).stat().st_size)
        for probe, artifact in zip(probes, written, strict=True)
    ]


def _answer(workers: Workers, what: str, function: Callable[..., None], *arguments: Any) -> Any:
    """What a worker answers, since that needs what this process does not import.

    :param what: it is asked for
    :raises BenchError: if that is what it answers, or if it ends without an answer
    """
    worker = workers.start(function, *arguments)
    try:
        answer = worker.events.recv()
        worker.let_end()
    except EOFError as error:
        raise BenchError(f"{what} could not be had: {worker.death()}") from error
    finally:
        worker.stop()
    if isinstance(answer, BenchError):
        raise answer
    return answer


def _take_turns(subjects: list[Subject], task: Task, entry: Entry, folder: Path, progress: Progress) -> None:
    """Every subject once, in random order, then every one again, and so on."""
    order, total = random.Random(0), task.processes * len(subjects)
    turns = (one for _ in range(task.processes) for one in order.sample(subjects, len(subjects)))
    for done, subject in enumerate(turns):
        progress.measuring(subject.probe.name, done, total)
        _one_process(subject, task, entry, folder / f"turn{done}.npy")
    progress.measuring("", total, total)


def _one_process(subject: Subject, task: Task, entry: Entry, samples: Path) -> None:
    """Run one timing process to its end, and take in what it found."""
    log = samples.with_suffix(".log")
    request = TimingRequest(
        runtime=RuntimeUse(entry.info.name, entry.info),
        artifact=subject.artifact,
        rows=str(Path(subject.artifact.path).with_suffix(".npz")),
        device=task.device,
        threads=task.threads,
        cores=timing_cores(task.threads),
        loads=(Load("single-stream", (subject.probe.batch,)),),
        effort=EFFORT,
        samples=str(samples),
    )
    answer = in_new_interpreter(request, log, PATIENCE_S)
    if answer.error:
        raise BenchError(f"{task.runtime} on {task.device} cannot be calibrated: {answer.error}")
    subject.medians += [float(np.median(np.load(load.path))) / 1e9 for load in answer.loads]
    subject.arithmetic = answer.details.get("arithmetic", {})
