"""What adversarial models share: two nets that learn by turns, their two artifacts and their curves."""

from abc import abstractmethod
from collections.abc import Iterable

import torch
from pytorch_lightning import LightningModule
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bench import DataSpec, Export, TensorSpec
from bench_models.adversarial.nets import Body, Widths, nets
from bench_models.training import Batch


class Adversarial(LightningModule):
    """A generator makes samples of noise; a critic learns to tell them from data, and the generator to please it.

    The critic learns from every batch, and after `n_critic` of them the generator does (Goodfellow et al. 2014,
    arXiv 1406.2661, algorithm 1). So `train.max_epochs` counts passes of the critic over the data, and
    `train.max_steps` the steps of both.

    The losses of training and validation are the critic's own estimate of the distance between samples and data, as in
    figure 5 of Gulrajani et al. (2017), arXiv 1704.00028. Where that of training is larger, the critic has learned its
    data by heart.

    A variant defines `distance`, `generator_loss` and `optimizer`, and overrides `penalty` or `restrict`.

    :param data: the dataset's specification
    :param body: `mlp`, or `conv` for images
    :param hidden: the widths of the critic's hidden layers, or their maps; the generator's are these in reverse
    :param latent: how many numbers the noise has
    :param n_critic: steps of the critic for each of the generator
    :param lr: the learning rate of both
    :param decay: let it fall linearly to 0 over the training
    :param average: how much the average of the generator's weights, which is exported in their place, keeps of itself
        in each step (Yazici et al. 2019, arXiv 1806.04498); 0 for none
    :raises Unsuitable: for `conv` and inputs that are no images, and for images of no known range
    """

    def __init__(
        self,
        data: DataSpec,
        body: Body,
        hidden: Widths | None,
        latent: int,
        n_critic: int,
        lr: float,
        decay: bool,
        average: float,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.generator, self.critic = nets(data, body, hidden, latent)
        self.averaged = AveragedModel(self.generator, multi_avg_fn=get_ema_multi_avg_fn(average)) if average else None
        self.data = data
        self.latent = latent
        self.n_critic = n_critic
        self.lr = lr
        self.decay = decay
        self.batches = 0
        self.critic_steps = 0  # since the generator's last
        self.generator_steps = 0

    @abstractmethod
    def distance(self, real: Tensor, fake: Tensor) -> Tensor:
        """How far samples are from data, by what the critic answers (batch, 1) to either; it learns to maximise it."""

    @abstractmethod
    def generator_loss(self, fake: Tensor) -> Tensor:
        """The generator's loss, by what the critic answers (batch, 1) to its samples."""

    @abstractmethod
    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """The optimiser of either net."""

    def penalty(self, real: Tensor, fake: Tensor) -> Tensor | float:
        """What the critic pays beside, by data and samples (batch, *data.input_shape)."""
        return 0.0

    def restrict(self) -> None:
        """Put the critic's weights back to where they may be, after each of its steps."""

    def steps_due(self) -> int:
        """How many steps the critic takes before the generator's next."""
        return self.n_critic

    def forward(self, noise: Tensor) -> Tensor:
        return self.exported(noise)

    @property
    def exported(self) -> nn.Module:
        """The generator, or the average of what it was."""
        return self.averaged.module if self.averaged else self.generator

    def exports(self) -> tuple[Export, ...]:
        noise = TensorSpec("noise", (self.latent,), source="normal")
        sample = TensorSpec("input", self.data.input_shape)
        return (
            Export("generator", self.exported, "generation", (noise,), ("sample",)),
            Export("critic", self.critic, "critic", (sample,), ("value",)),
        )

    def samples(self, count: int) -> Tensor:
        """What the generator makes of new noise (count, *data.input_shape)."""
        return self.generator(torch.randn(count, self.latent, device=self.device))

    def estimate(self, real: Tensor, fake: Tensor) -> Tensor:
        """The distance that the critic sees between data and samples; in fp32 where the nets compute in less."""
        return self.distance(*self.critic(torch.cat([real, fake])).float().split([len(real), len(fake)]))

    def training_step(self, batch: Batch, _: int) -> Tensor:
        distance = self.critic_step(batch[0])
        if self.critic_steps >= self.steps_due():
            self.generator_step(len(batch[0]))
        self.batches += 1
        return distance

    def critic_step(self, real: Tensor) -> Tensor:
        """Let the critic learn from data (batch, *data.input_shape); the distance that it saw."""
        with torch.no_grad():
            fake = self.samples(len(real))
        distance = self.estimate(real, fake)
        self._descend(self.critic, 0, self.penalty(real, fake) - distance)
        self.restrict()
        self.critic_steps += 1
        return distance

    def generator_step(self, count: int) -> None:
        """Let the generator learn from so many samples."""
        loss = self.generator_loss(self.critic(self.samples(count)).float())
        self._descend(self.generator, 1, loss)
        if self.averaged:
            self.averaged.update_parameters(self.generator)
        self.note("generator-loss", loss, count)
        self.critic_steps = 0
        self.generator_steps += 1

    def note(self, name: str, value: Tensor, count: int) -> None:
        """Log a point of a curve in the batches where the generator learns; in all of them it would take its time."""
        if self.critic_steps + 1 >= self.steps_due():
            self.log(name, value.detach(), on_step=False, on_epoch=True, batch_size=count)

    def validation_step(self, batch: Batch, _: int) -> None:
        real = batch[0]
        self.log("validation-loss", self.estimate(real, self.samples(len(real))), batch_size=len(real))

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        return [self.optimizer(net.parameters()) for net in (self.critic, self.generator)]

    def _descend(self, net: nn.Module, number: int, loss: Tensor) -> None:
        """One step of one net; the gradient of the other is not computed."""
        optimizer = self.optimizers()[number]
        optimizer.param_groups[0]["lr"] = self._rate()
        optimizer.zero_grad()
        self.manual_backward(loss, inputs=list(net.parameters()))
        optimizer.step()

    def _rate(self) -> float:
        """The learning rate of this batch."""
        if not self.decay:
            return self.lr
        of_batches = self.batches / self.trainer.estimated_stepping_batches
        of_steps = self.trainer.global_step / self.trainer.max_steps  # of both nets; without a bound it is -1
        return self.lr * (1 - max(of_batches, of_steps))
