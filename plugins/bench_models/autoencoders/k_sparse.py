"""The k-sparse autoencoder: of the code, the k largest numbers are kept."""

from math import prod

import torch
from pydantic import PositiveInt
from torch import Tensor, nn

from bench import DataSpec, Unsuitable
from bench_models.autoencoders.autoencoder import Autoencoder, Likelihood
from bench_models.autoencoders.tied import Transposed
from bench_models.parameters import Decay, Rate


class KSparseAutoencoder(Autoencoder):
    """z = W x + b, of which all but the k largest are set to 0 -> W' z + b' (Makhzani & Frey 2013, arXiv 1312.5663).

    :param data: the dataset's specification
    :param k: how many numbers of a code are not 0
    :param latent: how many numbers the code has
    :param likelihood: `gaussian` (linear, squared error) as published, or `bernoulli` (sigmoid, cross-entropy)
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    :raises Unsuitable: if k is larger than the code
    """

    def __init__(
        self,
        data: DataSpec,
        k: PositiveInt = 25,
        latent: PositiveInt = 1000,
        likelihood: Likelihood = "gaussian",
        lr: Rate = 2e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        if k > latent:
            raise Unsuitable(f"a code of {latent} numbers cannot have {k} that are active")
        linear = nn.Linear(prod(data.input_shape), latent)
        encoder = nn.Sequential(nn.Flatten(), linear, Largest(k))
        decoder = nn.Sequential(Transposed(linear), nn.Unflatten(1, data.input_shape))
        super().__init__(data, encoder, decoder, (latent,), likelihood, lr, weight_decay)


class Largest(nn.Module):
    """(batch, n) with all but the k largest of each row set to 0."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.k = k

    def forward(self, z: Tensor) -> Tensor:
        values, places = z.topk(self.k)
        return torch.zeros_like(z).scatter(1, places, values)
