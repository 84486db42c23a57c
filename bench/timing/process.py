"""What a timing process does: load, check, measure under each load, check again."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.catalog import build_runtime
from bench.parity import Disagreement, difference
from bench.records import Artifact, Session
from bench.timing.conditions import Watch, bind
from bench.timing.request import ROTATED, LoadAnswer, TimingAnswer, TimingRequest, beginning
from bench.timing.scenarios import Subject, Taken, measure


def answer(request: TimingRequest) -> TimingAnswer:
    """Measure the artifact under every load, in turn with its rival if it has one, and write the raw samples.

    :raises BenchError: if something else executes the artifact than what was asked for
    :raises Disagreement: if the artifact does not answer what it answered when it was scored
    """
    cores = bind(request.cores)
    if request.rival is not None:
        from bench.timing.pair import answer_in_turn

        return answer_in_turn(request, request.rival, cores)
    runtime = build_runtime(request.runtime)  # what it imports is no part of loading an artifact
    began = time.perf_counter()
    session: Session = runtime.load(request.artifact, request.device, request.threads)
    load_s = time.perf_counter() - began
    rows = Rows(request.rows)
    least = min(request.loads, key=lambda load: (load.length or 0, min(load.batch_sizes)))
    first = rows.inputs(min(least.batch_sizes), least.length)[0]
    began = time.perf_counter()
    session.call(first)
    first_s = time.perf_counter() - began
    loads = tuple(_measured(request, session, rows))
    session = session.proved()  # last: its work is no part of loading, of the first call, or of the memory
    return TimingAnswer(
        provider=session.provider,
        provider_share=session.provider_share,
        provider_time_share=session.provider_time_share,
        load_s=load_s,
        first_s=first_s,
        cores=cores,
        loads=loads,
        details=session.details,
    )


class Rows:
    """What the artifact is fed with for rows of the test set, and what the torch model answers to them."""

    def __init__(self, path: str) -> None:
        self._rows = np.load(path)
        self._batched: dict[tuple[int, int | None], list[Sequence[Any]]] = {}

    def inputs(self, size: int, length: int | None = None) -> list[Sequence[Any]]:
        """The batches of a size to rotate through, with sequences of a length."""
        if (size, length) not in self._batched:
            self._batched[size, length] = self._batches("input", size, length)
        return self._batched[size, length]

    def outputs(self, size: int, length: int | None = None) -> list[Sequence[Any]]:
        """What the torch model answers to them."""
        return self._batches("output", size, length)

    def usual(self, length: int | None = None) -> list[float]:
        """How large the numbers of each output are: the root of their mean square over all rows."""
        return [float(np.sqrt(np.square(one, dtype=np.float64).mean())) for one in self._arrays("output", length)]

    def _batches(self, kind: str, size: int, length: int | None) -> list[Sequence[Any]]:
        return list(zip(*(batches(one, size) for one in self._arrays(kind, length)), strict=True))

    def _arrays(self, kind: str, length: int | None) -> list[np.ndarray]:
        return [self._rows[name] for name in self._rows.files if name.startswith(beginning(kind, length))]


def batches(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """`ROTATED` batches of `size` rows each that share none, where there are rows enough.

    Else each begins a share of the rows after the one before and goes on from the first row: they are not the same, and
    a batch of more rows than there are has some of them twice.
    """
    step = max(1, min(size, len(rows) // ROTATED))
    return [rows[(n * step + np.arange(size)) % len(rows)] for n in range(ROTATED)]


def _measured(request: TimingRequest, session: Session, rows: Rows) -> Iterator[LoadAnswer]:
    """Every load in turn; at each of its batch sizes and its length, outputs are checked after the clock."""
    subject = Subject(
        session.call,
        rows.inputs,
        request.effort,
        Watch(gpu_of(request.device)),
        np.random.default_rng(request.seed),
        request.helpers,
    )
    for number, load in enumerate(request.loads):
        of_length = replace(subject, inputs=partial(rows.inputs, length=load.length))
        for part, taken in enumerate(measure(load, of_length)):
            yield kept(taken, number, Path(f"{request.samples}.{number}.{part}.npy"))
        for size in load.batch_sizes:
            check_answers(request.artifact, session, rows, size, load.length)


def gpu_of(device: str) -> Any:
    """What reads the GPU that is timed; None on the CPU."""
    if device == "cpu":
        return None
    from bench.timing.nvml import Gpu

    return Gpu.open()


def kept(taken: Taken, load: int, path: Path) -> LoadAnswer:
    """Write the durations, and say where they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, taken.durations)
    return LoadAnswer(
        load=load,
        batch_size=taken.batch_size,
        rate_per_s=taken.rate_per_s,
        path=str(path),
        samples=taken.samples,
        seconds=taken.seconds,
        warmup_calls=taken.warm.calls,
        warm=taken.warm.stable,
        conditions=taken.conditions,
        details=taken.details,
    )


def check_answers(artifact: Artifact, session: Session, rows: Rows, size: int, length: int | None) -> None:
    """Hold what is timed against the torch model's outputs, by the bound that it met when it was scored.

    :raises Disagreement: if it is missed
    """
    where = f"batch size {size}" if length is None else f"batch size {size} and length {length}"
    usual = rows.usual(length)
    for arrays, outputs in zip(rows.inputs(size, length), rows.outputs(size, length), strict=True):
        for output, got, size_of in zip(outputs, session.call(arrays), usual, strict=True):
            apart = difference(output, got, artifact.precision, size_of)
            if apart.excess > 1:
                largest = apart.max_abs_error
                raise Disagreement(f"at {where} the timed artifact is off the scored one by {largest:.3g}")
