"""Warm-up ends when calls have become stable, or patience has."""

from collections.abc import Callable, Iterable, Sequence

import pytest

from bench.timing import warmup
from bench.timing.warmup import WINDOW_CALLS, WarmUp

Warm = Callable[..., WarmUp]


class Sleeper:
    """A call whose n-th call takes the n-th of some times, and the last one's from then on."""

    def __init__(self, sleep: Callable[[float], None], seconds: Iterable[float]) -> None:
        self.sleep = sleep
        self.seconds = list(seconds)
        self.got: list[object] = []

    def __call__(self, arrays: object) -> None:
        self.got.append(arrays)
        self.sleep(self.seconds[min(len(self.got), len(self.seconds)) - 1])


@pytest.fixture
def warm(clock):
    """Warm up a call that takes some times: `warm(seconds, least_s, most_s) -> (WarmUp, its inputs, seconds)`."""

    def run(
        seconds: Iterable[float], least_s: float, most_s: float, inputs: Sequence[object] = "a"
    ) -> tuple[WarmUp, list[object], float]:
        time = clock(warmup)
        call = Sleeper(time.sleep, seconds)
        found = warmup.warm_up(call, inputs, least_s, most_s)
        return found, call.got, time.now_ns / 1e9

    return run


def test_calls_that_take_the_same_time_are_stable_after_three_windows(warm):
    found, _, _ = warm([0.004], 0.0, 5.0)
    assert found.stable
    assert found.calls == 1 + 3 * WINDOW_CALLS
    assert found.call_s == pytest.approx(0.004, rel=1e-3)


def test_a_slow_first_call_is_no_patience_lost(warm):
    found, _, _ = warm([30.0, 0.004], 0.0, 2.0)
    assert found.stable


def test_short_calls_are_taken_in_longer_windows(warm):
    found, _, seconds = warm([20e-6], 0.0, 5.0)
    assert found.calls == pytest.approx(3 * 500, rel=0.01)
    assert seconds == pytest.approx(0.03, rel=0.01)


def test_calls_that_become_faster_are_waited_for(warm):
    slow = [0.03, 0.025, 0.02, 0.016, 0.013, 0.011, 0.009, 0.008, 0.007, 0.006, 0.005, 0.0045]
    found, _, _ = warm([*slow, 0.004], 0.0, 5.0)
    assert found.stable
    assert len(slow) < found.calls <= len(slow) + 3 * WINDOW_CALLS + 3
    assert found.call_s == pytest.approx(0.004, rel=1e-3)


def test_patience_ends_and_says_so(warm):
    found, _, seconds = warm([0.002 * 1.1**n for n in range(60)], 0.0, 0.1)
    assert not found.stable
    assert 0.1 <= seconds < 0.2


def test_least_seconds_are_kept_though_calls_are_stable(warm):
    found, _, seconds = warm([0.001], 0.2, 5.0)
    assert found.stable
    assert 0.2 <= seconds < 0.22


def test_inputs_are_taken_in_turn(warm):
    _, got, _ = warm([0.004], 0.0, 0.0, "abc")
    assert got == ["a", "b", "c", "a"]
