"""What the nearest neighbours of generated samples say: whether they can be told from real ones, or are copies."""

import numpy as np
import torch
from pydantic import PositiveInt
from scipy.stats import mannwhitneyu
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.generation.features import Numbers, features
from bench_metrics.generation.samples import compared, training_part
from bench_metrics.memory import once_per_evaluation


def two_sample_accuracy(evaluation: Evaluation, samples: PositiveInt = 1000, real: bool = False) -> float:
    """Share of generated and test samples together whose nearest neighbour among all others is of their own kind.

    The classifier two-sample test of Lopez-Paz & Oquab (2017), arXiv 1610.06545, with one nearest neighbour, each left
    out in turn. 0.5 is a perfect generator, give or take 1 / sqrt(samples); 1 is told apart; 0 has copies of the test.

    :param samples: how many of each at most
    :param real: score rows of the training part in place of generated ones
    """
    pair = compared(evaluation, "two-sample-accuracy", samples, real)
    distances = euclidean_distances(np.concatenate([features(evaluation, one) for one in pair]))
    np.fill_diagonal(distances, np.inf)
    is_real = np.arange(len(distances)) < len(pair.real)
    return float((is_real[distances.argmin(1)] == is_real).mean())


def nearest_training_distance(evaluation: Evaluation, samples: PositiveInt = 500) -> float:
    """Median distance of generated samples to the nearest row of the training part, by that of test samples.

    1 is as far as new data are; 0 is copied.

    :param samples: how many of each at most
    :raises Unsuitable: if half of the test samples are in the training part, as when it is the same
    """
    generated, test = (np.median(distances) for distances in _to_training(evaluation, samples))
    if test == 0:
        raise Unsuitable("nearest-training-distance needs new data to compare with", "the test part is in the training")
    return float(generated / test)


def data_copying(evaluation: Evaluation, samples: PositiveInt = 500) -> float:
    """How likely a generated sample is nearer to the training part than a test sample is.

    0.5 is as new data are, 1 is copied; below 0.5, samples are off the data. It is the statistic of Mann and Whitney,
    on which the test of Meehan, Chaudhuri & Dasgupta (2020), arXiv 2004.05675, is built, with one cell for all.

    :param samples: how many of each at most; by chance it is off by some 0.4 / sqrt(samples)
    """
    generated, test = _to_training(evaluation, samples)
    return float(mannwhitneyu(test, generated).statistic) / (len(test) * len(generated))


def nearest(evaluation: Evaluation, metric: str, samples: Tensor) -> tuple[Numbers, Tensor]:
    """Of each sample the distance to the nearest row of the training part, and the number of that row, (n,) each.

    :param metric: who asks
    :raises Unsuitable: if there is no training part
    """
    training, _ = training_part(evaluation, metric)
    neighbours = NearestNeighbors(n_neighbors=1).fit(features(evaluation, training))
    distances, rows = neighbours.kneighbors(features(evaluation, samples))
    return distances[:, 0], torch.from_numpy(rows[:, 0])


@once_per_evaluation
def _to_training(evaluation: Evaluation, samples: int) -> tuple[Numbers, Numbers]:
    """Of generated samples, and of test samples, the distances to the nearest row of the training part."""
    metric = "a distance to the training part"
    generated, test = (nearest(evaluation, metric, one)[0] for one in reversed(compared(evaluation, metric, samples)))
    return generated, test
