"""The generative adversarial net of Goodfellow et al. (2014), arXiv 1406.2661."""

from collections.abc import Iterable
from math import log

import torch
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

from bench import DataSpec
from bench_models.adversarial.adversarial import Adversarial
from bench_models.adversarial.nets import Body, Widths
from bench_models.parameters import Rate, Share


class GAN(Adversarial):
    """The critic D answers with a logit whether an input is data: max over D of E[log D(x)] + E[log(1 - D(G(z)))].

    For the best critic that is 2 JSD - log 4, the Jensen-Shannon divergence of samples and data (theorem 1), which is
    the distance that is told here, in nats. The generator learns to maximise log D(G(z)), the loss that does not
    saturate (section 3). Adam as of Radford, Metz & Chintala (2016), arXiv 1511.06434.

    `train.max_epochs` counts passes of the critic over the data, `train.max_steps` the steps of both nets; its losses
    are the critic's own estimate of the distance. See `Adversarial`.

    :param data: the dataset's specification
    :param body: `mlp`, or `conv` for images
    :param hidden: the widths of the critic's hidden layers, or their maps; the generator's are these in reverse
    :param latent: how many numbers the noise has
    :param n_critic: steps of the critic for each of the generator
    :param lr: Adam's learning rate
    :param decay: let it fall linearly to 0 over the training
    :param average: how much the average of the generator's weights, which is exported, keeps in each step; 0 for none
    """

    def __init__(
        self,
        data: DataSpec,
        body: Body = "mlp",
        hidden: Widths | None = None,
        latent: PositiveInt = 128,
        n_critic: PositiveInt = 1,
        lr: Rate = 2e-4,
        decay: bool = False,
        average: Share = 0.0,
    ) -> None:
        super().__init__(data, body, hidden, latent, n_critic, lr, decay, average)

    def distance(self, real: Tensor, fake: Tensor) -> Tensor:
        return log(2) - (F.softplus(-real).mean() + F.softplus(fake).mean()) / 2

    def generator_loss(self, fake: Tensor) -> Tensor:
        return F.softplus(-fake).mean()

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, self.lr, betas=(0.5, 0.999), fused=True)
