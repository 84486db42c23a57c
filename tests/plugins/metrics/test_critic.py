"""A critic's gradient and weights against what they are known to be, and the picture of its values."""

import numpy as np
import pytest
import torch
from torch import nn

from bench import Export, TensorSpec, Unsuitable
from bench_metrics.critic.gradient import gradient_norm, gradient_spread
from bench_metrics.critic.pictures import critic_surface
from bench_metrics.critic.weights import clipped_share, largest_weight


@pytest.fixture
def critic(evaluate):
    """Makes the evaluation of a critic of inputs of some shape, beside a generator of noise of that shape."""

    def critic(module, shape=(2,), n=400, shift=0.0):
        noise, data = TensorSpec("noise", shape, source="normal"), TensorSpec("input", shape)
        exports = [
            Export("generator", lambda noise: noise, "generation", (noise,), ("sample",)),
            Export("critic", module, "critic", (data,), ("value",)),
        ]
        test = shift + torch.randn(n, *shape, generator=torch.Generator().manual_seed(5))
        return evaluate(exports, "critic", test, value_range=None)

    return critic


@pytest.mark.parametrize("shape", [(2,), (1, 3, 4)])
def test_the_gradient_of_a_straight_critic_is_its_slope_everywhere(critic, shape):
    linear = nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(shape)), 1))
    evaluation = critic(linear, shape)
    assert gradient_norm(evaluation) == pytest.approx(float(linear[1].weight.detach().norm()), rel=1e-5)
    assert gradient_spread(evaluation) == pytest.approx(0, abs=1e-6)
    assert linear[1].weight.grad is None


def test_the_gradient_is_taken_between_data_and_samples(critic):
    """That of x^2 / 2 is x itself: shifted by 12, evenly spread between 0 and 12, with a deviation of 12 / sqrt(12)."""
    evaluation = critic(lambda x: x.square() / 2, (1,), n=4000, shift=12.0)
    assert gradient_norm(evaluation, samples=4000) == pytest.approx(6, rel=0.03)
    assert gradient_spread(evaluation, samples=4000) == pytest.approx(12**0.5, rel=0.03)


def test_the_gradient_needs_data(critic):
    with pytest.raises(Unsuitable, match="needs one row of the test part"):
        gradient_norm(critic(nn.Linear(2, 1), n=0))


def test_a_critic_of_other_shapes_than_the_generator_makes_is_refused(evaluate):
    noise, data = TensorSpec("noise", (4,), source="normal"), TensorSpec("input", (1, 2, 2))
    exports = [
        Export("generator", lambda noise: noise, "generation", (noise,), ("sample",)),
        Export("critic", lambda x: x.flatten(1)[:, :1], "critic", (data,), ("value",)),
    ]
    evaluation = evaluate(exports, "critic", torch.rand(9, 1, 2, 2))
    with pytest.raises(Unsuitable, match=r"data's shape \(1, 2, 2\) \(those generated are \(4,\)\)"):
        gradient_norm(evaluation)


def test_the_share_of_clipped_weights(critic):
    linear = nn.Linear(4, 2)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[0.01, -0.01, 0.005, 0.0], [0.01, 0.0099, -0.01, 0.01]]))
        linear.bias.copy_(torch.tensor([-0.01, 0.002]))
    assert clipped_share(critic(linear, (4,))) == pytest.approx(6 / 10)
    assert largest_weight(critic(linear, (4,))) == pytest.approx(0.01)


def test_a_critic_that_is_not_clipped_has_one_largest_weight(critic):
    assert clipped_share(critic(nn.Linear(9, 1), (9,))) == pytest.approx(1 / 10)


@pytest.mark.parametrize("module", [nn.Flatten(), lambda x: x])
def test_a_critic_without_weights_has_none_clipped(critic, module):
    with pytest.raises(Unsuitable, match="a critic with weights"):
        clipped_share(critic(module))


def test_a_critic_that_torch_does_not_compute_has_no_gradient(critic):
    with pytest.raises(Unsuitable, match="a critic that torch computes"):
        gradient_norm(critic(lambda x: torch.from_numpy(x.detach().numpy().sum(1, keepdims=True))))


def test_the_surface_has_all_points_and_a_shade_for_every_value(critic):
    evaluation = critic(lambda x: x[:, :1] + 2 * x[:, 1:], shift=3.0)
    figure = critic_surface(evaluation, count=100)
    axes = figure.axes[0]
    surface, test, generated = axes.collections
    assert len(test.get_offsets()) == len(generated.get_offsets()) == 100
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["test", "generated"]
    for low, high, areas in zip(surface.levels[:-1], surface.levels[1:], surface.allsegs, strict=True):
        for area in areas:
            assert ((area @ [1, 2] > low - 1e-3) & (area @ [1, 2] < high + 1e-3)).all()


def test_the_surface_is_of_the_plane(critic):
    with pytest.raises(Unsuitable, match=r"needs points in the plane \(2,\) \(the inputs are \(3,\)\)"):
        critic_surface(critic(nn.Linear(3, 1), (3,)))
