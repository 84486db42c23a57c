"""How much of either sample lies where the other is: around each member, a ball that reaches its k-th neighbour.

All compare features. A perfect generator has a density of 1 on average, and after Naeem et al. a coverage of
1 - (n - 1) ... (n - k) / ((2 n - 1) ... (2 n - k)), 0.97 for k = 5; it has neither a precision nor a recall of 1.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt
from sklearn.metrics.pairwise import euclidean_distances

from bench import Evaluation
from bench_metrics.generation.features import compared_features
from bench_metrics.generation.samples import Numbers


def precision(
    evaluation: Evaluation, samples: PositiveInt = 1000, neighbours: PositiveInt = 3, real: bool = False
) -> float:
    """Share of generated samples that lie in a ball around a test sample: Kynkäänniemi et al. (2019).

    :param samples: how many of each at most
    :param neighbours: k, which of a test sample's neighbours its ball reaches
    :param real: score rows of the training part in place of generated ones
    """
    test, generated = compared_features(evaluation, "precision", samples, real, neighbours + 1)
    return float(inside(generated, test, neighbours).any(1).mean())


def recall(
    evaluation: Evaluation, samples: PositiveInt = 1000, neighbours: PositiveInt = 3, real: bool = False
) -> float:
    """Share of test samples that lie in a ball around a generated sample: Kynkäänniemi et al. (2019).

    :param samples: how many of each at most
    :param neighbours: k, which of a generated sample's neighbours its ball reaches
    :param real: score rows of the training part in place of generated ones
    """
    test, generated = compared_features(evaluation, "recall", samples, real, neighbours + 1)
    return float(inside(test, generated, neighbours).any(1).mean())


def density(
    evaluation: Evaluation, samples: PositiveInt = 1000, neighbours: PositiveInt = 5, real: bool = False
) -> float:
    """In how many balls around test samples a generated one lies on average, in units of k: Naeem et al. (2020).

    Unlike precision it is not deceived by a single large ball around an outlier. It exceeds 1 where samples crowd amid
    the data, as averages of them do.

    :param samples: how many of each at most
    :param neighbours: k, which of a test sample's neighbours its ball reaches
    :param real: score rows of the training part in place of generated ones
    """
    test, generated = compared_features(evaluation, "density", samples, real, neighbours + 1)
    return float(inside(generated, test, neighbours).sum(1).mean()) / neighbours


def coverage(
    evaluation: Evaluation, samples: PositiveInt = 1000, neighbours: PositiveInt = 5, real: bool = False
) -> float:
    """Share of test samples in whose ball there is a generated one: Naeem et al. (2020).

    :param samples: how many of each at most
    :param neighbours: k, which of a test sample's neighbours its ball reaches
    :param real: score rows of the training part in place of generated ones
    """
    test, generated = compared_features(evaluation, "coverage", samples, real, neighbours + 1)
    return float(inside(generated, test, neighbours).any(0).mean())


def inside(points: Numbers, centres: Numbers, neighbours: int) -> NDArray[np.bool_]:
    """Whether each point lies in the ball around each centre that reaches its k-th nearest other centre."""
    # The nearest of all is the centre itself.
    radii = np.partition(euclidean_distances(centres), neighbours, axis=1)[:, neighbours]
    return euclidean_distances(points, centres) <= radii
