"""The timed loops: when they end, what they span, and that they leave the garbage collector as it was."""

import gc
import time
from itertools import pairwise

import numpy as np
import pytest

from bench.timing import sampling
from bench.timing.sampling import all_at_once, one_after_the_other


class Recorder:
    """A call that notes what it got and whether the garbage collector was on."""

    def __init__(self, seconds: float = 0.0, fails_at: int | None = None) -> None:
        self.seconds = seconds
        self.fails_at = fails_at
        self.got: list[object] = []
        self.gc_was_on: list[bool] = []

    def __call__(self, arrays: object) -> None:
        if len(self.got) == self.fails_at:
            raise RuntimeError("out of memory")
        self.got.append(arrays)
        self.gc_was_on.append(gc.isenabled())
        end = time.perf_counter() + self.seconds
        while time.perf_counter() < end:
            pass


def run(call: Recorder, inputs=("a",), min_seconds=0.0, min_samples=1) -> np.ndarray:
    return one_after_the_other(call, inputs, min_seconds, min_samples)


@pytest.mark.parametrize("least", [1, 1023, 1024, 1025, 3000])  # storage is doubled from 1024 on
def test_goes_on_until_the_least_count_is_met(least):
    assert len(run(Recorder(), min_samples=least)) == least


def test_goes_on_until_the_least_duration_is_met():
    durations = run(Recorder(0.001), min_seconds=0.02)
    assert durations.sum() >= 0.02e9
    assert durations[:-1].sum() < 0.02e9


def test_both_bounds_must_be_met():
    assert len(run(Recorder(0.002), min_seconds=0.004, min_samples=10)) == 10


def test_durations_are_whole_nanoseconds_of_single_calls():
    durations = run(Recorder(0.001), min_samples=5)
    assert durations.dtype == np.int64
    assert (durations >= 1_000_000).all()


@pytest.mark.parametrize(("inputs", "samples"), [(2, 1), (2, 5), (5, 3), (4, 9)])
def test_no_call_sees_the_same_input_as_the_one_before(inputs, samples):
    call = Recorder()
    run(call, inputs=range(inputs), min_samples=samples)
    timed = call.got[-samples:]
    assert all(one != next_one for one, next_one in pairwise(timed))
    assert set(timed) == set(range(min(inputs, samples)))


def test_garbage_collector_is_off_for_the_calls_that_count():
    call = Recorder()
    run(call, min_samples=5)
    assert call.gc_was_on == [False] * 5


@pytest.fixture
def collector():
    """Leave the garbage collector on, whatever the test does to it."""
    gc.enable()
    yield
    gc.enable()


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("fails_at", [None, 0, 5])
def test_garbage_collector_is_as_it_was_afterwards(collector, was_on, fails_at):
    call = Recorder(fails_at=fails_at)
    if not was_on:
        gc.disable()
    if fails_at is None:
        run(call, min_samples=10)
    else:
        with pytest.raises(RuntimeError, match="out of memory"):
            run(call, min_samples=10)
    assert gc.isenabled() is was_on
    assert gc.get_freeze_count() == 0


def test_between_calls_somebody_may_look_off_the_clock():
    looks = []
    durations = one_after_the_other(Recorder(0.01), ("a",), 0.35, 1, lambda: looks.append(time.sleep(0.05)))
    assert len(looks) == 4  # at the beginning, and after every tenth of a second of calls
    assert durations.max() < 0.05e9


def test_one_query_of_many_calls_takes_as_long_as_they_do_together():
    call = Recorder(0.001)
    started = time.perf_counter()
    durations = all_at_once(call, range(3), 0.0, 7)
    assert call.got == [0, 1, 2, 0, 1, 2, 0]
    assert durations.dtype == np.int64
    assert 0.007 <= durations.sum() / 1e9 <= time.perf_counter() - started


@pytest.mark.parametrize(("seconds", "least", "calls"), [(0.05, 7, 50), (0.05, 80, 80), (0.0, 2, 2)])
def test_one_query_goes_on_until_both_its_least_duration_and_its_least_count_are_met(clock, seconds, least, calls):
    time = clock(sampling)
    durations = all_at_once(lambda _: time.sleep(0.001), range(3), seconds, least)
    assert len(durations) == calls
    assert durations.sum() / 1e9 >= seconds


MS = 1_000_000


@pytest.fixture
def serve(clock):
    """Serve queries on a clock of their own: `serve(due, seconds each takes) -> latencies, starts`, in milliseconds."""

    def run(due_ms, seconds):
        time = clock(sampling)
        starts = []

        def call(number: int) -> None:
            starts.append(time.now_ns)
            time.sleep(seconds[number])

        latencies = sampling.as_they_come(call, range(len(due_ms)), np.array(due_ms) * MS)
        return latencies / MS, np.array(starts) / MS

    return run


def test_a_query_is_served_when_it_is_due_and_not_before(serve):
    latencies, starts = serve([0, 3, 9], [0.001] * 3)
    assert starts - starts[0] == pytest.approx([0, 3, 9], abs=1e-3)
    assert latencies == pytest.approx([1, 1, 1], abs=1e-3)


def test_a_latency_counts_from_when_the_query_was_due(serve):
    latencies, _ = serve([0, 1, 2, 60], [0.004] * 4)
    assert latencies == pytest.approx([4, 7, 10, 4], abs=1e-3)


def test_a_stall_is_seen_by_all_who_wait_meanwhile(serve):
    latencies, _ = serve(range(0, 200, 5), [0.0, 0.0, 0.1] + [0.0] * 37)
    assert latencies[:2] == pytest.approx([0, 0], abs=0.01)
    assert latencies[2:23] == pytest.approx(range(100, -5, -5), abs=0.01)
    assert latencies[23:] == pytest.approx(np.zeros(17), abs=0.01)
