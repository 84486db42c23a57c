"""Distances between generated and real samples by moments of their features."""

import numpy as np
from pydantic import PositiveInt

from bench import Evaluation
from bench_metrics.generation.features import compared_features
from bench_metrics.generation.samples import Numbers
from bench_metrics.memory import once_per_test_part


def frechet_distance(evaluation: Evaluation, samples: PositiveInt = 10_000, real: bool = False) -> float:
    """The squared Wasserstein-2 distance between the normal distributions with the means and covariances of features.

    |m - m'|^2 + tr(C + C' - 2 (C C')^(1/2)), the formula of the Frechet Inception distance (Heusel et al. 2017, arXiv
    1706.08500), but not of Inception's features. Fewer rows make it larger: compare it with its floor. Where the test
    part has few, that is not also so of the samples: of 360 digits of each, chance alone moved it by a sixth.

    :param samples: how many are generated, and how many test rows are taken at most
    :param real: score rows of the training part in place of generated ones, of which there may be fewer
    """
    pair = compared_features(evaluation, "frechet-distance", samples, real, generate=samples)
    (mean, covariance), (other_mean, other_covariance) = map(_moments, pair)
    apart = mean - other_mean
    return float(apart @ apart) + _bures(covariance, other_covariance)


@once_per_test_part
def frechet_distance_floor(evaluation: Evaluation, samples: PositiveInt = 10_000) -> float:
    """What `frechet_distance` is for rows of the training part, as many as there are, in place of generated ones.

    :param samples: how many of each at most
    """
    return frechet_distance(evaluation, samples, real=True)


def kernel_distance(evaluation: Evaluation, samples: PositiveInt = 1000, real: bool = False) -> float:
    """The squared maximum mean discrepancy with the kernel (x y / d + 1)^3 of features (n, d), estimated without bias.

    The kernel Inception distance of Binkowski et al. (2018), arXiv 1801.01401, but not of Inception's features. It
    compares means, second and third moments. For samples of one distribution it is 0 on average, and below 0 in
    more than half of the cases.

    :param samples: how many of each at most
    :param real: score rows of the training part in place of generated ones
    """
    x, y = compared_features(evaluation, "kernel-distance", samples, real)
    return _without_itself(_kernel(x, x)) + _without_itself(_kernel(y, y)) - 2 * float(_kernel(x, y).mean())


def _moments(x: Numbers) -> tuple[Numbers, Numbers]:
    return x.mean(0), np.cov(x, rowvar=False).reshape(x.shape[1], -1)


def _bures(first: Numbers, second: Numbers) -> float:
    """Tr(C + C' - 2 (C C')^(1/2)); the root of C C' has the trace of that of C^(1/2) C' C^(1/2), which is symmetric."""
    values, vectors = np.linalg.eigh(first)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    of_product = np.linalg.eigvalsh(root @ second @ root).clip(0)
    return float(np.trace(first) + np.trace(second) - 2 * np.sqrt(of_product).sum())


def _kernel(x: Numbers, y: Numbers) -> Numbers:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _without_itself(kernel: Numbers) -> float:
    """The mean over pairs of different members."""
    n = len(kernel)
    return float(kernel.sum() - np.trace(kernel)) / (n * (n - 1))
