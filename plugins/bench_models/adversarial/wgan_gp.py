"""The Wasserstein GAN with a gradient penalty of Gulrajani et al. (2017), arXiv 1704.00028."""

from collections.abc import Iterable

import torch
from pydantic import PositiveInt
from torch import Tensor, nn

from bench import DataSpec
from bench_models.adversarial.nets import Body, Widths
from bench_models.adversarial.wgan import Wasserstein
from bench_models.parameters import Decay, Rate, Share


class WGANGP(Wasserstein):
    """The critic pays for gradients whose norm is not 1, between data and samples: lambda E[(|grad f(x)| - 1)^2].

    x lies at a random place on the line from a datum to a sample (algorithm 1). The best critic has gradients of norm 1
    on such lines (proposition 1). The recipe is that of the authors' code for MNIST.

    `train.max_epochs` counts passes of the critic over the data, `train.max_steps` the steps of both nets; its losses
    are the critic's own estimate of the distance. See `Adversarial`.

    :param data: the dataset's specification
    :param body: `mlp`, or `conv` for images
    :param hidden: the widths of the critic's hidden layers, or their maps; the generator's are these in reverse
    :param latent: how many numbers the noise has
    :param n_critic: steps of the critic for each of the generator
    :param lr: Adam's learning rate
    :param decay: let it fall linearly to 0 over the training, as the authors' does on CIFAR-10
    :param average: how much the average of the generator's weights, which is exported, keeps in each step; 0 for none
    :param weight: lambda, how much the penalty weighs; the authors' code takes 0.1 for points in the plane
    """

    def __init__(  # noqa: PLR0913, PLR0917 (a recipe has so many parts)
        self,
        data: DataSpec,
        body: Body = "mlp",
        hidden: Widths | None = None,
        latent: PositiveInt = 128,
        n_critic: PositiveInt = 5,
        lr: Rate = 1e-4,
        decay: bool = False,
        average: Share = 0.0,
        weight: Decay = 10.0,
    ) -> None:
        super().__init__(data, body, hidden, latent, n_critic, lr, decay, average)
        self.weight = weight

    def penalty(self, real: Tensor, fake: Tensor) -> Tensor:
        epsilon = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device)
        between = (epsilon * real + (1 - epsilon) * fake).requires_grad_()
        (gradient,) = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
        norm = gradient.flatten(1).norm(dim=1)
        self.note("gradient-norm", norm.mean(), len(real))
        return self.weight * (norm - 1).square().mean()

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, self.lr, betas=(0.5, 0.9), fused=True)
