"""The timed loops. The clock spans the queries alone; storage is made, and garbage collected, outside of it."""

import gc
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

Arrays = Sequence[Any]
Call = Callable[[Arrays], Any]

# How long a turn of calls is that are timed in turn with others.
TURN_NS = 1_000_000


@contextmanager
def frozen() -> Iterator[None]:
    """Keep the garbage collector away."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def one_after_the_other(
    call: Call,
    inputs: Sequence[Arrays],
    min_seconds: float,
    min_samples: int,
    between: Callable[[], None] | None = None,
) -> np.ndarray:
    """The durations of queries in nanoseconds, int64, of which the next begins when one has ended.

    It ends when both the least duration and the least count are met.

    :param call: what is timed; it must return only when its work is done
    :param inputs: what it is called with, in rotation, so that no call sees the same data as the one before
    :param between: called about ten times a second between two queries, off the clock
    """
    clock = time.perf_counter_ns
    durations = np.empty(max(min_samples, 1024), dtype=np.int64)
    count, total, least, look = 0, 0, int(min_seconds * 1e9), 0
    with frozen():
        while count < min_samples or total < least:
            if count == len(durations):
                durations = np.concatenate([durations, np.empty_like(durations)])
            if between is not None and total >= look:
                look = total + 100_000_000
                between()
            arrays = inputs[count % len(inputs)]
            start = clock()
            call(arrays)
            duration = clock() - start
            durations[count] = duration
            total += duration
            count += 1
    return durations[:count]


def all_at_once(call: Call, inputs: Sequence[Arrays], min_seconds: float, min_samples: int) -> np.ndarray:
    """One query that is cut into calls: the nanoseconds from the end of one call to the end of the next, int64.

    They add up to the duration of the query, which ends when both the least duration and the least count are met.

    :param min_samples: least number of calls
    """
    clock = time.perf_counter_ns
    with frozen():
        ends = array("q", [clock()])  # it grows at next to no cost, which is on the clock here
        least = ends[0] + int(min_seconds * 1e9)
        count = 0
        while count < min_samples or ends[count] < least:
            call(inputs[count % len(inputs)])
            ends.append(clock())
            count += 1
    return np.diff(np.frombuffer(ends, dtype=np.int64))


def in_turn(
    calls: Sequence[Call], inputs: Sequence[Sequence[Arrays]], min_seconds: float, min_samples: int
) -> list[np.ndarray]:
    """The durations of each of several calls in nanoseconds, int64, which take turns there and back: A B B A, A B B A.

    A turn takes about `TURN_NS`, which is shorter than the time for which a shared machine keeps its speed: so its
    changes meet all calls alike, and those within four turns favour none. The first call of a turn does not count: it
    finds in the caches what the others have left there. It ends, after whole rounds, when each call has met both the
    least duration and the least count.

    :param inputs: for each call, what it is called with, in rotation
    """
    kept = [array("q") for _ in calls]
    totals, least = [0] * len(calls), int(min_seconds * 1e9)
    there_and_back = [*range(len(calls)), *reversed(range(len(calls)))]
    with frozen():
        while min(map(len, kept)) < min_samples or min(totals) < least:
            for number in there_and_back:
                totals[number] += _one_turn(calls[number], inputs[number], kept[number])
    return [np.array(durations, dtype=np.int64) for durations in kept]


def _one_turn(call: Call, inputs: Sequence[Arrays], kept: "array[int]") -> int:
    """Call for one turn, once at least; the nanoseconds that the calls that count took together."""
    clock = time.perf_counter_ns
    count, total = len(kept), 0
    call(inputs[(count - 1) % len(inputs)])
    while total < TURN_NS:
        arrays = inputs[count % len(inputs)]
        start = clock()
        call(arrays)
        duration = clock() - start
        kept.append(duration)
        total += duration
        count += 1
    return total


def as_they_come(call: Call, inputs: Sequence[Arrays], due_ns: np.ndarray) -> np.ndarray:
    """The latencies of queries that come at given times and are served in order, in nanoseconds.

    A latency counts from the time at which the query was due, whenever it was served: a server that stalls cannot hide
    those that wait meanwhile.

    :param due_ns: nanoseconds from the start at which each query is due, ascending
    """
    clock = time.perf_counter_ns
    latencies = np.empty(len(due_ns), dtype=np.int64)
    dues = due_ns.tolist()
    with frozen():
        start = clock() + 1_000_000
        for n, due in enumerate(dues):
            moment = start + due
            _wait_until(moment)
            call(inputs[n % len(inputs)])
            latencies[n] = clock() - moment
    return latencies


def _wait_until(moment_ns: int) -> None:
    """Sleep while there is time, and look at the clock for the last 200 microseconds, for which sleep is too coarse."""
    clock = time.perf_counter_ns
    left = moment_ns - clock()
    if left > 400_000:
        time.sleep((left - 200_000) / 1e9)
    while clock() < moment_ns:
        pass
