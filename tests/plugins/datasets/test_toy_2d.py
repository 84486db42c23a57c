"""Points in the plane against the distributions that they are drawn from."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from bench.signature import ParameterError, checked
from bench_datasets.toy_2d import Toy2D, modes

GAUSSIANS = ("ring", "grid")
SHAPES = (*GAUSSIANS, "roll")


@pytest.fixture(scope="module")
def toys():
    found = {shape: Toy2D(shape) for shape in SHAPES}
    for data in found.values():
        data.setup()
    return found


def test_the_ring_has_eight_centres_around_a_circle():
    found = modes("ring")
    assert math.hypot(*found.centres[0]) == pytest.approx(2 / math.sqrt(2))
    assert found.deviation == pytest.approx(0.02 / math.sqrt(2))
    turns = torch.atan2(found.centres[:, 1], found.centres[:, 0]) * 4 / math.pi
    assert turns.round().remainder(8).tolist() == [*range(8)]
    assert torch.allclose(found.centres.norm(dim=1), found.centres.norm(dim=1)[0])


def test_the_grid_has_25_centres_at_even_distances():
    found = modes("grid")
    assert found.deviation == pytest.approx(0.05 / 2 / math.sqrt(2))
    columns = (found.centres * math.sqrt(2)).round(decimals=5)
    assert {tuple(c) for c in columns.tolist()} == {(x, y) for x in range(-2, 3) for y in range(-2, 3)}


@pytest.mark.parametrize("shape", GAUSSIANS)
def test_points_are_drawn_from_the_mode_that_their_target_names(toys, shape):
    data = toys[shape]
    found = modes(shape)
    for inputs, targets in data.parts:
        away = ((inputs - found.centres[targets]) / found.deviation).double()
        assert stats.kstest(away.flatten(), "norm").pvalue > 1e-3
        assert abs(stats.pearsonr(away[:, 0], away[:, 1]).statistic) < 0.1
        assert stats.chisquare(np.bincount(targets, minlength=len(found.centres))).pvalue > 1e-3


def test_the_roll_winds_by_its_angle(toys):
    inputs, angle = toys["roll"].parts.train
    turned = torch.stack([angle * angle.cos(), angle * angle.sin()], 1)
    away = (inputs * 7.5 - turned).double() / 0.25
    assert stats.kstest(away.flatten(), "norm").pvalue > 1e-3
    assert stats.kstest(angle.double(), stats.uniform(1.5 * math.pi, 3 * math.pi).cdf).pvalue > 1e-3


@pytest.mark.parametrize("shape", SHAPES)
def test_they_are_about_as_wide_as_a_standard_normal_distribution(toys, shape):
    assert toys[shape].parts.train.inputs.std() == pytest.approx(1, abs=0.15)
    assert toys[shape].spec.value_range is None


@pytest.mark.parametrize("shape", SHAPES)
def test_the_seed_makes_the_points_and_no_part_is_in_another(shape):
    sizes = {"train": 30, "validation": 20, "test": 10}
    data, other = Toy2D(shape, **sizes), Toy2D(shape, **sizes, seed=1)
    assert data.fingerprint() == Toy2D(shape, **sizes).fingerprint() != other.fingerprint()
    assert [len(part.inputs) for part in data.parts] == [30, 20, 10]
    for one in (data, other):
        points = [tuple(point) for part in one.parts for point in part.inputs.tolist()]
        assert len(set(points)) == 60
        assert one.parts.train.inputs.dtype == torch.float32


@pytest.mark.parametrize(("shape", "classes"), [("ring", 8), ("grid", 25), ("roll", None)])
def test_a_mode_is_a_class(shape, classes):
    spec = Toy2D(shape).spec
    assert spec.classes == classes
    assert len(set(spec.class_names)) == (classes or 0)


@pytest.mark.parametrize(
    ("name", "value"), [("shape", "square"), ("train", 0), ("validation", -1), ("test", 2.5), ("seed", -1)]
)
def test_a_senseless_value_is_refused(name, value):
    with pytest.raises(ParameterError, match=f"^{name}: "):
        checked(Toy2D, {name: value})
