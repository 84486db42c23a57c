"""Whether a generator makes all kinds of data in their shares: what it made by class, which is a mode of the data.

A sample has the class of the nearest row of the training part. Points that scatter around the mean of their class, as
Gaussian mixtures do, can be told from what lies between the modes, too.
"""

from typing import NamedTuple

import torch
from pydantic import PositiveFloat, PositiveInt
from scipy.stats import entropy
from torch import Tensor

from bench import Evaluation
from bench_metrics.asking import class_count
from bench_metrics.generation.nearest import nearest_of_generated
from bench_metrics.generation.plane import plane_only
from bench_metrics.generation.samples import compared, training_part


class Modes(NamedTuple):
    """Centres (modes, features) and what a coordinate deviates from that of its centre, as root mean square."""

    centres: Tensor
    deviation: float


def modes_covered(evaluation: Evaluation, deviations: PositiveFloat = 3.0) -> float:
    """Share of the modes that have a generated point within some deviations: Srivastava et al. (2017).

    Of as many points as the test part has; a perfect generator misses any given one of m with a chance of exp(-n / m).

    :param deviations: how far from the centre a point may lie, in standard deviations of a coordinate
    :raises Unsuitable: if the data are no points of the plane with classes
    """
    modes, distances = _to_centres(evaluation, "modes-covered")
    good = distances.amin(1) <= deviations * modes.deviation
    return len(distances.argmin(1)[good].unique()) / len(modes.centres)


def high_quality_share(evaluation: Evaluation, deviations: PositiveFloat = 3.0) -> float:
    """Share of the generated points that lie within some deviations of a mode: Srivastava et al. (2017).

    Of three deviations, a perfect generator has 1 - exp(-9 / 2) = 0.989, with a standard error of
    0.1 / sqrt(n) of as many points as the test part has.

    :param deviations: how far from the centre a point may lie, in standard deviations of a coordinate
    :raises Unsuitable: if the data are no points of the plane with classes
    """
    modes, distances = _to_centres(evaluation, "high-quality-share")
    return float((distances.amin(1) <= deviations * modes.deviation).double().mean())


def classes_covered(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """Share of the training part's classes that some generated sample has.

    :param samples: how many at most, and no more than the test part has
    :raises Unsuitable: if the data have no classes
    """
    generated, training = _counts(evaluation, "classes-covered", samples)
    return float((generated > 0).sum() / (training > 0).sum())


def class_divergence(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """KL(generated || training) of the shares of the classes, in nats.

    A perfect generator has (classes - 1) / (2 n) on average with n samples: 0.0045 for ten classes and a thousand. One
    that makes a single one of ten equal classes has log 10 = 2.3.

    :param samples: how many at most, and no more than the test part has
    :raises Unsuitable: if the data have no classes
    """
    return float(entropy(*_counts(evaluation, "class-divergence", samples)))


def _to_centres(evaluation: Evaluation, metric: str) -> tuple[Modes, Tensor]:
    """The modes, and how far from each every generated point is (n, modes)."""
    class_count(evaluation.spec, metric)
    plane_only(evaluation.spec, metric)
    found = _modes(*training_part(evaluation, metric))
    points = compared(evaluation, metric, len(evaluation.outputs)).generated.double()
    return found, torch.cdist(points, found.centres, compute_mode="donot_use_mm_for_euclid_dist")


def _modes(points: Tensor, classes: Tensor) -> Modes:
    """What the training part says of them."""
    numbers, members = classes.unique(return_inverse=True)
    counts = members.bincount()[:, None]
    centres = torch.zeros(len(numbers), points.shape[1], dtype=torch.float64)
    centres.index_add_(0, members, points.double()).div_(counts)
    return Modes(centres, float((points - centres[members]).square().mean().sqrt()))


def _counts(evaluation: Evaluation, metric: str, samples: int) -> tuple[Tensor, Tensor]:
    """How many generated samples, and how many rows of the training part, have each class."""
    classes = class_count(evaluation.spec, metric)
    _, rows = nearest_of_generated(evaluation, samples)
    targets = evaluation.case.training[1]
    return targets[rows].bincount(minlength=classes), targets.bincount(minlength=classes)
