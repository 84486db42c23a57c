"""Why a row is marked, and what it says would help."""

from statistics import median, stdev

import pytest
import scipy.stats

from bench.conditions import Conditions
from bench.timing.noise import is_calm, reasons


def told(make, *changes, cores=2, queued=False):
    return reasons([make.process(**change) for change in changes], cores, queued)


CALM = {"busy_cores": 0.02, "waiting": 0.0001, "stolen": 0.0}


def test_a_calm_row_is_not_marked(make):
    assert told(make, *[{**CALM, "p50_s": p50} for p50 in (1e-3, 1.002e-3, 0.999e-3)]) == []


def test_what_a_system_cannot_tell_marks_nothing(make):
    assert told(make, {}, {}, {}) == []


def test_processes_that_differ_are_told_with_how_many_would_help(make):
    (reason,) = told(make, *[{"p50_s": p50} for p50 in (1.0, 1.05, 0.97, 1.02, 0.96)])
    assert reason.startswith("the processes' medians lie apart, which leaves ±4.6% of doubt; measure.processes: 9")


def test_processes_that_differ_wildly_are_no_reason_for_thousands_of_them(make):
    (reason,) = told(make, *[{"p50_s": p50} for p50 in (1.0, 9.0, 2.0)])
    assert reason.endswith("find out what disturbs them")


def test_waiting_in_a_queue_differs_by_itself(make):
    assert told(make, *[{"p50_s": p50} for p50 in (1.0, 9.0, 2.0)], queued=True) == []


@pytest.mark.parametrize("queued", [False, True])
def test_one_process_shows_no_difference(make, queued):
    (reason,) = told(make, {}, queued=queued)
    assert reason == "one process alone does not show how far processes differ; measure.processes: 5 would"


@pytest.mark.parametrize(
    ("disturbance", "words"),
    [
        ({"busy_cores": 1.0}, "other processes kept 1.0 of 2 cores busy in the worst process"),
        ({"waiting": 0.4}, "had no core for 40% of the time in the worst process"),
        ({"stolen": 0.05}, "took 5% of the time in the worst process"),
    ],
)
def test_what_disturbs_one_process_is_told_of_a_queue_alone(make, disturbance, words):
    changes = [CALM, {**CALM, **disturbance}, CALM]
    assert told(make, *changes) == []
    (reason,) = told(make, *changes, queued=True)
    assert words in reason


@pytest.mark.parametrize(
    ("changes", "calm"),
    [({}, True), ({"waiting": 0.01, "stolen": 0.0}, True), ({"waiting": 0.02}, False), ({"stolen": 0.1}, False)],
)
def test_a_sample_is_calm_if_its_core_was_not_taken_away(changes, calm):
    assert is_calm(Conditions(**changes)) == calm


@pytest.mark.parametrize(
    ("disturbance", "words"),
    [
        ({"busy_cores": 1.0}, "other processes kept 1.0 of 2 cores busy"),
        ({"waiting": 0.4}, "had no core for 40% of the time"),
        ({"stolen": 0.05}, "took 5% of the time"),
        ({"throttled": 0.25}, "lowered in up to 25% of the time"),
        ({"warm": False}, "not become stable in 3 of 3 processes"),
    ],
)
def test_a_disturbance_is_told(make, disturbance, words):
    (reason,) = told(make, *[{**CALM, **disturbance}] * 3)
    assert words in reason


def test_processes_that_differ_as_the_machine_did_are_not_told_as_uncertain(make):
    assert told(make, *[{**CALM, "p50_s": pace, "pace_s": pace} for pace in (1.0, 1.05, 1.02)]) == []


def test_a_row_that_does_not_move_with_the_machine_is_not_told_as_uncertain(make):
    assert told(make, *[{**CALM, "p50_s": 1.0, "pace_s": pace} for pace in (1.0, 1.05, 1.02)]) == []


def test_as_many_processes_as_are_told_would_be_enough(make):
    values = [1.0, 1.05, 0.97, 1.02, 0.96]
    (reason,) = told(make, *[{"p50_s": p50} for p50 in values])
    needed, deviation = int(reason.split("measure.processes: ")[1].split()[0]), stdev(values) / median(values)
    widths = [scipy.stats.t.ppf(0.975, n - 1) * deviation / n**0.5 for n in (needed - 1, needed)]
    assert widths[1] <= 0.03 < widths[0]


def test_a_machine_that_changes_its_speed_is_told(make):
    (reason,) = told(make, *[{**CALM, "p50_s": pace, "pace_s": pace} for pace in (1e-4, 1.01e-4, 1.1e-4)])
    assert "the machine's own speed moved by 10% between processes" in reason


def test_a_busy_core_of_many_is_no_disturbance(make):
    assert told(make, *[{"busy_cores": 1.0}] * 3, cores=128) == []
