"""What a timing process does at each batch size: check, warm up, sample, check again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.catalog import resolve
from bench.errors import BenchError
from bench.parity import Disagreement, difference
from bench.records import Session
from bench.timing.request import ROTATED, TimingAnswer, TimingRequest
from bench.timing.sampling import sample

Arrays = list[Any]


def answer(request: TimingRequest) -> TimingAnswer:
    """Time the artifact at every batch size and write the raw samples.

    :raises BenchError: if there are too few rows for a batch size
    :raises Disagreement: if the artifact does not answer what it answered when it was scored
    """
    rows = np.load(request.rows)
    outputs = [rows[name] for name in rows.files if name.startswith("output_")]
    session: Session = resolve(request.runtime.info)(**request.runtime.params).load(
        request.artifact, request.device, request.threads
    )
    for batch_size, path in zip(request.batch_sizes, request.samples, strict=True):
        inputs = [[batch] for batch in batches(rows["input_0"], batch_size)]
        expected = list(zip(*(batches(output, batch_size) for output in outputs), strict=True))
        _check(session, inputs, expected, request.artifact.precision)
        durations = sample(session.call, inputs, request.warmup_s, request.min_seconds, request.min_samples)
        _check(session, inputs, expected, request.artifact.precision)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        np.save(path, durations)
    return TimingAnswer(session.provider, session.provider_share)


def batches(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """`ROTATED` batches of `size` rows each that share none.

    :raises BenchError: if there are too few rows
    """
    if len(rows) < ROTATED * size:
        raise BenchError(f"{len(rows)} rows are too few for {ROTATED} batches of {size}")
    return [np.ascontiguousarray(rows[n * size : (n + 1) * size]) for n in range(ROTATED)]


def _check(
    session: Session, inputs: Sequence[Arrays], expected: Sequence[tuple[np.ndarray, ...]], precision: str
) -> None:
    """Hold what is timed against the torch model's outputs, by the bound that it met when it was scored."""
    for arrays, outputs in zip(inputs, expected, strict=True):
        for output, got in zip(outputs, session.call(arrays), strict=True):
            apart = difference(output, got, precision)
            if apart.excess > 1:
                size, largest = len(arrays[0]), apart.max_abs_error
                raise Disagreement(f"at batch size {size} the timed artifact is off the scored one by {largest:.3g}")
