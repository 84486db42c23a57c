"""Wasserstein distances between generated and real samples, by POT; Euclidean in the inputs themselves, flattened.

The distance between samples exceeds that between what they were drawn from, the more the fewer they are: by about
n^(-1/d) for n samples in d dimensions (Fournier & Guillin 2015, Probability Theory and Related Fields 162, 707-738). So
each has a floor: what rows of the training part get in place of generated ones, as a perfect generator would.
"""

import numpy as np
from pydantic import PositiveInt
from scipy.spatial.distance import cdist

from bench import BenchError, Evaluation
from bench_metrics.generation.samples import Numbers, Pair, compared, rows
from bench_metrics.memory import once_per_test_part

# Steps of the network simplex. A thousand samples take some ten thousand.
STEPS = 10_000_000


def wasserstein_1(evaluation: Evaluation, samples: PositiveInt = 1000, real: bool = False) -> float:
    """The least mean distance by which generated samples can be moved onto as many of the test part.

    :param samples: how many of each at most; the time grows with their square, or somewhat faster
    :param real: score rows of the training part in place of generated ones
    """
    return _exact(compared(evaluation, "wasserstein-1", samples, real), 1)


@once_per_test_part
def wasserstein_1_floor(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """What `wasserstein_1` is for rows of the training part in place of generated ones.

    :param samples: how many of each at most
    """
    return wasserstein_1(evaluation, samples, real=True)


def wasserstein_2(evaluation: Evaluation, samples: PositiveInt = 1000, real: bool = False) -> float:
    """The root of the least mean squared distance by which generated samples can be moved onto as many test ones.

    :param samples: how many of each at most; the time grows with their square, or somewhat faster
    :param real: score rows of the training part in place of generated ones
    """
    return _exact(compared(evaluation, "wasserstein-2", samples, real), 2)


@once_per_test_part
def wasserstein_2_floor(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """What `wasserstein_2` is for rows of the training part in place of generated ones.

    :param samples: how many of each at most
    """
    return wasserstein_2(evaluation, samples, real=True)


def sliced_wasserstein(
    evaluation: Evaluation, samples: PositiveInt = 5000, projections: PositiveInt = 200, real: bool = False
) -> float:
    """The root of the mean, over directions, of the squared Wasserstein-2 distance of the samples along each.

    Along a line, transport is sorting, so that it serves samples that are too large for `wasserstein_2`, of which it is
    at most 1 / sqrt(d) in d dimensions.

    :param samples: how many of each at most
    :param projections: how many directions, drawn by the seed
    :param real: score rows of the training part in place of generated ones
    """
    import ot

    pair = compared(evaluation, "sliced-wasserstein", samples, real)
    return float(ot.sliced_wasserstein_distance(*map(rows, pair), n_projections=projections, seed=evaluation.seed))


@once_per_test_part
def sliced_wasserstein_floor(
    evaluation: Evaluation, samples: PositiveInt = 5000, projections: PositiveInt = 200
) -> float:
    """What `sliced_wasserstein` is for rows of the training part in place of generated ones.

    :param samples: how many of each at most
    :param projections: how many directions, drawn by the seed
    """
    return sliced_wasserstein(evaluation, samples, projections, real=True)


def transport(distances: Numbers, order: int) -> float:
    """The Wasserstein distance of an order between two samples by the distances (n, m) of their members."""
    import ot

    cost, log = ot.emd2([], [], distances**order, numItermax=STEPS, log=True)
    if log["warning"]:
        raise BenchError(f"POT has not found the optimal transport: {log['warning']}")
    return float(np.maximum(cost, 0)) ** (1 / order)


def _exact(pair: Pair, order: int) -> float:
    return transport(cdist(*map(rows, pair)), order)
