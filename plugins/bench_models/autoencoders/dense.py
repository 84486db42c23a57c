"""The autoencoder with fully connected layers."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Literal

from pydantic import PositiveInt
from torch import nn

from bench import DataSpec
from bench_models.autoencoders.autoencoder import Autoencoder, Likelihood
from bench_models.parameters import Decay, Rate

Activation = Literal["linear", "relu", "silu", "sigmoid", "tanh"]
ACTIVATIONS = {"linear": nn.Identity, "relu": nn.ReLU, "silu": nn.SiLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


class DenseAutoencoder(Autoencoder):
    """Flattened inputs -> hidden layers -> code -> hidden layers in reverse -> reconstruction.

    Some settings that have a name of their own, for 784 pixels:

    - shallow: 784-32-784, no hidden layer, the first of Chollet (2016), https://blog.keras.io. 50,992 parameters.
    - deep: hidden [128, 64], 784-128-64-32-64-128-784, of the same source.
    - linear: activation `linear` makes all of it linear, with a gaussian likelihood. It then finds the subspace of as
      many principal components (Baldi & Hornik 1989, Neural Networks 2, 53-58).
    - Oja's five-layer net: one hidden layer with activation `sigmoid` or `tanh`, code_activation `linear`, likelihood
      `gaussian`: non-linear principal components (Oja 1991, ICANN, 737-745; Kramer 1991, AIChE Journal 37, 233-243).

    :param data: the dataset's specification
    :param hidden: the widths of the encoder's hidden layers; the decoder's are these in reverse
    :param latent: how many numbers the code has
    :param activation: after every hidden layer
    :param code_activation: after the layer that gives the code; None: the same
    :param likelihood: `bernoulli` (sigmoid, cross-entropy) or `gaussian` (linear, squared error); None: bernoulli where
        the dataset is within [0, 1] and the net is not linear
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        hidden: tuple[PositiveInt, ...] = (),
        latent: PositiveInt = 32,
        activation: Activation = "relu",
        code_activation: Activation | None = None,
        likelihood: Likelihood | None = None,
        lr: Rate = 5e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        if activation == "linear":
            likelihood = likelihood or "gaussian"
        widths = [prod(data.input_shape), *hidden, latent]
        inner = [activation] * len(hidden)
        encoder = nn.Sequential(nn.Flatten(), *blocks(widths, [*inner, code_activation or activation]))
        decoder = nn.Sequential(*blocks(widths[::-1], [*inner, "linear"]), nn.Unflatten(1, data.input_shape))
        super().__init__(data, encoder, decoder, (latent,), likelihood, lr, weight_decay)


def blocks(widths: Sequence[int], activations: Sequence[Activation]) -> list[nn.Module]:
    """Linear layers from each width to the next, each with its activation."""
    return [
        nn.Sequential(nn.Linear(before, after), ACTIVATIONS[activation]())
        for (before, after), activation in zip(pairwise(widths), activations, strict=True)
    ]
