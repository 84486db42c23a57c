"""The stacked autoencoder: trained layer by layer, then as a whole."""

import torch
from pydantic import PositiveInt
from torch import Tensor
from torch.nn import functional as F

from bench import DataSpec
from bench_models.autoencoders.dense import Activation, DenseAutoencoder
from bench_models.parameters import Decay, Rate, Share
from bench_models.training import Batch


class StackedAutoencoder(DenseAutoencoder):
    """The dense autoencoder, trained greedily (Bengio et al. 2007, NIPS 19, 153-160; Hinton & Salakhutdinov 2006).

    The training has a phase for every layer of the encoder and one for all: first each layer in turn learns, with its
    mirror image in the decoder, to reconstruct what the layers before it make of the inputs; then the whole is tuned.
    The validation loss is always that of the pixels, as the layers that are trained so far reconstruct them.

    :param data: the dataset's specification
    :param hidden: the widths of the encoder's hidden layers; the decoder's are these in reverse
    :param latent: how many numbers the code has
    :param activation: after every layer but the decoder's last
    :param pretraining: the share of the training's steps in which single layers learn, each as long as the others
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        hidden: tuple[PositiveInt, ...] = (128, 64),
        latent: PositiveInt = 32,
        activation: Activation = "relu",
        pretraining: Share = 0.3,
        lr: Rate = 5e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        super().__init__(data, hidden, latent, activation, lr=lr, weight_decay=weight_decay)
        self.pretraining = pretraining
        self.layers = len(hidden) + 1
        self.steps = 0

    def configure_optimizers(self) -> dict[str, object]:
        self.steps = int(self.trainer.estimated_stepping_batches)
        return super().configure_optimizers()

    def phase(self, step: int) -> int:
        """The layer, from 0, that learns in a step of the training; the number of layers where all do."""
        share = step / self.steps
        return min(int(share / self.pretraining * self.layers), self.layers) if self.pretraining else self.layers

    def objective(self, inputs: Tensor) -> Tensor:
        layer = self.phase(self.trainer.global_step)
        if layer == self.layers:
            return super().objective(inputs)
        with torch.no_grad():
            below = self.encoder[: layer + 1](inputs)
        rebuilt = self.decoder[self.layers - 1 - layer](self.encoder[layer + 1](below))
        # The first layer reconstructs pixels, the others what an activation made.
        return F.mse_loss(rebuilt, below) if layer else self.misfit(rebuilt, below)

    def validation_step(self, batch: Batch, _: int) -> None:
        inputs, _ = batch
        top = min(self.phase(self.trainer.global_step - 1), self.layers - 1)
        outputs = self.decoder[self.layers - 1 - top :](self.encoder[: top + 2](inputs))
        self.log("validation-loss", self.misfit(outputs, inputs), batch_size=len(inputs))
