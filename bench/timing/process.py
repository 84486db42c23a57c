"""What a timing process does: load, check, measure under each load, check again."""

import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bench.catalog import build_runtime
from bench.parity import Disagreement, difference
from bench.records import Session
from bench.timing.conditions import Watch, bind
from bench.timing.request import ROTATED, LoadAnswer, TimingAnswer, TimingRequest
from bench.timing.scenarios import Subject, Taken, measure


def answer(request: TimingRequest) -> TimingAnswer:
    """Measure the artifact under every load and write the raw samples.

    :raises BenchError: if something else executes the artifact than what was asked for
    :raises Disagreement: if the artifact does not answer what it answered when it was scored
    """
    cores = bind(request.cores)
    runtime = build_runtime(request.runtime)  # what it imports is no part of loading an artifact
    began = time.perf_counter()
    session: Session = runtime.load(request.artifact, request.device, request.threads)
    load_s = time.perf_counter() - began
    rows = Rows(request)
    smallest = min(size for load in request.loads for size in load.batch_sizes)
    began = time.perf_counter()
    session.call(rows.inputs(smallest)[0])
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

    def __init__(self, request: TimingRequest) -> None:
        rows = np.load(request.rows)
        self._inputs, self._outputs = (
            [rows[name] for name in rows.files if name.startswith(kind)] for kind in ("input_", "output_")
        )
        self._batched: dict[int, list[Sequence[Any]]] = {}

    def inputs(self, size: int) -> list[Sequence[Any]]:
        """The batches of a size to rotate through."""
        if size not in self._batched:
            self._batched[size] = list(zip(*(batches(one, size) for one in self._inputs), strict=True))
        return self._batched[size]

    @cached_property
    def usual(self) -> list[float]:
        """How large the numbers of each output are: the root of their mean square over all rows."""
        return [float(np.sqrt(np.square(output, dtype=np.float64).mean())) for output in self._outputs]

    def outputs(self, size: int) -> list[tuple[np.ndarray, ...]]:
        """What the torch model answers to them."""
        return list(zip(*(batches(output, size) for output in self._outputs), strict=True))


def batches(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """`ROTATED` batches of `size` rows each that share none, where there are rows enough.

    Else each begins a share of the rows after the one before and goes on from the first row: they are not the same, and
    a batch of more rows than there are has some of them twice.
    """
    step = max(1, min(size, len(rows) // ROTATED))
    return [rows[(n * step + np.arange(size)) % len(rows)] for n in range(ROTATED)]


def _measured(request: TimingRequest, session: Session, rows: Rows) -> Iterator[LoadAnswer]:
    """Every load in turn; at each of its batch sizes, outputs are checked after the clock."""
    subject = Subject(
        session.call,
        rows.inputs,
        request.effort,
        Watch(_gpu(request.device)),
        np.random.default_rng(request.seed),
        request.helpers,
    )
    for number, load in enumerate(request.loads):
        for part, taken in enumerate(measure(load, subject)):
            yield _kept(taken, number, Path(f"{request.samples}.{number}.{part}.npy"))
        for size in load.batch_sizes:
            _check(request, session, rows, size)


def _gpu(device: str) -> Any:
    if device == "cpu":
        return None
    from bench.timing.nvml import Gpu

    return Gpu.open()


def _kept(taken: Taken, load: int, path: Path) -> LoadAnswer:
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


def _check(request: TimingRequest, session: Session, rows: Rows, size: int) -> None:
    """Hold what is timed against the torch model's outputs, by the bound that it met when it was scored."""
    for arrays, outputs in zip(rows.inputs(size), rows.outputs(size), strict=True):
        for output, got, usual in zip(outputs, session.call(arrays), rows.usual, strict=True):
            apart = difference(output, got, request.artifact.precision, usual)
            if apart.excess > 1:
                largest = apart.max_abs_error
                raise Disagreement(f"at batch size {size} the timed artifact is off the scored one by {largest:.3g}")
