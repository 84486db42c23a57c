"""What a timing process does: load, check, warm up, sample, check again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.catalog import resolve
from bench.parity import Disagreement, difference
from bench.records import Session
from bench.timing.request import TimingAnswer, TimingRequest
from bench.timing.sampling import sample

# How many different batches of the test set a configuration is called with, in rotation.
ROTATED = 4


def answer(request: TimingRequest) -> TimingAnswer:
    """Time the artifact at every batch size and write the raw samples."""
    rows = np.load(request.rows)
    inputs, expected = rows["input_0"], [rows[name] for name in rows.files if name.startswith("output_")]
    session: Session = resolve(request.runtime)().load(request.artifact, request.device, request.threads)
    for batch_size, path in zip(request.batch_sizes, request.samples, strict=True):
        batches = [[np.ascontiguousarray(np.roll(inputs, shift, axis=0)[:batch_size])] for shift in range(ROTATED)]
        durations = sample(session.call, batches, request.warmup_s, request.min_seconds, request.min_samples)
        _check(session.call, inputs[:batch_size], [output[:batch_size] for output in expected])
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        np.save(path, durations)
    return TimingAnswer(session.provider, session.provider_share)


def _check(call: Callable[[list[Any]], Any], inputs: np.ndarray, expected: list[np.ndarray]) -> None:
    """Hold what was timed against what was scored."""
    for output, got in zip(expected, call([np.ascontiguousarray(inputs)]), strict=True):
        largest, excess = difference(output, got)
        if excess > 1:
            raise Disagreement(f"at batch size {len(inputs)} the timed artifact is off the scored one by {largest:.3g}")
