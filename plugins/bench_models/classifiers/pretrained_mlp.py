"""A multi-layer perceptron whose layers learn one after the other before they learn together."""

from functools import partial
from itertools import pairwise
from math import ceil, prod
from typing import Literal

import torch
from pydantic import PositiveInt
from torch import Tensor, nn

from bench import BenchError, DataSpec, Export, TensorSpec, Unsuitable
from bench_models.classifiers.pretraining import denoising, rbm
from bench_models.parameters import Rate, Share
from bench_models.supervised import Supervised
from bench_models.tasks import Classification
from bench_models.training import Batch


class PretrainedMLP(Supervised):
    """Flattened inputs in [0, 1] -> layers of sigmoid units -> class scores (Erhan et al. 2010, JMLR 11, 625-660).

    In pre-training, one layer after the other learns from what those below it make of the inputs, without the classes;
    in fine-tuning, all of them learn the classes. Both are plain stochastic gradient descent at a constant rate, and
    their epochs together are those of the training.

    :param data: the dataset's specification
    :param hidden: the widths of the hidden layers
    :param pretraining: what a layer learns to be first: a restricted Boltzmann machine, a denoising autoencoder, or
        nothing
    :param pretrain_epochs: how long each layer does
    :param pretrain_lr: the learning rate of pre-training
    :param noise: the share of its inputs that a denoising layer has to do without
    :param lr: the learning rate of fine-tuning
    :raises Unsuitable: if the data has no classes or, for pre-training, is not known to be in [0, 1]
    """

    def __init__(
        self,
        data: DataSpec,
        hidden: tuple[PositiveInt, ...] = (500, 500, 500),
        pretraining: Literal["none", "rbm", "denoising"] = "none",
        pretrain_epochs: PositiveInt = 3,
        pretrain_lr: Rate = 1e-2,
        noise: Share = 0.25,
        lr: Rate = 0.1,
    ) -> None:
        super().__init__(Classification(data), lr, weight_decay=0.0)
        learns = pretraining != "none"
        if learns and data.value_range != (0, 1):
            raise Unsuitable("pre-training takes inputs for probabilities", f"their range is {data.value_range}")
        widths = [prod(data.input_shape), *hidden]
        pairs = [nn.Sequential(nn.Linear(before, after), nn.Sigmoid()) for before, after in pairwise(widths)]
        self.layers = nn.Sequential(nn.Flatten(), *pairs, nn.Linear(widths[-1], self.task.outputs))
        self.visible_biases = nn.ParameterList(torch.zeros(width) for width in widths[:-1] if learns)
        self.first_loss = rbm if pretraining == "rbm" else partial(denoising, noise=noise)
        self.pretrain_epochs = pretrain_epochs
        self.pretrain_lr = pretrain_lr
        self.inputs = (TensorSpec("input", data.input_shape),)

    @property
    def pretraining_epochs(self) -> int:
        """How many epochs come before fine-tuning."""
        return len(self.visible_biases) * self.pretrain_epochs

    def forward(self, inputs: Tensor) -> Tensor:
        return self.layers(inputs)

    def exports(self) -> list[Export]:
        return [Export("forward", self.layers, "classification", self.inputs)]  # without the biases of the way back

    def training_step(self, batch: Batch, index: int) -> Tensor:
        if self.current_epoch >= self.pretraining_epochs:
            return super().training_step(batch, index)
        return self.pretraining_loss(batch[0], self.current_epoch // self.pretrain_epochs)

    def pretraining_loss(self, inputs: Tensor, number: int) -> Tensor:
        """What a layer learns first, from inputs (batch, *input_shape) of the whole net; the first layer is 0."""
        with torch.no_grad():
            v = self.layers[: 1 + number](inputs)
        layer = self.layers[1 + number][0]
        return self.first_loss(v, layer.weight, layer.bias, self.visible_biases[number])

    def validation_step(self, batch: Batch, index: int) -> None:
        if self.current_epoch >= self.pretraining_epochs:
            super().validation_step(batch, index)

    def on_train_start(self) -> None:
        """Look whether anything is left for fine-tuning.

        :raises BenchError: if not
        """
        steps_an_epoch = ceil(self.trainer.num_training_batches / self.trainer.accumulate_grad_batches)
        if self.trainer.estimated_stepping_batches <= self.pretraining_epochs * steps_an_epoch:
            layers = f"{len(self.visible_biases)} layers of {self.pretrain_epochs} each"
            raise BenchError(
                f"pre-training takes {self.pretraining_epochs} epochs ({layers}), and none is left for fine-tuning",
                "`train.max_epochs` counts both",
            )

    def configure_optimizers(self) -> dict[str, object]:
        """Plain descent: what has no gradient, in pre-training all but one layer, stays as it is."""
        optimizer = torch.optim.SGD(self.parameters(), lr=self.lr, fused=True)
        first = self.pretrain_lr / self.lr
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: first if n < self.pretraining_epochs else 1.0)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "epoch"}}
