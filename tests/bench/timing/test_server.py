"""Arrivals, the queue and the search for a rate, against scipy, a plain recursion and queueing theory."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from bench.timing.server import arrivals, expected_rate, highest_rate, queries, queue


def test_arrivals_are_a_poisson_process():
    due = arrivals(1000.0, 20_000, np.random.default_rng(0))
    assert (np.diff(due) >= 0).all()
    between = np.diff(due, prepend=0) / 1e9
    assert scipy.stats.kstest(between, scipy.stats.expon(scale=1e-3).cdf).pvalue > 0.01


def test_arrivals_come_from_their_seed():
    same = [arrivals(10.0, 50, np.random.default_rng(seed)) for seed in (3, 3, 4)]
    assert (same[0] == same[1]).all()
    assert (same[0] != same[2]).any()


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 50)), min_size=1, max_size=40))
def test_queue_is_the_recursion_of_lindley(pairs):
    due = np.cumsum([gap for gap, _ in pairs])
    services = np.array([service for _, service in pairs])
    end, expected = 0, []
    for when, service in zip(due.tolist(), services.tolist(), strict=True):
        end = max(end, when) + service
        expected.append(end - when)
    assert queue(due, services).tolist() == expected


def test_queue_waits_as_long_as_theory_says():
    rng, load = np.random.default_rng(1), 0.7
    services = np.full(400_000, 1_000_000)
    waited = queue(arrivals(load * 1000.0, len(services), rng), services) - services
    assert waited.mean() / 1e6 == pytest.approx(load / (2 * (1 - load)), rel=0.05)  # Pollaczek-Khinchine, M/D/1


@given(st.floats(17.0, 100.0))
def test_the_highest_rate_is_found_from_above(limit):
    found = highest_rate(lambda rate: rate <= limit, 100.0, 105.0, halvings=20)
    assert found == pytest.approx(limit, abs=0.001)
    assert found <= limit


@given(st.floats(100.0, 500.0))
def test_a_start_that_was_too_low_is_gone_up_from(limit):
    found = highest_rate(lambda rate: rate <= limit, 100.0, 105.0, halvings=20)
    assert found == pytest.approx(limit, rel=1e-3)


def test_slow_rates_which_take_long_to_try_are_tried_last():
    tried = []
    highest_rate(lambda rate: tried.append(rate) or rate <= 60, 100.0, 105.0)
    assert tried[0] == 100.0
    assert min(tried) > 40


def test_no_rate_is_found_where_none_meets_the_bound():
    assert highest_rate(lambda rate: False, 100.0, 105.0) is None


def test_expected_rate_rises_with_the_bound_up_to_what_a_server_can_do():
    services = np.full(100, 1_000_000)
    rates = [expected_rate(services, bound, np.random.default_rng(2)) for bound in (0.002, 0.005, 0.02, 0.5)]
    assert rates == sorted(rates)
    assert 100 < rates[0] <= 500
    assert 900 < rates[-1] <= 1000


@pytest.mark.parametrize(
    ("rate", "seconds", "least", "expected"),
    [(10.0, 1.0, 64, 662), (10_000.0, 1.0, 64, 10_000), (10.0, 1.0, 5000, 5000)],
)
def test_a_trial_is_long_enough_for_its_percentile_its_seconds_and_its_count(rate, seconds, least, expected):
    assert queries(rate, seconds, least, bound_s=0.001) == expected


def test_a_trial_is_long_enough_for_a_queue_to_grow_past_the_bound():
    assert queries(10_000.0, 0.1, 64, bound_s=0.02) == 10_000
