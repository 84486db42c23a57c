"""The denoising autoencoder."""

from typing import Literal

import torch
from pydantic import NonNegativeFloat, PositiveInt
from torch import Tensor

from bench import DataSpec, Unsuitable
from bench_models.autoencoders.dense import Activation, DenseAutoencoder
from bench_models.parameters import Decay, Rate


class DenoisingAutoencoder(DenseAutoencoder):
    """The dense autoencoder, trained to make clean inputs of noisy ones (Vincent et al. 2008, ICML, 1096-1103).

    The noise is drawn anew for every batch of the training, and is no part of the exported graphs.

    :param data: the dataset's specification
    :param noise: `gaussian` adds normal noise, clipped to the dataset's range; `masking` sets pixels to its
        lowest value
    :param level: the standard deviation of the gaussian noise, or the share of the pixels that is masked
    :param hidden: the widths of the encoder's hidden layers; the decoder's are these in reverse
    :param latent: how many numbers the code has
    :param activation: after every layer but the decoder's last
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    :raises Unsuitable: if more than all pixels are to be masked
    """

    def __init__(
        self,
        data: DataSpec,
        noise: Literal["gaussian", "masking"] = "gaussian",
        level: NonNegativeFloat = 0.5,
        hidden: tuple[PositiveInt, ...] = (),
        latent: PositiveInt = 500,
        activation: Activation = "relu",
        lr: Rate = 2e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        super().__init__(data, hidden, latent, activation, lr=lr, weight_decay=weight_decay)
        if noise == "masking" and level > 1:
            raise Unsuitable("masking noise has a level of at most 1", f"this is {level}")
        self.noise = noise
        self.level = level

    def corrupt(self, inputs: Tensor) -> Tensor:
        if self.noise == "masking":
            lowest, _ = self.data.value_range or (0.0, None)
            return inputs.masked_fill(torch.rand_like(inputs) < self.level, lowest)
        noisy = inputs + self.level * torch.randn_like(inputs)
        return noisy.clamp(*self.data.value_range) if self.data.value_range else noisy
