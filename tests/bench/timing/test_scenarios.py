"""What each scenario measures, with calls that take their time on a clock of their own."""

from dataclasses import replace

import numpy as np
import pytest

from bench.timing import loadgen, sampling, warmup
from bench.timing.conditions import Watch
from bench.timing.loadgen import LoadGenResult
from bench.timing.request import Effort, Load
from bench.timing.scenarios import Subject, measure
from bench.timing.server import LADDER

EFFORT = Effort(warmup_s=0.0, warmup_max_s=1.0, min_seconds=0.5, min_samples=64, bound_s=0.01)


@pytest.fixture
def subject(clock):
    """An artifact whose call takes `seconds(batch size)`; `calls` notes the batch sizes."""

    def make(seconds, effort=EFFORT, calls=None):
        time = clock(sampling, warmup)
        time.look_ns = 500  # they wait for seconds
        noted = [] if calls is None else calls

        def call(arrays):
            noted.append(len(arrays[0]))
            time.sleep(seconds(len(arrays[0])))

        def inputs(size):
            return [[np.full((size, 1), n)] for n in range(4)]

        return Subject(call, inputs, effort, Watch(), np.random.default_rng(0))

    return make


@pytest.mark.parametrize(("scenario", "size"), [("single-stream", 1), ("single-stream", 32), ("multi-stream", 8)])
def test_a_stream_asks_again_when_it_has_been_answered(subject, scenario, size):
    calls = []
    (taken,) = measure(Load(scenario, (size,)), subject(lambda size: 0.001 * size, calls=calls))
    assert (taken.batch_size, taken.rate_per_s) == (size, None)
    assert taken.durations / 1e9 == pytest.approx(0.001 * size, rel=1e-3)
    assert taken.seconds >= 0.5
    assert len(taken.durations) >= 64
    assert set(calls) == {size}


def test_offline_takes_the_batch_size_that_does_most(subject):
    (taken,) = measure(Load("offline", (1, 8, 64)), subject({1: 0.002, 8: 0.004, 64: 0.064}.get))
    assert taken.batch_size == 8
    assert taken.seconds == pytest.approx(0.5, rel=0.01)
    assert taken.seconds == pytest.approx(taken.durations.sum() / 1e9)


def test_offline_has_as_many_calls_as_were_asked_for(subject):
    (taken,) = measure(Load("offline", (8,)), subject(lambda size: 1.0))
    assert (len(taken.durations), taken.samples) == (64, 64 * 8)


def test_offline_lasts_as_long_as_was_asked_for_however_slow_the_warm_up_was(subject):
    slow = iter([0.1] * 9)
    (taken,) = measure(Load("offline", (8,)), subject(lambda size: next(slow, 0.001)))
    assert taken.seconds == pytest.approx(0.5, rel=0.01)


def test_a_server_is_measured_around_the_highest_rate_that_it_bears(subject):
    found = list(measure(Load("server", (1,)), subject(lambda size: 0.001)))
    rates = [taken.rate_per_s for taken in found]
    highest = rates[LADDER.index(1.0)]
    assert rates == pytest.approx([share * highest for share in LADDER])
    p99 = [np.percentile(taken.durations, 99) / 1e9 for taken in found]
    assert p99[0] < 0.01 < p99[-1] * 1.3
    assert 600 < highest < 1000  # M/D/1 at 1,000 a second keeps 10 ms up to a load of about 0.8
    assert all(taken.seconds == pytest.approx(len(taken.durations) / taken.rate_per_s, rel=0.2) for taken in found)


def test_rates_that_are_given_are_measured_as_they_are(subject):
    found = measure(Load("server", (1,), (20.0, 40.0)), subject(lambda size: 0.001))
    assert [taken.rate_per_s for taken in found] == [20.0, 40.0]


def test_a_runtime_that_stalls_once_shows_its_queue_in_the_p99(subject):
    stalls = iter([0.0005] * 300 + [0.2])
    served = subject(lambda size: next(stalls, 0.0005))
    (taken,) = measure(Load("server", (1,), (500.0,)), served)
    (stream,) = measure(Load("single-stream", (1,)), subject(lambda size: 0.0005))
    assert np.percentile(taken.durations, 99) / 1e9 > 0.15
    assert np.percentile(stream.durations, 99) / 1e9 < 0.001


@pytest.mark.parametrize(
    ("load", "bound"),
    [
        (Load("server", (1,), (20.0,), instrument="loadgen"), 0.01),
        (Load("single-stream", (1,), instrument="loadgen"), None),
    ],
)
def test_loadgen_is_asked_for_the_servers_bound_with_its_own_threads_elsewhere(subject, monkeypatch, load, bound):
    asked = []

    def sample(call, inputs, task, helpers):
        asked.append((task.rate_per_s, task.bound_s, helpers))
        return LoadGenResult(np.full(64, 1_000_000), 64.0, {}, True, "", {"loadgen_version": "5"})

    monkeypatch.setattr(loadgen, "sample", sample)
    (taken,) = measure(load, replace(subject(lambda size: 0.001), helpers=(7,)))
    assert asked == [(taken.rate_per_s, bound, (7,))] * 2  # the test, and what it costs itself
    assert taken.details == {"valid": True, "reason": "", "own_cost_s": 0.001, "loadgen_version": "5"}


@pytest.mark.parametrize(("of_the_first", "stay"), [(1.0, True), (1.06, True), (0.5, False), (2.0, False)])
def test_a_second_search_leaves_rates_that_suit_as_they_are(subject, of_the_first, stay):
    first = tuple(taken.rate_per_s for taken in measure(Load("server", (1,)), subject(lambda size: 0.001)))
    earlier = tuple(of_the_first * rate for rate in first)
    again = measure(Load("server", (1,), earlier, search=True), subject(lambda size: 0.001))
    rates = tuple(taken.rate_per_s for taken in again)
    assert (rates == earlier) == stay
    assert rates[0] <= first[LADDER.index(1.0)] <= 1.05 * rates[-1]
