"""The timed loops: when they end, what they span, and that they leave the garbage collector as it was."""

import gc
import time
from itertools import groupby, pairwise

import numpy as np
import pytest

from bench.timing import sampling
from bench.timing.sampling import all_at_once, in_turn, one_after_the_other


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


class Player:
    """A call that notes who was called with what; `seconds` says how long each of its calls takes, by its number."""

    def __init__(self, name, time, calls, seconds):
        self.name, self.time, self.calls, self.seconds, self.count = name, time, calls, seconds, 0

    def __call__(self, arrays):
        self.calls.append((self.name, arrays))
        is_first_of_turn = len(self.calls) < 2 or self.calls[-2][0] != self.name
        self.time.sleep(self.seconds(is_first_of_turn))
        self.count += 1


@pytest.fixture
def play(clock):
    """Time players in turn on a clock of their own: `play({name: seconds}, ...) -> durations in ms, calls in order`."""

    def run(seconds, min_seconds=0.0, min_samples=1, inputs=range(4)):
        time, calls = clock(sampling), []
        players = [Player(name, time, calls, each) for name, each in seconds.items()]
        durations = in_turn(players, [inputs] * len(players), min_seconds, min_samples)
        return [each / MS for each in durations], calls

    return run


def turns(calls):
    """Who was called how often in a row."""
    return [(name, len(list(group))) for name, group in groupby(name for name, _ in calls)]


def test_turns_go_there_and_back_and_take_about_a_millisecond_each(play):
    durations, calls = play({"A": lambda _: 0.0004, "B": lambda _: 0.0003})
    assert turns(calls) == [("A", 1 + 3), ("B", 2 * (1 + 4)), ("A", 1 + 3)]  # the first of each does not count
    assert [len(each) for each in durations] == [6, 8]
    assert durations[0] == pytest.approx([0.4] * 6, abs=1e-3)
    assert durations[1] == pytest.approx([0.3] * 8, abs=1e-3)


def test_a_call_that_is_longer_than_a_turn_counts_once_in_each(play):
    durations, calls = play({"A": lambda _: 0.05, "B": lambda _: 0.07}, min_samples=3)
    assert turns(calls) == [("A", 2), ("B", 4), ("A", 4), ("B", 4), ("A", 2)]
    assert [each.round(3).tolist() for each in durations] == [[50.0] * 4, [70.0] * 4]


def test_what_the_other_left_in_the_caches_is_in_no_figure(play):
    durations, _ = play({name: lambda is_first: 0.02 if is_first else 0.0005 for name in "AB"}, min_samples=50)
    assert max(each.max() for each in durations) < 0.6


@pytest.mark.parametrize(("min_seconds", "min_samples"), [(0.02, 1), (0.0, 40), (0.02, 40), (0.0, 1)])
def test_turns_end_after_whole_rounds_when_both_have_met_both_bounds(play, min_seconds, min_samples):
    durations, _ = play({"A": lambda _: 0.0004, "B": lambda _: 0.0011}, min_seconds, min_samples)
    assert all(len(each) >= min_samples and each.sum() / 1e3 >= min_seconds for each in durations)
    rounds = len(durations[1]) // 2  # one call a turn
    assert [len(each) for each in durations] == [6 * rounds, 2 * rounds]
    fewer = [each[: len(each) * (rounds - 1) // rounds] for each in durations]
    assert any(len(each) < min_samples or each.sum() / 1e3 < min_seconds for each in fewer)


def test_no_call_that_counts_sees_the_input_of_the_one_before(play):
    for count in (2, 3, 4):
        _, calls = play({"A": lambda _: 0.0004, "B": lambda _: 0.0011}, min_samples=30, inputs=range(count))
        for who in "AB":
            own = [arrays for name, arrays in calls if name == who]
            turn = 4 if who == "A" else 2
            counted = [arrays for n, arrays in enumerate(own) if n % turn]
            assert all(one != another for one, another in pairwise(counted))
            assert set(counted) == set(range(count))


def test_garbage_collector_is_off_for_all_turns_and_on_again_when_one_fails(collector):
    calls = Recorder(), Recorder(fails_at=40)
    with pytest.raises(RuntimeError, match="out of memory"):
        in_turn(calls, ["ab", "ab"], 1.0, 1)
    assert not any(calls[0].gc_was_on + calls[1].gc_was_on)
    assert gc.isenabled()


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
