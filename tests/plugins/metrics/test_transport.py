"""Wasserstein distances against closed forms, and against scipy's assignment and one-dimensional transport."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

from bench import BenchError, Unsuitable
from bench_metrics.generation import transport as module
from bench_metrics.generation.transport import (
    sliced_wasserstein,
    sliced_wasserstein_floor,
    transport,
    wasserstein_1,
    wasserstein_1_floor,
    wasserstein_2,
    wasserstein_2_floor,
)

METRICS = [wasserstein_1, wasserstein_2, sliced_wasserstein]
FLOORS = [wasserstein_1_floor, wasserstein_2_floor, sliced_wasserstein_floor]

coordinates = st.floats(-10, 10, width=32)
clouds = st.integers(1, 12).flatmap(lambda n: arrays(np.float64, (2, n, 3), elements=coordinates))


def normal(n, *shape, seed=0):
    return torch.randn(n, *shape, generator=torch.Generator().manual_seed(seed))


@settings(deadline=None)  # the first call imports POT
@given(clouds, st.sampled_from([1, 2]))
def test_for_samples_of_one_size_transport_is_an_assignment(pair, order):
    distances = cdist(*pair)
    rows, columns = linear_sum_assignment(distances**order)
    expected = np.mean(distances[rows, columns] ** order) ** (1 / order)
    assert transport(distances, order) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("size", [1, 20, 33])
def test_along_a_line_it_is_that_of_scipy(generated, size):
    test, samples = normal(40, 1)[:size], 2 * normal(40, 1, seed=1)[:size] ** 2
    if size == 1:
        assert transport(cdist(samples, test), 1) == pytest.approx(float((samples - test).abs()))
        return
    expected = wasserstein_distance(samples.flatten(), test.flatten())
    assert wasserstein_1(generated(samples, test)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("shape", [(2,), (1, 4, 5)])
def test_of_a_shifted_sample_it_is_the_shift(generated, shape):
    test, shift = normal(200, *shape), normal(1, *shape, seed=1)
    evaluation = generated((test + shift).flip(0), test)
    length = float(shift.norm())
    assert wasserstein_1(evaluation) == pytest.approx(length, rel=1e-5)
    assert wasserstein_2(evaluation) == pytest.approx(length, rel=1e-5)


def test_along_random_directions_a_shift_is_shorter_by_the_root_of_the_dimensions(generated):
    test, shift = normal(100, 9), 3 * torch.ones(9)
    found = sliced_wasserstein(generated(test + shift, test), projections=4000)
    assert found == pytest.approx(float(shift.norm()) / 3, rel=0.03)


@pytest.mark.parametrize("metric", METRICS)
def test_of_the_same_sample_it_is_0(generated, metric):
    test = normal(50, 3)
    assert metric(generated(test.flip(0), test)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_between_gaussians_it_is_the_closed_form_but_for_the_sampling_error(generated, sigma):
    """N(0, 1) and N(m, sigma^2) in the plane: W2^2 = |m|^2 + 2 (1 - sigma)^2. The floor is how far 1,000 are off."""
    mean = torch.tensor([1.0, -2.0])
    evaluation = generated(
        mean + sigma * normal(1000, 2, seed=1), normal(1000, 2), training=(normal(1000, 2, seed=2), None)
    )
    exact = math.sqrt(5 + 2 * (1 - sigma) ** 2)
    assert wasserstein_2(evaluation) == pytest.approx(exact, abs=wasserstein_2_floor(evaluation))
    assert wasserstein_2_floor(evaluation) < 0.25 < exact / 8


@pytest.mark.parametrize(("metric", "floor"), list(zip(METRICS, FLOORS, strict=True)))
def test_the_floor_is_what_a_perfect_generator_would_get(generated, metric, floor):
    """Ten such generators get it within their own scatter, and one that is off gets more."""
    test, training = normal(300, 2), normal(300, 2, seed=1)
    found = [metric(generated(normal(300, 2, seed=seed), test, training=(training, None))) for seed in range(2, 12)]
    known = floor(generated(5 + test, test, training=(training, None)))
    assert min(found) * 0.7 < known < max(found) * 1.3
    assert known > 0
    assert metric(generated(5 + test, test, training=(training, None))) > 5 * known


def test_the_sampling_error_falls_with_the_samples(generated):
    training = normal(1000, 2), None
    evaluation = generated(normal(1000, 2, seed=1), normal(1000, 2, seed=2), training=training)
    assert wasserstein_1_floor(evaluation, samples=1000) < 0.6 * wasserstein_1_floor(evaluation, samples=100)


@pytest.mark.parametrize("metric", METRICS)
def test_it_compares_as_many_of_either_as_there_are_or_are_asked_for(generated, metric):
    few = generated(normal(30, 2), normal(50, 2), training=(normal(10, 2), None))
    assert metric(few) > 0
    assert metric(few, samples=5) != metric(few)
    assert metric(few, real=True) > 0


@pytest.mark.parametrize("metric", METRICS)
def test_too_few_samples_are_refused(generated, metric):
    with pytest.raises(Unsuitable, match=r"needs 2 samples of either kind \(there are 1\)"):
        metric(generated(normal(1, 2), normal(5, 2)))


@pytest.mark.parametrize("metric", METRICS)
def test_samples_of_another_shape_are_refused(generated, metric):
    with pytest.raises(Unsuitable, match=r"the data's shape \(1, 2, 2\) \(those generated are \(4,\)\)"):
        metric(generated(normal(5, 4), normal(5, 1, 2, 2)))


@pytest.mark.parametrize("metric", METRICS)
def test_samples_of_a_training_that_diverged_are_no_numbers(generated, metric):
    samples = normal(8, 2)
    samples[:2, 1] = float("nan")
    with pytest.raises(BenchError, match=r"needs samples of numbers \(25 % of them hold what is none\)"):
        metric(generated(samples, normal(8, 2)))


def test_transport_that_is_not_the_best_is_no_answer(monkeypatch):
    monkeypatch.setattr(module, "STEPS", 10)
    with (
        pytest.warns(UserWarning, match="numItermax"),
        pytest.raises(BenchError, match="has not found the optimal transport"),
    ):
        transport(cdist(normal(100, 2), normal(100, 2, seed=1)), 1)
