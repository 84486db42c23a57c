"""Fréchet and kernel distance against closed forms, scipy's root of a matrix and torchmetrics."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from torchmetrics.image.kid import poly_mmd

from bench import Export, TensorSpec, Unsuitable
from bench_metrics.generation.moments import frechet_distance, frechet_distance_floor, kernel_distance


def normal(n, *shape, seed=0):
    return torch.randn(n, *shape, generator=torch.Generator().manual_seed(seed))


def exactly(mean, covariance, n=200, seed=0):
    """A sample with exactly these moments."""
    x = normal(n, len(mean), seed=seed).double()
    x -= x.mean(0)
    x = x @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(x.T))).T
    return x @ torch.linalg.cholesky(torch.tensor(covariance).double()).T + torch.tensor(mean)


def test_frechet_distance_of_known_moments(generated):
    """Covariances that commute: |m - m'|^2 + the squares of the differences of the standard deviations."""
    one = exactly([0.0, 0.0, 1.0], np.diag([1.0, 4.0, 9.0]))
    other = exactly([1.0, 2.0, 1.0], np.diag([4.0, 4.0, 0.25]), seed=1)
    assert frechet_distance(generated(one, other)) == pytest.approx(5 + 1 + 0 + 2.5**2, rel=1e-6)


def test_frechet_distance_is_that_by_the_root_of_the_product(generated):
    generator = np.random.default_rng(0)
    first, second = (factors @ factors.T for factors in generator.normal(size=(2, 4, 4)))
    expected = 3**2 + np.trace(first + second - 2 * sqrtm(first @ second).real)
    evaluation = generated(exactly([0.0, 3, 0, 0], first), exactly([0.0] * 4, second, seed=1))
    assert frechet_distance(evaluation) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_of_fewer_samples_than_features(generated):
    """Their covariances have no full rank."""
    test = normal(10, 1, 5, 5)
    assert frechet_distance(generated(test.flip(0), test)) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(generated(2 + test, test)) == pytest.approx(25 * 4, rel=1e-5)


@pytest.mark.parametrize("n", [100, 1000])
def test_the_floor_of_frechet_distance_is_its_sampling_error(generated, n):
    """Squared, means differ by 2 / n, standard deviations by 1 / n, and what a covariance of two adds is 1 / n."""
    d = 3
    found = [
        frechet_distance_floor(generated(normal(n, d), normal(n, d, seed=s), training=(normal(n, d, seed=s + 1), None)))
        for s in range(0, 60, 2)
    ]
    expected = (2 * d + d + d * (d - 1) / 2) / n
    assert np.mean(found) == pytest.approx(expected, rel=0.35)


def test_features_of_a_net_are_compared_where_there_is_one(generated):
    """A net that sees one coordinate alone, doubled: of all that differs, it is told that by which this one does."""
    test, samples = exactly([0.0, 0.0], np.eye(2)), exactly([5.0, 1.0], np.eye(2), seed=1)
    asked = []

    def net(inputs):
        asked.append(inputs)
        return 2 * inputs[:, 1:]

    evaluation = generated(samples, test, net=net)
    assert frechet_distance(evaluation) == pytest.approx(4, rel=1e-5)
    assert frechet_distance(evaluation, samples=10) != pytest.approx(4, rel=1e-5)
    assert frechet_distance(generated(samples, test)) == pytest.approx(26, rel=1e-5)
    # Whole parts, of which a net that remembers them makes features once, however many are drawn.
    assert [one is part for one, part in zip(asked, 2 * [test, samples], strict=True)] == [True] * 4


@given(st.integers(0, 2**16), st.integers(2, 20), st.integers(1, 6))
def test_kernel_distance_is_that_of_torchmetrics(generated, seed, n, d):
    x, y = normal(2 * n, d, seed=seed).double().chunk(2)
    # In the same order, since torchmetrics takes one of the two for another.
    expected = float(poly_mmd(y, x))
    assert kernel_distance(generated(x, y)) == pytest.approx(expected, abs=1e-9 + 1e-9 * abs(expected))


def test_kernel_distance_of_known_moments(generated):
    """In one dimension (x y + 1)^3 compares moments: 3 (m1 - m1')^2 + 3 (m2 - m2')^2 + (m3 - m3')^2."""
    test = 1 + normal(100, 200, 1)  # moments 1, 2, 4
    samples = normal(100, 200, 1, seed=1)  # moments 0, 1, 0
    found = [kernel_distance(generated(*pair)) for pair in zip(samples, test, strict=True)]
    error = np.std(found) / 100**0.5
    assert abs(np.mean(found) - (3 + 3 + 16)) < 4 * error < 6


def test_kernel_distance_has_no_bias(generated):
    found = [kernel_distance(generated(normal(20, 2, seed=2 * s), normal(20, 2, seed=2 * s + 1))) for s in range(400)]
    error = np.std(found) / 400**0.5
    assert abs(np.mean(found)) < 3 * error
    assert min(found) < 0 < max(found)


@pytest.mark.parametrize("metric", [frechet_distance, kernel_distance])
def test_a_sample_of_one_has_no_moments(generated, metric):
    with pytest.raises(Unsuitable, match="needs 2 samples of either kind"):
        metric(generated(normal(1, 2), normal(1, 2)))


def test_of_a_small_test_part_frechet_distance_draws_more_samples(evaluate):
    """So that chance moves it by the rows of the test part alone."""
    noise = TensorSpec("noise", (3,), source="normal")
    part = Export("generator", lambda noise: noise + 1, "generation", (noise,), ("sample",))
    evaluations = [evaluate([part], "generator", exactly([0.0] * 3, np.eye(3), n=50), seed=s) for s in range(10)]
    few, many = (np.array([frechet_distance(one, samples=samples) for one in evaluations]) for samples in (50, 10_000))
    assert abs(many - 3).max() < 0.2 < abs(few - 3).max()


def test_what_needs_more_than_noise_is_compared_by_what_it_answered(evaluate):
    parts = TensorSpec("noise", (3,), source="normal"), TensorSpec("input", (3,))
    part = Export("generator", lambda noise, x: x + 1, "generation", parts, ("sample",))
    test = exactly([0.0] * 3, np.eye(3), n=50)
    assert frechet_distance(evaluate([part], "generator", test)) == pytest.approx(3, rel=1e-5)
