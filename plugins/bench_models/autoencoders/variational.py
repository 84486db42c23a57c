"""What variational autoencoders share: their two distributions, their objective and their artifacts."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench import DataSpec, Export, TensorSpec
from bench_models.autoencoders.autoencoder import Likelihood, Reconstructing


class Posterior(nn.Module):
    """q(z|x), a normal distribution with a diagonal covariance: x -> its mean and log variance, (batch, latent) each.

    :param body: x -> features (batch, width)
    :param width: how many features there are
    :param latent: the dimensions of z
    """

    def __init__(self, body: nn.Module, width: int, latent: int) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Linear(width, 2 * latent)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.head(self.body(x)).chunk(2, 1)
        return mean, log_variance


class Bernoulli(nn.Module):
    """p(x|z) of binary pixels: z -> the probability of each to be 1, as an image (batch, *shape), and its logits.

    Inputs in [0, 1] are such probabilities themselves: whenever one is looked at, its pixels are drawn anew (dynamic
    binarisation, Salakhutdinov & Murray 2008, ICML).
    """

    outputs = ("sample", "logits")

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.body(z)
        return torch.sigmoid(logits), logits

    def observed(self, inputs: Tensor) -> Tensor:
        """Pixels that are drawn from inputs (batch, *shape)."""
        return (torch.rand_like(inputs) < inputs).to(inputs.dtype)  # a third of torch.bernoulli's time

    def log_probability(self, x: Tensor, z: Tensor) -> Tensor:
        """Log p(x|z) in nats (batch,)."""
        _, logits = self(z)
        return -F.binary_cross_entropy_with_logits(logits.float(), x, reduction="none").flatten(1).sum(1)


class Gaussian(nn.Module):
    """p(x|z) of real pixels: z -> their mean, an image (batch, *shape), and their log variance (batch, 1).

    One variance, which is learned, serves all pixels and all z (Rybkin, Daniilidis & Levine 2021, arXiv 2006.13202): a
    pixel's own would go to 0 where that pixel never changes, and the likelihood to infinity.
    """

    outputs = ("sample", "log_variance")

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.log_variance = nn.Parameter(torch.full((1,), math.log(0.1**2)))

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        return self.body(z), self.log_variance.expand(z.shape[0], 1)

    def observed(self, inputs: Tensor) -> Tensor:
        """The inputs as they are."""
        return inputs

    def log_probability(self, x: Tensor, z: Tensor) -> Tensor:
        """Log p(x|z) in nats (batch,)."""
        mean, log_variance = self(z)
        variance = log_variance.exp().expand(len(z), x[0].numel())
        losses = F.gaussian_nll_loss(mean.float().flatten(1), x.flatten(1), variance, full=True, reduction="none")
        return -losses.sum(1)


DISTRIBUTIONS: dict[str, type[Any]] = {"bernoulli": Bernoulli, "gaussian": Gaussian}


class VariationalAutoencoder(Reconstructing):
    """The evidence lower bound, ELBO = E_q[log p(x|z)] - KL(q(z|x) || p(z)) with p(z) standard normal.

    Kingma & Welling (2014), arXiv 1312.6114, equation 10 with L = 1.

    Inputs and epsilon (batch, latent), a draw of p(z) -> reconstruction, and the mean and log variance of q(z|x), from
    which z = mean + exp(log_variance / 2) epsilon.

    :param data: the dataset's specification
    :param encoder: inputs -> features (batch, width)
    :param width: how many features there are
    :param latent: the dimensions of z
    :param decoder: z -> what p(x|z) is a function of, logits or means (batch, *data.input_shape)
    :param likelihood: the distribution p(x|z); None: bernoulli where the dataset is within [0, 1]
    :param lr: the highest learning rate of the cycle
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        encoder: nn.Module,
        width: int,
        latent: int,
        decoder: nn.Module,
        likelihood: Likelihood | None,
        lr: float,
        weight_decay: float,
    ) -> None:
        super().__init__(data, likelihood, lr, weight_decay)
        self.latent = latent
        self.encoder = Posterior(encoder, width, latent)
        self.decoder = DISTRIBUTIONS[self.likelihood](decoder)

    def forward(self, inputs: Tensor, epsilon: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_variance = self.encoder(inputs)
        reconstruction, _ = self.decoder(reparameterised(mean, log_variance, epsilon))
        return reconstruction, mean, log_variance

    def exports(self) -> tuple[Export, ...]:
        inputs = TensorSpec("input", self.data.input_shape)
        latent, epsilon = (TensorSpec(name, (self.latent,), source="normal") for name in ("latent", "epsilon"))
        posterior = ("mean", "log_variance")
        return (
            Export("encoder", self.encoder, "embedding", (inputs,), posterior),
            Export("decoder", self.decoder, "generation", (latent,), self.decoder.outputs),
            Export("autoencoder", self, "reconstruction", (inputs, epsilon), ("reconstruction", *posterior)),
        )

    def objective(self, inputs: Tensor) -> Tensor:
        """The mean of -ELBO in nats, with one draw of z each; summed in fp32 where the nets compute in less."""
        x = self.decoder.observed(inputs)
        mean, log_variance = (answer.float() for answer in self.encoder(x))
        z = reparameterised(mean, log_variance, torch.randn_like(mean))
        return (divergence(mean, log_variance) - self.decoder.log_probability(x, z)).mean()


def reparameterised(mean: Tensor, log_variance: Tensor, epsilon: Tensor) -> Tensor:
    """z from a draw of the standard normal distribution."""
    return mean + (log_variance / 2).exp() * epsilon


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp(log_variance)) || N(0, 1)) in nats (batch,): appendix B."""
    return (mean.square() + log_variance.exp() - 1 - log_variance).sum(1) / 2
