"""Precision, recall, density and coverage against scikit-learn's neighbours and what is expected by chance."""

from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from bench import Unsuitable
from bench_metrics.generation.balls import coverage, density, inside, precision, recall

METRICS = [precision, recall, density, coverage]


def normal(n, *shape, seed=0):
    return torch.randn(n, *shape, generator=torch.Generator().manual_seed(seed))


@given(st.integers(0, 2**16), st.integers(4, 15), st.integers(1, 3))
def test_a_ball_reaches_as_far_as_scikit_learn_finds_the_neighbour(seed, n, neighbours):
    centres, points = normal(2 * n, 2, seed=seed).double().numpy().reshape(2, n, 2)
    radii = NearestNeighbors(n_neighbors=neighbours).fit(centres).kneighbors()[0][:, -1]
    expected = [
        [np.linalg.norm(point - centre) <= r for centre, r in zip(centres, radii, strict=True)] for point in points
    ]
    np.testing.assert_array_equal(inside(points, centres, neighbours), expected)


def on_a_line(*places):
    return torch.tensor(places, dtype=torch.float32)[:, None]


def test_counted_by_hand(generated):
    """Around 0, 1, 2 and 10, balls that reach the nearest neighbour have the radii 1, 1, 1 and 8."""
    test, samples = on_a_line(0, 1, 2, 10), on_a_line(0.5, 1.5, 17.5, 100)
    evaluation = generated(samples, test)
    assert precision(evaluation, neighbours=1) == 3 / 4
    assert recall(evaluation, neighbours=1) == 4 / 4  # the ball around 100 has a radius of 82.5, that around 17.5 of 16
    assert density(evaluation, neighbours=1) == (2 + 2 + 1 + 0) / 4
    assert coverage(evaluation, neighbours=1) == 4 / 4


@pytest.mark.parametrize("metric", METRICS)
def test_samples_elsewhere_have_none(generated, metric):
    assert metric(generated(100 + normal(50, 2), normal(50, 2, seed=1))) == 0


def test_one_good_sample_again_and_again_is_precise_and_covers_nothing(generated):
    test = normal(200, 2)
    evaluation = generated(test[:1] + 1e-3 * normal(200, 2, seed=1), test)
    assert precision(evaluation) == 1
    assert recall(evaluation) <= 0.02
    assert coverage(evaluation) <= 0.06


def by_chance(generated, metric, neighbours, n=60, d=3):
    """The mean over perfect generators, and its standard error."""
    found = [
        metric(generated(normal(n, d, seed=2 * s), normal(n, d, seed=2 * s + 1)), neighbours=neighbours)
        for s in range(80)
    ]
    return np.mean(found), np.std(found) / len(found) ** 0.5


@pytest.mark.parametrize("neighbours", [1, 5])
def test_a_perfect_generator_has_a_density_of_1(generated, neighbours):
    mean, error = by_chance(generated, density, neighbours)
    assert abs(mean - 1) < 4 * error < 0.2


@pytest.mark.parametrize("neighbours", [1, 5])
def test_a_perfect_generator_has_the_coverage_of_naeem(generated, neighbours):
    """Lemma 2: one less the chance that the k nearest to a test sample, of all, are test samples."""
    n = 60
    expected = 1 - comb(n - 1, neighbours) / comb(2 * n - 1, neighbours)
    mean, error = by_chance(generated, coverage, neighbours, n)
    assert abs(mean - expected) < 4 * error < 0.1


@pytest.mark.parametrize("metric", METRICS)
def test_real_samples_score_as_perfect_ones(generated, metric):
    evaluation = generated(100 + normal(200, 2), normal(200, 2, seed=1), training=(normal(200, 2, seed=2), None))
    assert 0.6 < metric(evaluation, real=True) < 1.3


@pytest.mark.parametrize("metric", METRICS)
def test_k_neighbours_take_one_sample_more(generated, metric):
    evaluation = generated(normal(4, 2), normal(4, 2, seed=1))
    assert metric(evaluation, neighbours=3) >= 0
    with pytest.raises(Unsuitable, match=r"needs 5 samples of either kind \(there are 4\)"):
        metric(evaluation, neighbours=4)
