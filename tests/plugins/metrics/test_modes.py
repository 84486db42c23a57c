"""Modes and classes of generated samples, against counting and what is expected by chance."""

import math

import numpy as np
import pytest
import torch

from bench import Unsuitable
from bench_metrics.generation.modes import class_divergence, classes_covered, high_quality_share, modes_covered

CENTRES = torch.tensor([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]])
SIGMA = 0.25


def mixture(n, seed=0, modes=(0, 1, 2, 3)):
    """Points around some of four centres by turns, and their classes."""
    classes = torch.tensor(modes).repeat(math.ceil(n / len(modes)))[:n]
    return CENTRES[classes] + SIGMA * torch.randn(n, 2, generator=torch.Generator().manual_seed(seed)), classes


@pytest.fixture
def on_mixture(generated):
    """Makes the evaluation of a generator of points that learned from 8,000 of four Gaussians."""

    def on_mixture(samples):
        test, classes = mixture(len(samples), seed=1)
        return generated(samples, test, targets=classes, training=mixture(8000, seed=2), classes=4)

    return on_mixture


def test_a_perfect_generator_has_all_modes_and_99_percent_of_its_points_there(on_mixture):
    evaluation = on_mixture(mixture(8000)[0])
    share = 1 - math.exp(-9 / 2)
    error = (share * (1 - share) / 8000) ** 0.5
    assert modes_covered(evaluation) == 1
    assert high_quality_share(evaluation) == pytest.approx(share, abs=4 * error)
    assert high_quality_share(evaluation, deviations=1.0) == pytest.approx(1 - math.exp(-1 / 2), abs=0.02)


@pytest.mark.parametrize(("modes", "share"), [((2,), 0.25), ((0, 3), 0.5), ((0, 1, 2), 0.75)])
def test_modes_that_are_missed(on_mixture, modes, share):
    evaluation = on_mixture(mixture(200, modes=modes)[0])
    assert modes_covered(evaluation) == share
    assert classes_covered(evaluation) == share
    assert class_divergence(evaluation) == pytest.approx(-math.log(share), abs=1e-2)


def test_points_between_the_modes_are_of_none(on_mixture):
    between = torch.tensor([[2.0, 2.0], [2.0, 0.5], [0.0, 0.8]])
    assert high_quality_share(on_mixture(between)) == 0
    assert modes_covered(on_mixture(between)) == 0
    assert high_quality_share(on_mixture(torch.cat([between, CENTRES[:1]]))) == 0.25
    assert modes_covered(on_mixture(torch.cat([between, CENTRES[:1]]))) == 0.25
    assert modes_covered(on_mixture(between), deviations=20) > 0


def test_the_divergence_of_a_perfect_generator_is_what_counting_costs(generated):
    """2 n KL has the chi-squared distribution with one degree of freedom less than there are classes."""
    n, classes = 200, 5
    training = torch.eye(classes).repeat(20, 1), torch.arange(classes).repeat(20)
    found = []
    for seed in range(60):
        drawn = torch.randint(classes, (n,), generator=torch.Generator().manual_seed(seed))
        evaluation = generated(
            torch.eye(classes)[drawn], torch.eye(classes).repeat(n // 5, 1), training=training, classes=5
        )
        found.append(2 * n * class_divergence(evaluation))
    assert np.mean(found) == pytest.approx(classes - 1, abs=4 * (2 * (classes - 1) / 60) ** 0.5)


def test_images_have_the_class_of_the_nearest_training_image(generated):
    images = torch.eye(4).reshape(4, 1, 2, 2)
    training = images, torch.tensor([0, 1, 2, 2])
    evaluation = generated(0.9 * images[[0, 3, 3, 3]], images, training=training, classes=3)
    assert classes_covered(evaluation) == pytest.approx(2 / 3)
    expected = 0.25 * math.log(0.25 / 0.25) + 0.75 * math.log(0.75 / 0.5)
    assert class_divergence(evaluation) == pytest.approx(expected)


def test_a_class_that_training_does_not_have_is_not_asked_for(generated):
    points = torch.eye(2)
    evaluation = generated(points.clone(), points, training=(points, torch.tensor([0, 2])), classes=3)
    assert classes_covered(evaluation) == 1
    assert class_divergence(evaluation) == 0


@pytest.mark.parametrize("metric", [modes_covered, high_quality_share, classes_covered, class_divergence])
def test_without_classes_there_are_no_modes(generated, metric):
    with pytest.raises(Unsuitable, match="needs data with classes"):
        metric(generated(torch.rand(5, 2), torch.rand(5, 2)))


@pytest.mark.parametrize("metric", [modes_covered, high_quality_share, classes_covered, class_divergence])
def test_without_a_training_part_modes_are_not_known(generated, metric):
    nothing = torch.zeros(0, 2), torch.zeros(0, dtype=torch.long)
    with pytest.raises(Unsuitable, match="needs one row of the training part"):
        metric(generated(torch.rand(5, 2), torch.rand(5, 2), training=nothing, classes=2))


@pytest.mark.parametrize("metric", [modes_covered, high_quality_share])
def test_classes_of_images_scatter_around_no_centre(generated, metric):
    images = torch.rand(5, 1, 2, 2)
    with pytest.raises(Unsuitable, match="needs points"):
        metric(generated(images, images, classes=2))
