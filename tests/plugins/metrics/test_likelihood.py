"""Bounds on the likelihood against exact ones: of a linear model in closed form, of a binary one by quadrature."""

import math
from itertools import product

import pytest
import torch
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import bernoulli, multivariate_normal, norm
from torch import distributions

from bench import Export, TensorSpec, Unsuitable
from bench_metrics.likelihood import bounds
from bench_metrics.likelihood.bounds import elbo, importance_weighted_bound

SHAPE = (1, 2, 3)
PIXELS, LATENT = 6, 2
VARIANCE = 0.3


def variational(encode, decode, shape=SHAPE, latent=LATENT, parameter="log_variance"):
    """The artifacts of a variational autoencoder whose decoder's second output is `parameter`."""
    data, z = TensorSpec("input", shape), TensorSpec("latent", (latent,), source="normal")
    epsilon = TensorSpec("epsilon", (latent,), source="normal")

    def whole(x, epsilon):
        mean, log_variance = encode(x)
        return decode(mean + (log_variance / 2).exp() * epsilon)[0], mean, log_variance

    posterior = ("mean", "log_variance")
    return [
        Export("encoder", encode, "embedding", (data,), posterior),
        Export("decoder", decode, "generation", (z,), ("sample", parameter)),
        Export("autoencoder", whole, "reconstruction", (data, epsilon), ("reconstruction", *posterior)),
    ]


class LinearModel:
    """Probabilistic PCA (Tipping & Bishop 1999): x = W z + b + noise. Everything about it is known in closed form.

    :param spread: the variance of q(z|x) as a multiple of the true posterior's
    :param shift: added to the true posterior's mean
    """

    def __init__(self, spread=1.0, shift=0.0):
        generator = torch.Generator().manual_seed(1)
        columns = torch.linalg.qr(torch.randn(PIXELS, LATENT, generator=generator))[0]
        self.weights = columns * torch.tensor([2.0, 0.7])  # orthogonal, so that the posterior has no covariances
        self.bias = torch.randn(PIXELS, generator=generator)
        self.precision = 1 + self.weights.square().sum(0) / VARIANCE
        self.spread, self.shift = spread, shift
        z = torch.randn(400, LATENT, generator=generator)
        noise = torch.randn(400, PIXELS, generator=generator) * VARIANCE**0.5
        self.x = (z @ self.weights.T + self.bias + noise).view(-1, *SHAPE)

    def posterior(self, x):
        mean = (x.flatten(1) - self.bias) @ self.weights / VARIANCE / self.precision
        return mean, (-self.precision.log()).expand(len(x), LATENT)

    def encode(self, x):
        mean, log_variance = self.posterior(x)
        return mean + self.shift, log_variance + math.log(self.spread)

    def decode(self, z):
        mean = z @ self.weights.T + self.bias
        return mean.view(-1, *SHAPE), torch.full((len(z), 1), math.log(VARIANCE))

    def negative_log_likelihood(self):
        covariance = self.weights @ self.weights.T + VARIANCE * torch.eye(PIXELS)
        exact = multivariate_normal(self.bias.numpy(), covariance.numpy())
        return -exact.logpdf(self.x.flatten(1).numpy()).mean()

    def divergence(self):
        """The mean of KL(q(z|x) || p(z|x)), by which the evidence lower bound is loose."""
        q, p = (
            distributions.Normal(mean, (log_variance / 2).exp())
            for mean, log_variance in (self.encode(self.x), self.posterior(self.x))
        )
        return float(distributions.kl_divergence(q, p).sum(1).mean())


@pytest.fixture
def of_linear(evaluate):
    """Makes the evaluation of a linear model's autoencoder."""

    def of_linear(model, seed=0):
        return evaluate(variational(model.encode, model.decode), "autoencoder", model.x, seed=seed)

    return of_linear


def test_with_the_true_posterior_every_bound_is_the_likelihood(of_linear):
    model = LinearModel()
    evaluation = of_linear(model)
    exact = pytest.approx(model.negative_log_likelihood(), abs=1e-4)
    assert elbo(evaluation, samples=1) == exact
    assert importance_weighted_bound(evaluation, samples=1, images=None) == exact
    assert importance_weighted_bound(evaluation, samples=30, images=7) == exact


def test_the_elbo_is_loose_by_the_divergence_from_the_true_posterior(of_linear):
    model = LinearModel(spread=1.5, shift=0.2)
    expected = model.negative_log_likelihood() + model.divergence()
    assert expected > model.negative_log_likelihood() + 0.2
    assert elbo(of_linear(model), samples=1000) == pytest.approx(expected, abs=5e-3)


def test_the_importance_weighted_bound_reaches_the_likelihood_from_a_wrong_posterior(of_linear):
    model = LinearModel(spread=1.5, shift=0.2)
    bound = importance_weighted_bound(of_linear(model), samples=5000, images=None)
    assert bound == pytest.approx(model.negative_log_likelihood(), abs=5e-3)


def test_the_bound_tightens_with_more_samples(of_linear):
    model = LinearModel(spread=1.5, shift=0.2)
    seeds = range(20)
    values = [
        sum(importance_weighted_bound(of_linear(model, seed), samples, images=None) for seed in seeds) / len(seeds)
        for samples in (1, 2, 4, 16, 64)
    ]
    assert values == sorted(values, reverse=True)
    assert values[-1] > model.negative_log_likelihood()


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_never_above_the_elbo_of_the_same_draws(of_linear, seed):
    evaluation = of_linear(LinearModel(spread=3.0, shift=0.5), seed)
    assert importance_weighted_bound(evaluation, samples=8, images=None) < elbo(evaluation, samples=8)


def test_few_images_with_all_samples_tell_what_all_images_would(of_linear):
    model, few = LinearModel(spread=1.5, shift=0.1), LinearModel()
    few.x = model.x[torch.linspace(0, 399, 50).long()]
    exact = model.negative_log_likelihood()
    assert abs(few.negative_log_likelihood() - exact) > 0.15
    assert importance_weighted_bound(of_linear(model), samples=2000, images=50) == pytest.approx(exact, abs=0.06)


class BinaryModel:
    """Three binary pixels and one latent: the likelihood is an integral over a line."""

    slope, intercept = torch.tensor([2.0, -1.0, 0.5]), torch.tensor([0.3, 0.0, -4.0])
    shape = (1, 1, 3)

    def artifacts(self):
        return variational(self.encode, self.decode, self.shape, 1, "logits")

    def encode(self, x):
        return 0.3 * x.flatten(1)[:, :1], torch.full((len(x), 1), 0.1)

    def decode(self, z):
        logits = (z * self.slope + self.intercept).view(-1, *self.shape)
        return torch.sigmoid(logits), logits

    def likelihood(self, pixels):
        def joint(z):
            return norm.pdf(z) * bernoulli.pmf(pixels, expit(self.slope.numpy() * z + self.intercept.numpy())).prod()

        return quad(joint, -9, 9)[0]


def test_the_bound_of_a_binary_model_reaches_its_integral(evaluate):
    model = BinaryModel()
    patterns = list(product([0, 1], repeat=3))
    exact = [model.likelihood(pattern) for pattern in patterns]
    assert sum(exact) == pytest.approx(1)
    x = torch.tensor(patterns, dtype=torch.float32).view(-1, *model.shape)
    for pattern, probability in zip(x.split(1), exact, strict=True):
        value = importance_weighted_bound(
            evaluate(model.artifacts(), "autoencoder", pattern), samples=50_000, images=None
        )
        assert value == pytest.approx(-math.log(probability), abs=0.02)


def test_binary_pixels_are_drawn_from_the_images_by_the_seed(evaluate):
    model, seen = BinaryModel(), []
    exports = variational(
        lambda x: seen.append(x) or model.encode(x), model.decode, model.shape, latent=1, parameter="logits"
    )
    grey = torch.rand(5000, *model.shape, generator=torch.Generator().manual_seed(4))
    first, again, other = (evaluate(exports, "autoencoder", grey, seed=seed) for seed in (0, 0, 1))
    seen.clear()  # what the evaluations themselves asked for
    assert elbo(first) == elbo(again) != elbo(other)
    assert all(x.unique().tolist() == [0, 1] for x in seen)
    for level in (0.1, 0.5, 0.9):
        near = (grey - level).abs() < 0.1
        assert seen[0][near].mean() == pytest.approx(level, abs=0.03)
    torch.testing.assert_close(seen[0], seen[1])


def test_real_pixels_are_taken_as_they_are(evaluate):
    model, seen = LinearModel(), []
    exports = variational(lambda x: seen.append(x) or model.encode(x), model.decode)
    elbo(evaluate(exports, "autoencoder", model.x))
    torch.testing.assert_close(seen[-1], model.x)


@pytest.mark.parametrize("pixels", [1, PIXELS])
def test_a_gaussian_decoder_is_the_normal_distribution(evaluate, pixels):
    generator = torch.Generator().manual_seed(5)
    x, mean = torch.randn(2, 8, *SHAPE, generator=generator)
    log_variance = torch.randn(8, pixels, generator=generator)
    # Nothing depends on z, and q(z|x) is p(z): what is left is p(x|z).
    exports = variational(
        lambda x: (torch.zeros(len(x), 1), torch.zeros(len(x), 1)), lambda z: (mean, log_variance), latent=1
    )
    exact = distributions.Normal(mean.flatten(1), (log_variance / 2).exp()).log_prob(x.flatten(1)).sum(1).mean()
    assert elbo(evaluate(exports, "autoencoder", x), samples=1) == pytest.approx(-float(exact), rel=1e-5)


def test_a_bernoulli_decoder_is_surely_right_and_never_infinitely_wrong(evaluate):
    logits = torch.tensor([200.0, -200.0, 0.0]).view(1, 1, 1, 3)
    exports = variational(
        lambda x: (torch.zeros(len(x), 1), torch.zeros(len(x), 1)),
        lambda z: (torch.sigmoid(logits), logits),
        (1, 1, 3),
        latent=1,
        parameter="logits",
    )
    for x in ([1.0, 0.0, 1.0], [0.0, 0.0, 1.0]):
        image = torch.tensor(x).view(1, 1, 1, 3)
        exact = distributions.Bernoulli(logits=logits).log_prob(image).sum()
        assert elbo(evaluate(exports, "autoencoder", image), samples=1) == pytest.approx(-float(exact), rel=1e-5)


@pytest.mark.parametrize(("rows", "samples"), [(50, 3), (50, 50), (50, 170)])
def test_few_draws_are_decoded_at_once(of_linear, monkeypatch, rows, samples):
    monkeypatch.setattr(bounds, "ROWS", rows)
    model, seen = LinearModel(), []
    decode = model.decode
    model.decode = lambda z: seen.append(len(z)) or decode(z)
    evaluation = of_linear(model)
    seen.clear()
    exact = model.negative_log_likelihood()
    assert importance_weighted_bound(evaluation, samples, images=None) == pytest.approx(exact, abs=1e-4)
    assert max(seen) <= rows
    assert sum(seen) == samples * len(model.x)


@pytest.mark.parametrize("metric", [elbo, importance_weighted_bound])
def test_a_plain_autoencoder_has_no_likelihood(evaluate, autoencoder, metric):
    exports = autoencoder(lambda x: x.flatten(1), lambda z: z.view(-1, *SHAPE), SHAPE, (PIXELS,))
    with pytest.raises(Unsuitable, match="variational"):
        metric(evaluate(exports, "autoencoder", torch.rand(4, *SHAPE)))
    with pytest.raises(Unsuitable, match="variational"):
        metric(evaluate(exports[2:], "autoencoder", torch.rand(4, *SHAPE)))
