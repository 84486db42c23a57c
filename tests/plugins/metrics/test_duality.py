"""The critic's bound against the distance: it holds for any function, and the best function reaches it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog
from scipy.spatial.distance import cdist

from bench import BenchError, Export, TensorSpec, Unsuitable
from bench_metrics.critic.duality import NEAR, critic_estimate, critic_slope, duality, duality_gap, relative_duality_gap
from bench_metrics.generation.transport import transport

METRICS = [duality_gap, relative_duality_gap, critic_estimate, critic_slope]

numbers = st.floats(-100, 100, width=32)


@st.composite
def judgements(draw):
    """Two samples of one size, which may share members, and whatever a function may be there."""
    n, d = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    real, generated = draw(arrays(np.float64, (2, n, d), elements=numbers))
    shared = draw(st.integers(0, n))
    generated[:shared] = real[:shared]
    of_real, of_generated = draw(arrays(np.float64, (2, n), elements=numbers))
    of_generated[:shared] = of_real[:shared]
    return real, generated, of_real, of_generated


@settings(deadline=None)  # the first call imports POT
@given(judgements())
def test_no_function_proves_more_than_the_distance(judged):
    found = duality(*judged)
    points, values = np.concatenate(judged[:2]), np.concatenate(judged[2:])
    same = cdist(points, points) == 0
    if (np.abs(values[:, None] - values) * same).any():
        return  # two values at one place: no function
    assert found.distance - found.bound >= -1e-9 * (1 + found.distance)
    apart, rises = cdist(points, points), np.abs(values[:, None] - values)
    far = apart > 1.01 * NEAR * apart.max()
    assert (rises[far] <= found.slope * apart[far] * (1 + 1e-9)).all()


def best_function(real, generated):
    """The values of the function of slope 1 at most that separates two samples best, by linear programming."""
    points = np.concatenate([real, generated])
    distances = cdist(points, points)
    pairs = [(i, j) for i in range(len(points)) for j in range(len(points)) if i != j]
    rises = np.zeros((len(pairs), len(points)))
    for row, (i, j) in enumerate(pairs):
        rises[row, i], rises[row, j] = 1, -1
    weights = np.repeat([-1 / len(real), 1 / len(generated)], [len(real), len(generated)])
    found = linprog(weights, rises, [distances[i, j] for i, j in pairs], bounds=[(0, None)] * len(points))
    return np.split(found.x, [len(real)])


@pytest.mark.parametrize("seed", range(5))
def test_the_best_function_has_no_gap(seed):
    """The hard half of Kantorovich and Rubinstein's theorem, and so a check of both sides by another method."""
    generator = np.random.default_rng(seed)
    real, generated = generator.normal(size=(10, 3)), 1 + generator.normal(size=(10, 3))
    found = duality(real, generated, *best_function(real, generated))
    assert found.distance == pytest.approx(transport(cdist(real, generated), 1))
    assert found.slope == pytest.approx(1)
    assert found.bound == pytest.approx(found.distance)


@pytest.fixture
def critic(evaluate):
    """Makes the evaluation of a critic beside a generator that scales noise (2,), and shifts it along either axis."""

    def critic(function, test, scale=1.0, shift=0.0, **more):
        noise, data = TensorSpec("noise", (2,), source="normal"), TensorSpec("input", (2,))
        exports = [
            Export("generator", lambda noise: scale * noise + shift, "generation", (noise,), ("sample",)),
            Export("critic", function, "critic", (data,), ("value",)),
        ]
        return evaluate(exports, "critic", test, **more)

    return critic


def normal(n, seed=1):
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))


def test_far_from_the_data_a_straight_critic_is_nearly_the_best(critic):
    """Samples are shifted by 10 sqrt(2), which is the distance; f(x) = -3 (x1 + x2) / sqrt(2) has a slope of 3."""
    evaluation = critic(lambda x: -3 * x.sum(1, keepdim=True) / 2**0.5, normal(500), shift=10.0)
    assert critic_estimate(evaluation) == pytest.approx(3 * 200**0.5, rel=0.02)
    assert critic_slope(evaluation) == pytest.approx(3, rel=1e-4)
    assert 0 <= duality_gap(evaluation) < 0.05
    assert 0 <= relative_duality_gap(evaluation) < 0.005


def test_a_critic_of_the_other_sign_proves_as_much(critic):
    one, other = (critic(lambda x, s=sign: s * x.sum(1, keepdim=True), normal(200), shift=3.0) for sign in (1, -1))
    assert critic_estimate(one) == -critic_estimate(other) < 0
    assert duality_gap(one) == duality_gap(other)


def test_a_larger_critic_proves_as_much(critic):
    one, other = (
        critic(lambda x, s=scale: s * x.square().sum(1, keepdim=True), normal(200), shift=3.0) for scale in (1.0, 64.0)
    )
    assert duality_gap(other) == pytest.approx(duality_gap(one), rel=1e-6)


def test_a_critic_that_says_nothing_proves_nothing(critic):
    evaluation = critic(lambda x: torch.zeros(len(x), 1), normal(100), shift=3.0)
    assert relative_duality_gap(evaluation) == 1
    assert duality_gap(evaluation) == pytest.approx(18**0.5, rel=0.2)


@pytest.mark.parametrize("scale", [1e-3, 1e-6, 0.0])
def test_what_rounding_makes_of_samples_that_have_collapsed_is_no_slope(critic, scale):
    evaluation = critic(lambda x: x.sum(1, keepdim=True) / 2**0.5 / 3, normal(200), scale=scale, shift=0.3)
    assert critic_slope(evaluation) == pytest.approx(1 / 3, rel=0.01)
    assert duality_gap(evaluation) > 0


def test_a_generator_of_the_test_part_leaves_nothing_to_prove(critic):
    evaluation = critic(lambda x: x.sum(1, keepdim=True), torch.zeros(1, 2), scale=0.0)
    assert duality_gap(evaluation) == relative_duality_gap(evaluation) == critic_slope(evaluation) == 0


def test_the_gap_falls_as_the_critic_learns(critic):
    """|x| - 1.5 tells a ring of radius 2 from a normal cloud better than a straight line does."""
    angles = 2 * torch.pi * torch.rand(300, generator=torch.Generator().manual_seed(0))
    ring = 2 * torch.stack([angles.cos(), angles.sin()], 1)
    by_radius = critic(lambda x: x.norm(dim=1, keepdim=True), ring)
    by_line = critic(lambda x: x[:, :1], ring)
    assert 0 <= duality_gap(by_radius) < 0.5 * duality_gap(by_line)


def test_few_samples_are_asked_for(critic):
    asked = []
    evaluation = critic(lambda x: asked.append(len(x)) or x[:, :1], normal(50))
    for metric in METRICS:
        metric(evaluation, samples=20)
    assert asked == [50, 20]  # the test part by the harness, and once for all metrics the samples


@pytest.mark.parametrize("metric", METRICS)
def test_there_must_be_a_generator_data_and_one_value_of_each(critic, evaluate, metric):
    alone = [Export("critic", lambda x: x[:, :1], "critic", (TensorSpec("input", (2,)),), ("value",))]
    with pytest.raises(Unsuitable, match="needs a generator of noise alone"):
        metric(evaluate(alone, "critic", normal(5)))
    with pytest.raises(Unsuitable, match=r"needs one row of the test part \(there is none\)"):
        metric(critic(lambda x: x[:, :1], normal(0)))
    with pytest.raises(Unsuitable, match=r"needs one value of the critic for each input \(it gives \(2,\)\)"):
        metric(critic(lambda x: x, normal(5)))
    with pytest.raises(BenchError, match="needs samples of numbers"):
        metric(critic(lambda x: x[:, :1], normal(5), shift=float("inf")))
