"""The timed loop: when it ends, what it spans, and that it leaves the garbage collector as it was."""

import gc
import time
from itertools import pairwise

import numpy as np
import pytest

from bench.timing.sampling import sample


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


def run(call: Recorder, inputs=("a",), warmup_s=0.0, min_seconds=0.0, min_samples=1) -> np.ndarray:
    return sample(call, inputs, warmup_s, min_seconds, min_samples)


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


def test_at_least_three_calls_come_before_those_that_count():
    call = Recorder()
    assert len(run(call, min_samples=7)) == 7
    assert len(call.got) == 3 + 7


def test_warms_up_for_the_time_that_is_asked_for():
    call = Recorder(0.001)
    started = time.perf_counter()
    counted = run(call, warmup_s=0.02, min_samples=1)
    assert time.perf_counter() - started >= 0.02
    assert len(call.got) > len(counted) + 3


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
    assert call.gc_was_on == [True] * 3 + [False] * 5


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
