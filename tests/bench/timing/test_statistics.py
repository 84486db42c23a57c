"""Percentiles and throughput, against the standard library, numpy and scipy."""

import statistics as reference

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.results import LEAST_SAMPLES
from bench.timing.statistics import latency, percentile, throughput

durations = arrays(np.int64, st.integers(6636, 6700), elements=st.integers(1, 10**12))
few = arrays(np.int64, st.integers(1, 70), elements=st.integers(1, 10**12))


@pytest.mark.parametrize("q", LEAST_SAMPLES)
@given(durations)
def test_percentile_is_the_standard_librarys(q, nanoseconds):
    expected = reference.quantiles(nanoseconds.tolist(), n=1000, method="inclusive")[round(10 * q) - 1]
    assert percentile(nanoseconds, q) == pytest.approx(expected / 1e9, rel=1e-9)


@pytest.mark.parametrize("q", LEAST_SAMPLES)
def test_percentile_does_not_depend_on_the_order(q):
    nanoseconds = np.arange(1, 7001)
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


@given(few, st.integers(1, 1024))
def test_throughput_is_samples_over_time(nanoseconds, batch_size):
    seconds = sum(nanoseconds.tolist()) / 1e9
    assert throughput(nanoseconds, batch_size) == pytest.approx(batch_size * len(nanoseconds) / seconds)


@given(st.integers(1, 10**9), st.integers(1, 100), st.integers(1, 64))
def test_equal_calls_have_the_throughput_of_one(nanoseconds, calls, batch_size):
    assert throughput(np.full(calls, nanoseconds), batch_size) == pytest.approx(batch_size / (nanoseconds / 1e9))
