"""The variational autoencoder with convolutions."""

from math import prod
from typing import Annotated

from pydantic import Field, PositiveInt
from torch import nn

from bench import DataSpec
from bench_models.autoencoders.autoencoder import Likelihood
from bench_models.autoencoders.dense import ACTIVATIONS, Activation
from bench_models.autoencoders.variational import VariationalAutoencoder
from bench_models.convolutions import ConvDecoder, ConvEncoder, halvings
from bench_models.parameters import Decay, Rate
from bench_models.shapes import image_shape


class ConvVAE(VariationalAutoencoder):
    """Image -> convolutions, each of which halves it -> mean and log variance of z -> the same in reverse -> p(x|z).

    The convolutions are those of `conv-autoencoder`; between them and z stands one linear layer on either side.

    :param data: the dataset's specification
    :param filters: the maps of each layer of the encoder
    :param latent: the dimensions of z
    :param activation: after every layer but those that give q(z|x) and p(x|z)
    :param likelihood: p(x|z): `bernoulli`, of binary pixels that are drawn from the inputs whenever they are looked at,
        or `gaussian`, of the inputs as they are; None: bernoulli where the dataset is within [0, 1]
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    :raises Unsuitable: for inputs that are no images
    """

    def __init__(
        self,
        data: DataSpec,
        filters: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (32, 64, 64),
        latent: PositiveInt = 50,
        activation: Activation = "silu",
        likelihood: Likelihood | None = None,
        lr: Rate = 2e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        shapes = halvings(image_shape(data, "conv-vae"), filters)
        width, active = prod(shapes[-1]), ACTIVATIONS[activation]
        encoder = nn.Sequential(ConvEncoder(shapes, active), active(), nn.Flatten())
        decoder = nn.Sequential(
            nn.Linear(latent, width), nn.Unflatten(1, shapes[-1]), active(), ConvDecoder(shapes, active)
        )
        super().__init__(data, encoder, width, latent, decoder, likelihood, lr, weight_decay)
