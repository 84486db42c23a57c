"""The variational autoencoder with fully connected layers."""

import torch
from torch import distributions

from bench import DataSpec
from bench.stages.train import Observer, fit
from bench_datasets.digits import Digits
from bench_models.autoencoders.vae import VAE


def test_two_layers_of_300_and_50_latents():
    model = VAE(DataSpec("classification", (1, 28, 28), value_range=(0.0, 1.0)), hidden=(300, 200), latent=50)
    encoder = (784 * 300 + 300) + (300 * 200 + 200) + (200 * 100 + 100)
    decoder = (50 * 200 + 200) + (200 * 300 + 300) + (300 * 784 + 784)
    assert sum(parameter.numel() for parameter in model.encoder.parameters()) == encoder
    assert sum(parameter.numel() for parameter in model.decoder.parameters()) == decoder


def learned(likelihood):
    """The validation loss after a short training on digits, and the images."""
    torch.manual_seed(0)
    data = Digits()
    model = VAE(data.spec, hidden=(64,), latent=8, likelihood=likelihood, lr=5e-3)
    observer = Observer(lambda share: None)
    fit(model, data, {"max_epochs": 15, "batch_size": 64, "accelerator": "cpu"}, observer)
    return observer.curves["validation-loss"][-1], data.parts.train.inputs, data.parts.validation.inputs


def test_it_explains_binary_digits_better_than_their_mean():
    loss, known, images = learned("bernoulli")
    mean = distributions.Bernoulli(known.mean(0).clamp(0.001, 0.999))
    assert loss < -float(mean.log_prob(torch.bernoulli(images)).sum((1, 2, 3)).mean()) - 1


def test_it_explains_real_digits_better_than_their_mean():
    loss, known, images = learned("gaussian")
    mean = distributions.Normal(known.mean(0), (known - known.mean(0)).std())
    assert loss < -float(mean.log_prob(images).sum((1, 2, 3)).mean()) - 1
