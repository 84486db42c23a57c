"""What the nearest neighbours of generated samples say: whether they can be told from real ones, or are copies."""

import numpy as np
import torch
from pydantic import PositiveInt
from scipy.stats import mannwhitneyu
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from bench import Evaluation
from bench_metrics.generation.features import Numbers, features
from bench_metrics.generation.samples import compared, training_part


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


def data_copying(evaluation: Evaluation, samples: PositiveInt = 500) -> float:
    """How likely a generated sample is nearer to its nearest row of the training part than a test sample to its own.

    0.5 is as new data are, 1 is copied; below 0.5, samples are off the data. It is the statistic of Mann and Whitney,
    on which the test of Meehan, Chaudhuri & Dasgupta (2020), arXiv 2004.05675, is built, with one cell for all.

    :param samples: how many of each at most; by chance it is off by some 0.4 / sqrt(samples)
    """
    pair = compared(evaluation, "data-copying", samples)
    test, generated = (nearest(evaluation, "data-copying", one)[0] for one in pair)
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
