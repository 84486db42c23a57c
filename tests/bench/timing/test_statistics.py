"""Percentiles and spread, against the standard library, numpy and scipy."""

import statistics as reference

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.conditions import LEAST_SAMPLES
from bench.timing.statistics import latency, percentile, spread

durations = arrays(np.int64, st.integers(6636, 6700), elements=st.integers(1, 10**12))


@pytest.mark.parametrize("q", LEAST_SAMPLES)
@given(durations)
def test_percentile_is_the_standard_librarys(q, nanoseconds):
    expected = reference.quantiles(nanoseconds.tolist(), n=1000, method="inclusive")[round(10 * q) - 1]
    assert percentile(nanoseconds, q) == pytest.approx(expected / 1e9, rel=1e-9)


@pytest.mark.parametrize("q", LEAST_SAMPLES)
def test_percentile_does_not_depend_on_the_order(q):
    nanoseconds = np.arange(1, 10_001)
    assert percentile(nanoseconds, q) == percentile(np.random.default_rng(0).permutation(nanoseconds), q)


@pytest.mark.parametrize(("q", "least"), LEAST_SAMPLES.items())
def test_too_few_samples_state_no_percentile(q, least):
    assert percentile(np.ones(least - 1, np.int64), q) is None
    assert percentile(np.ones(least, np.int64), q) == 1e-9


@pytest.mark.parametrize(("q", "least"), LEAST_SAMPLES.items())
def test_least_samples_are_the_fewest_of_which_two_lie_above_with_99_percent_confidence(q, least):
    def at_most_one_above(samples: int) -> float:
        return float(scipy.stats.binom.cdf(1, samples, 1 - q / 100))

    assert at_most_one_above(least) <= 0.01 < at_most_one_above(least - 1)


def test_latency_has_the_percentiles_that_its_samples_can_state():
    found = latency(np.full(100, 2_000, np.int64))
    assert (found.p50, found.p90, found.p99, found.p999) == (2e-6, 2e-6, None, None)


@given(durations)
def test_percentiles_do_not_decrease(nanoseconds):
    found = latency(nanoseconds)
    assert found.p50 <= found.p90 <= found.p99 <= found.p999


def normal(rng: np.random.Generator, middle: float, deviation: float, count: int) -> np.ndarray:
    return rng.normal(middle, deviation, count).astype(np.int64)


def test_spread_of_processes_that_do_not_differ_is_all_within():
    rng = np.random.default_rng(0)
    found = spread([normal(rng, 1e6, 5e4, 2000) for _ in range(30)])
    assert found.within == pytest.approx(0.05, rel=0.05)
    assert found.between < 0.001


def test_spread_between_processes_is_found_beside_that_within():
    rng = np.random.default_rng(1)
    found = spread([normal(rng, middle, 5e4, 200) for middle in rng.normal(1e6, 2e4, 400)])
    assert found.within == pytest.approx(0.05, rel=0.05)
    assert found.between == pytest.approx(0.02, rel=0.1)


def test_one_process_tells_nothing_of_others():
    assert spread([np.array([1, 2, 3])]).between is None


def test_a_few_that_are_far_off_do_not_make_the_spread():
    durations = normal(np.random.default_rng(2), 1e6, 1e4, 1000)
    durations[:20] = 10**9
    assert spread([durations]).within == pytest.approx(0.01, rel=0.1)
