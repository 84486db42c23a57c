"""What each variant's critic estimates and pays, against closed forms and against libraries."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from sklearn.metrics import log_loss
from torch import nn

from bench import DataSpec
from bench.signature import ParameterError, checked
from bench_models.adversarial.gan import GAN
from bench_models.adversarial.wgan import WGAN
from bench_models.adversarial.wgan_gp import WGANGP

LINE = DataSpec("generation", (1,))
SMALL = {"hidden": (4,), "latent": 2}
NUMBERS = st.lists(st.floats(-20, 20), min_size=1, max_size=20)


def column(values):
    return torch.tensor(values, dtype=torch.float32).unsqueeze(1)


@given(NUMBERS, NUMBERS)
def test_a_gans_distance_is_what_its_classifier_is_better_than_chance(real, fake):
    """A coin has a log loss of log 2; half of the weight is the data's, whatever the numbers."""
    scores = torch.sigmoid(column(real + fake)[:, 0].double()).numpy()
    classes = [1] * len(real) + [0] * len(fake)
    weights = [1 / len(real)] * len(real) + [1 / len(fake)] * len(fake)
    expected = np.log(2) - log_loss(classes, scores, sample_weight=weights, labels=[0, 1])
    found = GAN(LINE, **SMALL).distance(column(real), column(fake))
    assert float(found) == pytest.approx(expected, abs=1e-4)


def test_the_best_critic_of_a_gan_finds_the_jensen_shannon_divergence():
    """Theorem 1: its logit is log p(x) - log q(x)."""
    p, q = stats.norm(0, 1), stats.norm(1, 0.8)

    def halves(x):
        middle = (p.pdf(x) + q.pdf(x)) / 2
        return sum(one.pdf(x) * np.log(one.pdf(x) / middle) for one in (p, q)) / 2

    expected, _ = integrate.quad(halves, -8, 8)
    real, fake = (one.rvs(100_000, random_state=0) for one in (p, q))
    logits = [column(p.logpdf(x) - q.logpdf(x)) for x in (real, fake)]
    assert float(GAN(LINE, **SMALL).distance(*logits)) == pytest.approx(expected, abs=0.003)


def test_the_loss_of_a_gans_generator_does_not_saturate():
    """Where the critic is sure that all is fake, log(1 - D) is flat and -log D is steep (section 3)."""
    value = column([-30.0]).requires_grad_()
    GAN(LINE, **SMALL).generator_loss(value).backward()
    assert float(value.grad) == pytest.approx(-1)


@pytest.mark.parametrize("model", [WGAN, WGANGP])
@given(real=NUMBERS, shift=st.floats(0, 5))
def test_a_wasserstein_critic_that_is_the_best_finds_the_distance(model, real, shift):
    """Of numbers and the same ones moved down, f(x) = x is the best."""
    fake = [x - shift for x in real]
    found = model(LINE, **SMALL).distance(column(real), column(fake))
    assert float(found) == pytest.approx(stats.wasserstein_distance(real, fake), abs=1e-4)


@pytest.mark.parametrize("model", [WGAN, WGANGP])
def test_a_wasserstein_generator_makes_its_critics_distance_smaller(model):
    built = model(LINE, **SMALL)
    real, fake = column([1.0, 2.0]), column([0.5, 3.0]).requires_grad_()
    (ours,) = torch.autograd.grad(built.generator_loss(fake), fake)
    (expected,) = torch.autograd.grad(built.distance(real, fake), fake)
    assert torch.equal(ours, expected)


def test_clipping_keeps_the_critic_in_its_cube_and_the_generator_free(train):
    model = WGAN(DataSpec("generation", (2,)), **SMALL, clip=0.02, lr=1e-2)
    train(model, max_epochs=2)
    assert max(float(one.detach().abs().max()) for one in model.critic.parameters()) <= 0.02
    assert max(float(one.detach().abs().max()) for one in model.generator.parameters()) > 0.02


def test_the_warm_up_is_that_of_the_authors_code(train):
    """100 steps of the critic for each of the generator's first 25 and for every 500th."""
    model, plain = (WGAN(LINE, **SMALL, warm_up=value) for value in (True, False))
    due = []
    for model.generator_steps in range(1002):
        due.append(model.steps_due())
    assert [number for number, steps in enumerate(due) if steps == 100] == [*range(25), 500, 1000]
    assert set(due) == {5, 100}
    assert {plain.steps_due()} == {5}


class Linear(nn.Module):
    """f(x) = a x for images x; it keeps what it was called with."""

    def __init__(self, a):
        super().__init__()
        self.a = nn.Parameter(a)

    def forward(self, x):
        self.seen = x.detach()
        return (x * self.a).flatten(1).sum(1, keepdim=True)


def penalised(critic, weight=10.0):
    """A wgan-gp whose critic is a given function, and what it logs."""
    model, logged = (
        WGANGP(DataSpec("generation", (1, 2, 2), value_range=(0.0, 1.0)), **SMALL, n_critic=1, weight=weight),
        {},
    )
    model.critic = critic
    model.log = lambda name, value, **_: logged.update({name: float(value)})
    return model, logged


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4).filter(lambda a: np.linalg.norm(a) > 0.1))
def test_a_linear_critic_pays_for_its_slope_alone(a):
    slope = float(np.linalg.norm(a))
    model, logged = penalised(Linear(torch.tensor(a).reshape(1, 2, 2)), weight=3.0)
    penalty = model.penalty(*torch.randn(2, 7, 1, 2, 2))
    penalty.backward()
    assert penalty.item() == pytest.approx(3 * (slope - 1) ** 2, rel=1e-4, abs=1e-6)
    assert logged == {"gradient-norm": pytest.approx(slope, rel=1e-5)}
    expected = 3 * 2 * (slope - 1) * np.array(a) / slope
    assert model.critic.a.grad.flatten().numpy() == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_the_penalty_is_taken_anywhere_on_the_lines_from_data_to_samples():
    model, _ = penalised(Linear(torch.ones(1, 2, 2)))
    real, fake = torch.randn(2, 500, 1, 2, 2)
    model.penalty(real, fake)
    line, way = (real - fake).flatten(1), (model.critic.seen - fake).flatten(1)
    shares = (way * line).sum(1, keepdim=True) / line.square().sum(1, keepdim=True)
    assert torch.allclose(way, shares * line, atol=1e-5)
    assert stats.kstest(shares[:, 0].double(), "uniform").pvalue > 1e-3


@pytest.mark.parametrize(("model", "name", "value"), [(WGAN, "clip", 0), (WGAN, "warm_up", 1), (WGANGP, "weight", -1)])
def test_a_senseless_value_is_refused(model, name, value):
    with pytest.raises(ParameterError, match=f"^{name}: "):
        checked(model, {name: value}, given=("data",))
