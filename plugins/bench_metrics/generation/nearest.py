"""What the nearest neighbours of generated samples say: whether they can be told from real ones, or are copies."""

import numpy as np
import torch
from pydantic import PositiveInt
from scipy.stats import mannwhitneyu
from sklearn.metrics.pairwise import euclidean_distances
from torch import Tensor

from bench import Evaluation
from bench_metrics.generation.features import compared_features, features
from bench_metrics.generation.samples import Numbers, compared, training_part
from bench_metrics.memory import once_per_evaluation, once_per_test_part

COMPARISON = "a comparison with the training part"

# Rows of the training part that are looked at together: 40 MB of distances of a thousand samples.
ROWS = 10_000


def two_sample_accuracy(
    evaluation: Evaluation,
    samples: PositiveInt = 1000,
    real: bool = False,
    inputs: bool = False,
    draws: PositiveInt = 1,
) -> float:
    """Share of generated and test samples together whose nearest neighbour among all others is of their own kind.

    The classifier two-sample test of Lopez-Paz & Oquab (2017), arXiv 1610.06545, with one nearest neighbour, each left
    out in turn. 0.5 is a perfect generator, with a standard error of 0.5 / sqrt(samples); 1 is told apart, 0 has copies
    of the test.

    :param samples: how many of each at most
    :param real: score rows of the training part in place of generated ones
    :param inputs: compare the inputs themselves, also where the suite names a net of features
    :param draws: the mean over so many samples of the generator, each against the same test rows; fewer if there are
        not as many. It lessens what chance does to the sample, not what it did to the test part
    """
    metric = "two-sample-accuracy"
    count = min(samples, len(evaluation.inputs))
    test, generated = compared_features(evaluation, metric, samples, real, generate=draws * count, raw=inputs)
    drawn = [generated[n : n + len(test)] for n in range(0, len(generated) - len(test) + 1, len(test))]
    return float(np.mean([_told(test, sample) for sample in drawn]))


def _told(test: Numbers, generated: Numbers) -> float:
    """Share of the rows of both whose nearest other row is of their own kind."""
    distances = euclidean_distances(np.concatenate([test, generated]))
    np.fill_diagonal(distances, np.inf)
    is_real = np.arange(len(distances)) < len(test)
    return float((is_real[distances.argmin(1)] == is_real).mean())


def data_copying(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """How likely a generated sample is nearer to its nearest row of the training part than a test sample to its own.

    0.5 is as new data are, 1 is copied; below 0.5, samples are off the data. It is the statistic of Mann and Whitney,
    on which the test of Meehan, Chaudhuri & Dasgupta (2020), arXiv 2004.05675, is built, with one cell for all.

    :param samples: how many of each at most; by chance it is off by some 0.4 / sqrt(samples)
    """
    generated, _ = nearest_of_generated(evaluation, samples)
    test, _ = nearest_of_test(evaluation, samples)
    return float(mannwhitneyu(test, generated).statistic) / (len(test) * len(generated))


@once_per_evaluation
def nearest_of_generated(evaluation: Evaluation, samples: int) -> tuple[Tensor, Tensor]:
    """`nearest` of the generated samples that `compared` gives."""
    return nearest(evaluation, compared(evaluation, COMPARISON, samples).generated)


@once_per_test_part
def nearest_of_test(evaluation: Evaluation, samples: int) -> tuple[Tensor, Tensor]:
    """`nearest` of the test samples that `compared` gives."""
    return nearest(evaluation, compared(evaluation, COMPARISON, samples).real)


def nearest(evaluation: Evaluation, samples: Tensor) -> tuple[Tensor, Tensor]:
    """Of each sample the distance to the nearest row of the training part, and the number of that row, (n,) each.

    :raises Unsuitable: if there is no training part
    """
    training = features(evaluation, training_part(evaluation, COMPARISON)[0])
    points = features(evaluation, samples)
    found = [_nearest(points, some) for some in training.split(ROWS)]
    distances, rows = (torch.stack(each) for each in zip(*found, strict=True))
    least, part = distances.min(0)
    return least, part * ROWS + rows.gather(0, part[None])[0]


def _nearest(points: Tensor, training: Tensor) -> tuple[Tensor, Tensor]:
    """Of each point (n, d) the distance to the nearest of some rows, and its number, (n,) each."""
    # In more than a few dimensions a product of matrices is faster, which may mistake a row for one as near. The
    # distance itself has no rounding: that of a copy is 0.
    few = points.shape[1] <= 8
    mode = "donot_use_mm_for_euclid_dist" if few else "use_mm_for_euclid_dist"
    rows = torch.cdist(points, training, compute_mode=mode).argmin(1)
    return (points.double() - training[rows].double()).norm(dim=1), rows
