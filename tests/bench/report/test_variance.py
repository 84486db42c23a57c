"""The part of the spread that training with another seed adds."""

import numpy as np
import pytest

from bench.report.variance import seed_spread


@pytest.mark.parametrize(("between_seeds", "between_processes"), [(0.05, 0.02), (0.02, 0.05), (0.1, 0.0)])
def test_it_is_the_outer_component_of_a_nested_model(between_seeds, between_processes):
    rng = np.random.default_rng(0)
    seeds = rng.normal(1.0, between_seeds, (4000, 1))
    medians = seeds + rng.normal(0.0, between_processes, (4000, 5))
    assert seed_spread(medians.tolist()) == pytest.approx(between_seeds, rel=0.06)


def test_what_processes_explain_is_no_part_of_the_seeds():
    medians = np.random.default_rng(0).normal(1.0, 0.1, (4000, 5))
    assert seed_spread(medians.tolist()) < 0.015


def test_few_seeds_are_right_on_average():
    rng = np.random.default_rng(0)
    runs = rng.normal(1.0, 0.05, (2000, 3, 1)) + rng.normal(0.0, 0.02, (2000, 3, 5))
    squares = [(seed_spread(run.tolist()) * run.mean()) ** 2 for run in runs]
    assert np.mean(squares) == pytest.approx(0.05**2, rel=0.1)


def test_it_is_relative():
    assert seed_spread([[1.0, 1.0], [3.0, 3.0]]) == pytest.approx(seed_spread([[10.0, 10.0], [30.0, 30.0]]))


@pytest.mark.parametrize("medians", [[], [[1.0, 1.1]], [[1.0], [1.1]], [[1.0, 1.1], [1.2]]])
def test_it_takes_two_seeds_of_two_processes(medians):
    assert seed_spread(medians) is None
