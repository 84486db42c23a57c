"""The variational autoencoder of Kingma & Welling (2014), arXiv 1312.6114, with fully connected layers."""

from itertools import pairwise
from math import prod
from typing import Literal

from pydantic import PositiveInt
from torch import nn

from bench import DataSpec
from bench_models.autoencoders.variational import Observed, VariationalAutoencoder
from bench_models.parameters import Decay, Rate

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU, "silu": nn.SiLU}


class VAE(VariationalAutoencoder):
    """Flattened inputs -> hidden layers -> mean and log variance of z -> hidden layers in reverse -> p(x|z).

    :param data: the dataset's specification
    :param hidden: the widths of the encoder's hidden layers; the decoder's are these in reverse
    :param latent: the dimensions of z
    :param activation: after every hidden layer
    :param decoder: p(x|z): binary pixels, drawn anew from the inputs whenever they are looked at, or real ones
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        hidden: tuple[PositiveInt, ...] = (300, 300),
        latent: PositiveInt = 50,
        activation: Literal["relu", "tanh", "sigmoid", "gelu", "silu"] = "silu",
        decoder: Observed = "bernoulli",
        lr: Rate = 2e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        pixels = prod(data.input_shape)
        up = nn.Sequential(nn.Flatten(), *layers([pixels, *hidden], activation))
        widths = [latent, *reversed(hidden)]
        down = nn.Sequential(
            *layers(widths, activation), nn.Linear(widths[-1], pixels), nn.Unflatten(1, data.input_shape)
        )
        super().__init__(data, up, (pixels, *hidden)[-1], latent, down, decoder, lr, weight_decay)


def layers(widths: list[int], activation: str) -> list[nn.Module]:
    return [
        layer
        for before, after in pairwise(widths)
        for layer in (nn.Linear(before, after), ACTIVATIONS[activation]())
    ]
