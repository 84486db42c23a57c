"""The timed loop."""

import gc
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Arrays = Sequence[Any]


def sample(
    call: Callable[[Arrays], Any],
    inputs: Sequence[Arrays],
    warmup_s: float,
    min_seconds: float,
    min_samples: int,
) -> np.ndarray:
    """The durations of single calls in nanoseconds, int64, one after the other.

    It ends when both the least duration and the least count are met. The garbage collector is off meanwhile, and the
    clock spans the call alone: the samples' storage is doubled outside of it.

    :param call: what is timed; it must return only when its work is done
    :param inputs: what it is called with, in rotation, so that no call sees the same data as the one before
    :param warmup_s: least seconds of calls that do not count; there are at least three such calls
    """
    _warm_up(call, inputs, warmup_s)
    clock = time.perf_counter_ns
    durations = np.empty(max(min_samples, 1024), dtype=np.int64)
    count, total, least = 0, 0, int(min_seconds * 1e9)
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        while count < min_samples or total < least:
            if count == len(durations):
                durations = np.concatenate([durations, np.empty_like(durations)])
            arrays = inputs[count % len(inputs)]
            start = clock()
            call(arrays)
            duration = clock() - start
            durations[count] = duration
            total += duration
            count += 1
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()
    return durations[:count]


def _warm_up(call: Callable[[Arrays], Any], inputs: Sequence[Arrays], least_s: float) -> None:
    end = time.perf_counter() + least_s
    count = 0
    while count < 3 or time.perf_counter() < end:
        call(inputs[count % len(inputs)])
        count += 1
