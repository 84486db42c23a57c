"""The variational autoencoder of Kingma & Welling (2014), arXiv 1312.6114, with fully connected layers."""

from math import prod

from pydantic import PositiveInt
from torch import nn

from bench import DataSpec
from bench_models.autoencoders.autoencoder import Likelihood
from bench_models.autoencoders.dense import Activation, blocks
from bench_models.autoencoders.variational import VariationalAutoencoder
from bench_models.parameters import Decay, Rate


class VAE(VariationalAutoencoder):
    """Flattened inputs -> hidden layers -> mean and log variance of z -> hidden layers in reverse -> p(x|z).

    :param data: the dataset's specification
    :param hidden: the widths of the encoder's hidden layers; the decoder's are these in reverse
    :param latent: the dimensions of z
    :param activation: after every hidden layer
    :param likelihood: p(x|z): `bernoulli`, of binary pixels that are drawn from the inputs whenever they are looked at,
        or `gaussian`, of the inputs as they are; None: bernoulli where the dataset is within [0, 1]
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        hidden: tuple[PositiveInt, ...] = (300, 300),
        latent: PositiveInt = 50,
        activation: Activation = "silu",
        likelihood: Likelihood | None = None,
        lr: Rate = 2e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        widths = [prod(data.input_shape), *hidden]
        inner = [activation] * len(hidden)
        encoder = nn.Sequential(nn.Flatten(), *blocks(widths, inner))
        decoder = nn.Sequential(
            *blocks([latent, *reversed(widths)], [*inner, "linear"]), nn.Unflatten(1, data.input_shape)
        )
        super().__init__(data, encoder, widths[-1], latent, decoder, likelihood, lr, weight_decay)
