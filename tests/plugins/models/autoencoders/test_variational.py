"""What variational autoencoders share: distributions against torch's own, the objective, the artifacts."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import distributions, nn

from bench import DataSpec, Unsuitable
from bench_datasets.digits import Digits
from bench_models.autoencoders.conv_vae import ConvVAE
from bench_models.autoencoders.vae import VAE
from bench_models.autoencoders.variational import Bernoulli, Gaussian, divergence

DIGITS = Digits().spec
MNIST = DataSpec("classification", (1, 28, 28), classes=10, value_range=(0.0, 1.0))
LIKELIHOODS = ("bernoulli", "gaussian")
MODELS = {
    "vae": lambda spec, **params: VAE(spec, hidden=(20, 10), latent=4, **params),
    "conv-vae": lambda spec, **params: ConvVAE(spec, filters=(6, 4), latent=4, **params),
}


def normal(mean, log_variance):
    return distributions.Normal(mean, (log_variance / 2).exp())


@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 60))
def test_divergence_is_that_of_two_normal_distributions(seed, batch, latent):
    mean, log_variance = 2 * torch.randn(2, batch, latent, generator=torch.Generator().manual_seed(seed))
    standard = distributions.Normal(torch.zeros(latent), torch.ones(latent))
    exact = distributions.kl_divergence(normal(mean, log_variance), standard).sum(1)
    torch.testing.assert_close(divergence(mean, log_variance), exact)


@given(st.integers(0, 2**32))
def test_a_bernoulli_decoder_is_a_distribution_of_binary_pixels(seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 5 * torch.randn(3, 1, 4, 4, generator=generator)
    x = torch.randint(2, logits.shape, generator=generator).float()
    decoder = Bernoulli(nn.Identity())
    exact = distributions.Bernoulli(logits=logits)
    torch.testing.assert_close(decoder.log_probability(x, logits), exact.log_prob(x).sum((1, 2, 3)))
    torch.testing.assert_close(decoder(logits)[0], exact.mean)


@given(st.integers(0, 2**32), st.floats(-6, 3))
def test_a_gaussian_decoder_is_a_distribution_of_real_pixels(seed, log_variance):
    mean, x = torch.randn(2, 3, 1, 4, 4, generator=torch.Generator().manual_seed(seed))
    decoder = Gaussian(nn.Identity())
    with torch.no_grad():
        decoder.log_variance.fill_(log_variance)
    exact = normal(mean, torch.tensor(log_variance)).log_prob(x).sum((1, 2, 3))
    torch.testing.assert_close(decoder.log_probability(x, mean), exact)


def test_pixels_are_drawn_anew_as_often_as_their_grey_says():
    torch.manual_seed(0)
    grey = torch.tensor([0.0, 0.25, 0.5, 0.9, 1.0])
    drawn = torch.stack([Bernoulli(nn.Identity()).observed(grey) for _ in range(4000)])
    assert drawn.unique().tolist() == [0, 1]
    assert drawn[:, [0, 4]].mean(0).tolist() == [0, 1]
    torch.testing.assert_close(drawn.mean(0), grey, atol=0.04, rtol=0)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_the_objective_is_the_negative_elbo(likelihood):
    torch.manual_seed(1)
    model = MODELS["vae"](DIGITS, likelihood=likelihood)
    x = torch.rand(200, *DIGITS.input_shape).round()  # of binary pixels, no others can be drawn
    with torch.no_grad():
        q = normal(*model.encoder(x))
        terms = []
        for _ in range(50):
            z = q.sample()
            answer, parameter = model.decoder(z)
            p = distributions.Bernoulli(logits=parameter) if likelihood == "bernoulli" else normal(answer, parameter[0])
            prior = distributions.Normal(torch.zeros(4), torch.ones(4))
            terms.append(p.log_prob(x).sum((1, 2, 3)) + prior.log_prob(z).sum(1) - q.log_prob(z).sum(1))
        expected = -float(torch.stack(terms).mean())
        found = sum(float(model.objective(x)) for _ in range(50)) / 50
    assert found == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("spec", [DIGITS, MNIST, DataSpec("x", (3, 5, 7), value_range=(0.0, 1.0))])
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@pytest.mark.parametrize("name", MODELS)
def test_it_builds_without_content_and_keeps_the_shape(spec, likelihood, name):
    with torch.device("meta"):
        model = MODELS[name](spec, likelihood=likelihood)
        reconstruction, mean, log_variance = model(torch.zeros(2, *spec.input_shape), torch.zeros(2, 4))
    assert reconstruction.shape == (2, *spec.input_shape)
    assert mean.shape == log_variance.shape == (2, 4)


@pytest.mark.parametrize("value_range", [None, (0.0, 16.0)])
def test_a_bernoulli_decoder_needs_probabilities(value_range):
    spec = DataSpec("x", (1, 8, 8), value_range=value_range)
    with pytest.raises(Unsuitable, match=r"\[0, 1\]"):
        VAE(spec, likelihood="bernoulli")
    assert isinstance(VAE(spec).decoder, Gaussian)
    assert isinstance(VAE(DIGITS).decoder, Bernoulli)


@pytest.fixture(params=[("vae", "bernoulli"), ("conv-vae", "gaussian")], ids=" ".join)
def model(request):
    torch.manual_seed(2)
    name, likelihood = request.param
    return MODELS[name](DIGITS, likelihood=likelihood)


def test_its_artifacts(model):
    parts = model.exports()
    parameter = "logits" if isinstance(model.decoder, Bernoulli) else "log_variance"
    assert [(part.name, part.task, part.outputs) for part in parts] == [
        ("encoder", "embedding", ("mean", "log_variance")),
        ("decoder", "generation", ("sample", parameter)),
        ("autoencoder", "reconstruction", ("reconstruction", "mean", "log_variance")),
    ]
    assert [[(one.name, one.source) for one in part.inputs] for part in parts] == [
        [("input", "data")],
        [("latent", "normal")],
        [("input", "data"), ("epsilon", "normal")],
    ]


def test_epsilon_moves_the_latent_by_its_deviation(model):
    x, epsilon = torch.rand(3, *DIGITS.input_shape), torch.randn(3, 4)
    with torch.no_grad():
        reconstruction, mean, log_variance = model(x, epsilon)
        z = mean + torch.sqrt(torch.exp(log_variance)) * epsilon
        torch.testing.assert_close(reconstruction, model.decoder(z)[0])
