"""Bounds on the log-likelihood that a variational autoencoder gives to images, through its own artifacts.

`encoder` answers x with the `mean` and `log_variance` of q(z|x), a normal distribution; `decoder` answers z with what
p(x|z) is made of: `logits` of binary pixels, or the mean of real ones, its first output, and their `log_variance`
(n, 1) or (n, *shape). p(z) is the standard normal distribution.

Of binary pixels the images are the probabilities: they are drawn from them once, by the case's seed (dynamic
binarisation, Salakhutdinov & Murray 2008, ICML). A likelihood of real pixels is a density, which may exceed 1.
"""

import math

import torch
from pydantic import PositiveInt
from torch import Tensor
from torch.nn import functional as F

from bench import Evaluation, Unsuitable
from bench_metrics.memory import once_per_evaluation

# Draws that are decoded at once: 3 MB of MNIST's pixels, which a processor's cache holds.
ROWS = 1000

# Draws of every image where only some images get more.
COARSE = 10


def elbo(evaluation: Evaluation, samples: PositiveInt = 10) -> float:
    """The evidence lower bound, negated: the mean of log q(z|x) - log p(x, z) over images and draws z of q(z|x).

    :param samples: draws of each image; more make it no tighter, only surer
    """
    return float(elbo_by_row(evaluation, samples).mean())


@once_per_evaluation
def elbo_by_row(evaluation: Evaluation, samples: PositiveInt = 10) -> Tensor:
    """The evidence lower bound of each image, negated (n,)."""
    subject = Subject(evaluation)
    return -subject.bounds(subject.x, samples, tight=False)


def importance_weighted_bound(
    evaluation: Evaluation, samples: PositiveInt = 50, images: PositiveInt | None = 1000
) -> float:
    """-log p(x) at most: the mean over images of -log((p(x, z_1) / q(z_1|x) + ... + p(x, z_k) / q(z_k|x)) / k).

    Burda, Grosse & Salakhutdinov (2016), arXiv 1509.00519, equation 8. It falls towards -log p(x) with k.

    :param samples: k, the draws of each image; the literature takes 5,000
    :param images: how many test images, evenly spread, get all draws. All images get 10, and what these images gain by
        more is credited to all: it varies from image to image far less than the bound itself. null: all get all
    """
    return float(importance_weighted_bound_by_row(evaluation, samples, images).mean())


@once_per_evaluation
def importance_weighted_bound_by_row(
    evaluation: Evaluation, samples: PositiveInt = 50, images: PositiveInt | None = 1000
) -> Tensor:
    """The bound of each image (n,), of which `importance_weighted_bound` is the mean; its parameters are the same."""
    subject = Subject(evaluation)
    if images is None or images >= len(subject.x):
        return -subject.bounds(subject.x, samples)
    chosen = torch.linspace(0, len(subject.x) - 1, images).long()
    coarse = subject.bounds(subject.x, COARSE)
    gain = subject.bounds(subject.x[chosen], samples) - coarse[chosen]
    return -(coarse + gain.mean())


class Subject:
    """A variational autoencoder, and the images x (n, pixels) that it is to explain.

    :raises Unsuitable: if the model is no variational autoencoder
    """

    def __init__(self, evaluation: Evaluation) -> None:
        outputs = {name: part.outputs for name, part in evaluation.case.exports.items()}
        encoder, decoder = outputs.get("encoder", ()), outputs.get("decoder", ())
        if not {"mean", "log_variance"} <= {*encoder} or not {"logits", "log_variance"} & {*decoder}:
            hint = "of an encoder's mean and log_variance, and a decoder's logits or log_variance"
            raise Unsuitable("a likelihood is bounded for variational autoencoders", hint)
        self.case = evaluation.case
        self.generator = torch.Generator().manual_seed(evaluation.seed)
        self.shape = evaluation.inputs.shape[1:]
        self.x = evaluation.inputs.flatten(1)
        if "logits" in decoder:
            self.x = (torch.rand(self.x.shape, generator=self.generator) < self.x).to(self.x.dtype)

    def bounds(self, x: Tensor, samples: int, tight: bool = True) -> Tensor:
        """The importance-weighted bound of each image (n,) in nats; without `tight`, the evidence lower bound."""
        posterior = self.case.call("encoder", x.view(-1, *self.shape))
        whole = (x, posterior["mean"], posterior["log_variance"])
        few = zip(*(each.split(max(1, ROWS // samples)) for each in whole), strict=True)
        weights = (self.log_weights(samples, *each).double() for each in few)
        return torch.cat([w.logsumexp(1) - math.log(samples) if tight else w.mean(1) for w in weights])

    def log_weights(self, samples: int, x: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
        """Log p(x, z) - log q(z|x) of draws z of q(z|x) (n, samples)."""
        epsilon = torch.randn(len(x), samples, mean.shape[1], generator=self.generator)
        z = mean.unsqueeze(1) + (log_variance / 2).exp().unsqueeze(1) * epsilon
        # Both normal densities have the factor (2 pi)^(-latent / 2), which their ratio has not.
        prior_to_posterior = (epsilon.square() - z.square() + log_variance.unsqueeze(1)).sum(2) / 2
        given_z = [self.log_probability(x, few) for few in z.split(max(1, ROWS // len(x)), dim=1)]
        return torch.cat(given_z, 1) + prior_to_posterior

    def log_probability(self, x: Tensor, z: Tensor) -> Tensor:
        """Log p(x|z) of images (n, pixels) given draws (n, samples, latent), (n, samples)."""
        decoded = self.case.call("decoder", z.flatten(0, 1))
        answers = {name: tensor.reshape(*z.shape[:2], -1) for name, tensor in decoded.items()}
        if "logits" in answers:
            return (answers["logits"] @ x.unsqueeze(2)).squeeze(2) - F.softplus(answers["logits"]).sum(2)
        mean, log_variance = next(iter(answers.values())), answers["log_variance"]
        squares = (x.unsqueeze(1) - mean).square() / log_variance.exp()
        return -(squares + log_variance + math.log(2 * math.pi)).sum(2) / 2
