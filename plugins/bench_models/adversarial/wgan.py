"""The Wasserstein GAN of Arjovsky, Chintala & Bottou (2017), arXiv 1701.07875."""

from collections.abc import Iterable
from typing import Annotated

import torch
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from bench import DataSpec
from bench_models.adversarial.adversarial import Adversarial
from bench_models.adversarial.nets import Body, Widths
from bench_models.parameters import Rate, Share


class Wasserstein(Adversarial):
    """The critic f estimates the distance W = max over f of E[f(x)] - E[f(G(z))], which the generator minimises.

    The maximum over all f with a Lipschitz constant of 1 is the Wasserstein-1 distance of samples and data (Kantorovich
    and Rubinstein); what any one such f finds is a lower bound of it. A variant says what keeps f Lipschitz.
    """

    def distance(self, real: Tensor, fake: Tensor) -> Tensor:
        return real.mean() - fake.mean()

    def generator_loss(self, fake: Tensor) -> Tensor:
        return -fake.mean()


class WGAN(Wasserstein):
    """The critic's weights are clipped after each of its steps (algorithm 1), so that it has some Lipschitz constant.

    The recipe is the authors', with a batch size of 64.

    `train.max_epochs` counts passes of the critic over the data, `train.max_steps` the steps of both nets; its losses
    are the critic's own estimate of the distance. See `Adversarial`.

    :param data: the dataset's specification
    :param body: `mlp`, or `conv` for images
    :param hidden: the widths of the critic's hidden layers, or their maps; the generator's are these in reverse
    :param latent: how many numbers the noise has
    :param n_critic: steps of the critic for each of the generator
    :param lr: RMSProp's learning rate
    :param decay: let it fall linearly to 0 over the training
    :param average: how much the average of the generator's weights, which is exported, keeps in each step; 0 for none
    :param clip: no weight of the critic is larger
    :param warm_up: 100 steps of the critic for each of the generator's first 25 and every 500th: the authors' code
    """

    def __init__(  # noqa: PLR0913, PLR0917 (a recipe has so many parts)
        self,
        data: DataSpec,
        body: Body = "mlp",
        hidden: Widths | None = None,
        latent: PositiveInt = 128,
        n_critic: PositiveInt = 5,
        lr: Rate = 5e-5,
        decay: bool = False,
        average: Share = 0.0,
        clip: Annotated[float, Field(gt=0)] = 0.01,
        warm_up: bool = False,
    ) -> None:
        super().__init__(data, body, hidden, latent, n_critic, lr, decay, average)
        self.clip = clip
        self.warm_up = warm_up

    def steps_due(self) -> int:
        if self.warm_up and (self.generator_steps < 25 or self.generator_steps % 500 == 0):
            return 100
        return self.n_critic

    @torch.no_grad()
    def restrict(self) -> None:
        for weights in self.critic.parameters():
            weights.clamp_(-self.clip, self.clip)

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.RMSprop(parameters, self.lr)
