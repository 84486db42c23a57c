"""What is left of a run, by a clock of the test's own."""

import pytest

from bench.run.forecast import Forecast


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def forecast(clock):
    found = Forecast(clock)
    groups = {f"{model}@points#{seed}": f"{model}@points" for model in ("tiny", "small") for seed in (0, 1)}
    found.started("reports", groups, 1, 100.0)
    return found


def test_nothing_is_known_at_the_start(forecast):
    assert forecast.left() is None


def test_a_running_case_promises_by_its_share(forecast, clock):
    forecast.stage("tiny@points#0", "train")
    clock.now = 3.0
    forecast.advanced("tiny@points#0", 0.5)  # of training, which is taken for 0.6 of a case
    assert forecast.left() == pytest.approx(7.0 + 3 * 10.0 + 100.0)


def test_cases_that_have_ended_tell_of_their_group_and_of_all(forecast, clock, make):
    forecast.stage("tiny@points#0", "train")
    clock.now = 4.0
    forecast.finished(make.case("tiny", 0))
    assert forecast.left() == pytest.approx(3 * 4.0 + 100.0)
    forecast.stage("small@points#0", "train")
    clock.now = 14.0
    forecast.finished(make.case("small", 0))
    assert forecast.left() == pytest.approx(4.0 + 10.0 + 100.0)


def test_what_runs_is_nearer_to_its_end(forecast, clock, make):
    forecast.stage("tiny@points#0", "train")
    clock.now = 4.0
    forecast.finished(make.case("tiny", 0))
    forecast.stage("tiny@points#1", "train")
    clock.now = 5.0
    assert forecast.left() == pytest.approx(3.0 + 2 * 4.0 + 100.0)


def test_timing_tells_its_own_pace(forecast, clock):
    forecast.measuring("tiny@points#0", 0, 10)
    assert forecast.left() == 100.0
    clock.now = 6.0
    forecast.measuring("tiny@points#0", 3, 10)
    assert forecast.left() == pytest.approx(14.0)
