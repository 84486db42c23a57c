"""Ratios and how far chance may have moved them."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.ratios import mean_ratio, ratio_of_medians

positive = st.floats(1e-6, 1e3)
processes = st.lists(positive, min_size=3, max_size=6)


def test_a_ratio_of_latencies_is_that_of_the_middle_processes():
    found = ratio_of_medians([[3.0, 1.0, 2.0]], [[4.0, 4.0, 9.0]])
    assert found.value == pytest.approx(0.5)
    assert found.interval[0] < 0.5 < found.interval[1]


def test_over_seeds_it_is_the_geometric_mean_of_the_ratios():
    assert ratio_of_medians([[1.0] * 3, [8.0] * 3], [[2.0] * 3, [4.0] * 3]).value == pytest.approx(1.0)


@pytest.mark.parametrize(("own", "rival"), [(2, 5), (5, 2), (1, 1)])
def test_too_few_processes_on_either_side_tell_no_interval(own, rival):
    assert ratio_of_medians([[1.0] * own], [[1.0] * rival]).interval is None
    assert ratio_of_medians([[1.0] * 5, [1.0] * own], [[1.0] * 5, [1.0] * rival]).interval is None


@given(processes, processes, positive)
def test_an_interval_holds_its_ratio_and_does_not_depend_on_the_unit(own, rival, unit):
    found = ratio_of_medians([own], [rival])
    assert found.interval[0] <= found.value <= found.interval[1]
    scaled = ratio_of_medians([[one * unit for one in own]], [[one * unit for one in rival]])
    assert scaled.interval == pytest.approx(found.interval)


def test_the_same_figures_give_the_same_interval():
    figures = [[1.0, 1.1, 1.3]], [[2.0, 2.2, 1.9]]
    assert ratio_of_medians(*figures) == ratio_of_medians(*figures)


@pytest.mark.parametrize(("seeds", "count"), [(1, 3), (1, 5), (2, 3)])
@pytest.mark.parametrize("tail", [False, True])
def test_an_interval_holds_the_true_ratio_as_often_as_it_says(seeds, count, tail):
    """Medians of processes that differ by 2 %, and of which some, as on a machine that is disturbed, are slower."""
    rng = np.random.default_rng(7)

    def measured(middle: float) -> list[list[float]]:
        logs = rng.normal(0, 0.02, (seeds, count)) + (tail * (rng.random((seeds, count)) < 0.15)) * 0.1
        return (middle * np.exp(logs)).tolist()

    trials = 200
    found = [ratio_of_medians(measured(0.6), measured(1.0)).interval for _ in range(trials)]
    held = sum(low <= 0.6 <= high for low, high in found) / trials
    assert held >= 0.95 - 2 * sqrt(0.95 * 0.05 / trials)
    wide = np.median([high / low - 1 for low, high in found])
    assert tail or wide < 0.35 / sqrt(seeds * count)  # it says something all the same


def test_a_ratio_of_figures_is_the_mean_over_the_seeds():
    found = mean_ratio([1.0, 3.0], [2.0, 2.0])
    assert found.value == 1.0
    # Student's t of one degree of freedom is 12.706 there, and the standard error 0.5.
    assert found.interval == pytest.approx((1 - 12.706 * 0.5, 1 + 12.706 * 0.5), rel=1e-4)


def test_one_seed_tells_no_interval():
    assert mean_ratio([1.0], [2.0]).interval is None


@pytest.mark.parametrize(("own", "rival"), [([1.0], [0.0]), ([-1.0], [2.0]), ([1.0, 0.0], [1.0, 1.0]), ([], [])])
def test_figures_that_are_not_above_0_have_no_ratio(own, rival):
    assert mean_ratio(own, rival) is None
