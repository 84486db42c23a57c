"""How long a run takes, in closed form."""

import pytest

from bench.run.estimate import (
    Estimate,
    ProcessPace,
    guessed_timing_seconds,
    makespan,
    stage_seconds,
    timing_seconds,
    training_seconds,
)
from bench.stages.request import Pace
from bench.suite.schema import Measure, Server

PACE = Pace(setup_s=1.0, step_s=0.01, epoch_s=0.1, look_s=0.5, steps=20)
PROCESS = ProcessPace(start_s=0.5, call_s={1: 1e-3, 8: 2e-3, 32: 0.1}, warm_s={1: 0.02, 8: 0.3, 32: 9.0})


def measure(**changes):
    settings = {"processes": 2, "warmup_s": 0.1, "warmup_max_s": 2.0, "min_seconds": 0.2, "min_samples": 64}
    return Measure(**{**settings, **changes})


@pytest.mark.parametrize(
    ("train", "expected"),
    [
        ({"max_epochs": 10}, 1.0 + 10 * (20 * 0.01 + 0.1) + 10 * 0.5),
        ({"max_epochs": 10, "check_val_every_n_epoch": 4}, 1.0 + 10 * (20 * 0.01 + 0.1) + 2 * 0.5),
        ({"max_steps": 30}, 1.0 + 30 * 0.01 + 1.5 * 0.1 + 0.5),
        ({"max_steps": 10, "accumulate_grad_batches": 3}, 1.0 + 30 * 0.01 + 1.5 * 0.1 + 0.5),
        ({"max_epochs": 1, "max_steps": 500}, 1.0 + 20 * 0.01 + 0.1 + 0.5),
    ],
)
def test_training_is_setup_steps_epochs_and_looks(train, expected):
    assert training_seconds([PACE], train) == pytest.approx(expected)


def test_a_training_that_ended_in_the_rehearsal_is_known():
    ended = Pace(setup_s=1.0, step_s=1.0, epoch_s=1.0, look_s=1.0, steps=20, ended_s=3.5)
    assert training_seconds([ended], {"max_epochs": 1000}) == 3.5


def test_steps_bound_a_training_whose_epochs_have_no_length():
    endless = Pace(setup_s=1.0, step_s=0.01, epoch_s=0.0, look_s=0.0, steps=0)
    assert training_seconds([endless], {"max_steps": 100}) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="how many batches"):
        training_seconds([endless], {"max_epochs": 3})


AFTER = Pace(setup_s=0.25, step_s=0.001, epoch_s=0.0, look_s=0.5, steps=20, first=4)


@pytest.mark.parametrize(
    ("train", "epochs"), [({"max_epochs": 10}, 6), ({"max_epochs": 10, "max_steps": 100}, 1), ({"max_steps": 120}, 2)]
)
def test_a_training_after_a_pre_training_has_a_pace_of_its_own(train, epochs):
    before = 1.0 + 4 * (20 * 0.01 + 0.1) + 4 * 0.5
    assert training_seconds([PACE, AFTER], train) == pytest.approx(before + 0.25 + epochs * (20 * 0.001 + 0.5))


def test_steps_that_end_within_a_pre_training_leave_none_for_what_comes_after():
    before = 1.0 + 2 * (20 * 0.01 + 0.1) + 2 * 0.5
    assert training_seconds([PACE, AFTER], {"max_steps": 40}) == pytest.approx(before + 0.25)


@pytest.mark.parametrize(
    ("seconds", "jobs", "expected"), [([1, 1, 1, 1], 2, 2), ([1, 1, 4], 2, 5), ([3, 1, 1, 1], 2, 3), ([], 2, 0)]
)
def test_work_begins_in_order_as_soon_as_a_job_is_free(seconds, jobs, expected):
    assert makespan(seconds, jobs) == expected


def test_the_stages_of_cases_share_their_time_on_the_clock():
    cases = [{"training": 3.0, "export": 1.0}, {"training": 3.0, "export": 1.0}]
    assert stage_seconds(cases, jobs=2) == {"training": 3.0, "export": 1.0}
    assert stage_seconds(cases, jobs=1) == {"training": 6.0, "export": 2.0}
    assert stage_seconds([*cases, cases[0]], jobs=2, alone=1) == {"training": 6.0, "export": 2.0}
    assert stage_seconds([], jobs=1) == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"batch_sizes": [1]}, 2 * (0.5 + 0.1 + 0.2)),  # least warm-up, least duration
        ({"batch_sizes": [32]}, 2 * (0.5 + 2.0 + 6.4)),  # most warm-up, least count
        ({"batch_sizes": [1], "scenarios": ["multi-stream"]}, 2 * (0.5 + 0.3 + 0.2)),
        ({"batch_sizes": [8], "scenarios": ["offline"]}, 2 * (0.5 + 0.3 + 0.2)),
        ({"batch_sizes": [32], "scenarios": ["offline"]}, 2 * (0.5 + 2.0 + 6.4)),  # calls are counted, not samples
        (
            {"batch_sizes": [1, 8], "scenarios": ["offline"]},  # the first process tries both
            2 * (0.5 + 0.3 + 0.2) + (0.1 + 0.1) + (0.3 + 0.1),
        ),
    ],
)
def test_a_timing_process_is_its_start_and_its_loads(changes, expected):
    assert timing_seconds([PROCESS], measure(**changes)) == pytest.approx(expected)


def test_a_server_is_served_at_every_rate_after_a_search():
    asked = measure(processes=1, batch_sizes=[1], scenarios=["server"], server=Server(p99_s=0.1))
    rates, bounds = (0.5, 0.75, 0.9, 0.95, 1.0, 1.05), 50 * 0.1
    ladder = sum(max(bounds, 662 / (rate * 1000)) for rate in rates)
    search = 662e-3 + 4 * bounds
    alone = 0.5 + 3 * (0.1 + 662e-3)
    assert timing_seconds([PROCESS], asked) == pytest.approx(alone + 0.5 + 0.1 + ladder + search)


def test_a_slow_server_is_served_until_its_least_count():
    asked = measure(processes=1, batch_sizes=[1], scenarios=["server"], min_samples=10_000)
    ladder = sum(10_000 / (rate * 1000) for rate in (0.5, 0.75, 0.9, 0.95, 1.0, 1.05))
    assert timing_seconds([PROCESS], asked) > ladder + 4 * 10


def test_what_is_guessed_of_a_server_has_the_process_that_asks_for_its_bound():
    asked = measure(batch_sizes=[1], scenarios=["server"])
    pace = ProcessPace(0.6, {1: 1e-4}, {1: 1e-4})
    assert guessed_timing_seconds(10 * (1 + 2), asked) == pytest.approx(10 * timing_seconds([pace], asked))


def test_loadgen_doubles_the_loads():
    one, both = (timing_seconds([PROCESS], measure(batch_sizes=[8], loadgen=loadgen)) for loadgen in (False, True))
    assert both - one == pytest.approx(2 * (0.3 + 0.2))


def test_loadgen_serves_at_one_rate_and_tells_its_cost_at_it():
    one, both = (
        timing_seconds([PROCESS], measure(processes=1, batch_sizes=[1], scenarios=["server"], loadgen=loadgen))
        for loadgen in (False, True)
    )
    assert both - one == pytest.approx(0.1 + 2 * 662 / 500)


def test_what_is_guessed_grows_with_the_processes():
    asked = measure(batch_sizes=[1, 8])
    assert guessed_timing_seconds(10, asked) == pytest.approx(10 * (0.6 + 2 * 0.3))


def test_every_load_is_measured_at_each_length_and_a_process_starts_once():
    paces = [PROCESS, ProcessPace(0.0, {8: 4e-3}, {8: 0.3})]
    asked = measure(batch_sizes=[8], scenarios=["single-stream", "offline"], lengths=[16, 64])
    assert timing_seconds(paces, asked) == pytest.approx(2 * (0.5 + 2 * (0.3 + 0.2) + 2 * (0.3 + 64 * 4e-3)))


def test_what_is_guessed_grows_with_the_lengths():
    asked = measure(batch_sizes=[1], lengths=[16, 64, 256])
    assert guessed_timing_seconds(10, asked) == pytest.approx(10 * (0.6 + 3 * 0.3))


def test_the_total_is_the_sum():
    assert Estimate({"training": 1.5, "timing": 2.0}).total == 3.5
