"""The contractive autoencoder: a code that changes little with its input."""

from math import prod

from pydantic import PositiveInt
from torch import Tensor, nn

from bench import DataSpec
from bench_models.autoencoders.autoencoder import Autoencoder
from bench_models.autoencoders.tied import Transposed
from bench_models.parameters import Decay, Rate


class ContractiveAutoencoder(Autoencoder):
    """h = sigmoid(W x + b) -> W' h + b', with the penalty ||dh/dx||^2 (Rifai et al. 2011, ICML, 833-840).

    Of one layer of sigmoid units the squared Frobenius norm of the Jacobian is exactly
    sum_j (h_j (1 - h_j))^2 sum_i W_ji^2. The weights are tied: else a small W and a large decoder would cheat it.

    :param data: the dataset's specification
    :param contraction: the weight of the penalty, beside the loss of an image summed over its pixels; 0 for a plain one
    :param latent: how many numbers the code has
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        contraction: Decay = 0.1,
        latent: PositiveInt = 1000,
        lr: Rate = 2e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        layer = nn.Linear(prod(data.input_shape), latent)
        encoder = nn.Sequential(nn.Flatten(), layer, nn.Sigmoid())
        decoder = nn.Sequential(Transposed(layer), nn.Unflatten(1, data.input_shape))
        super().__init__(data, encoder, decoder, (latent,), None, lr, weight_decay)
        self.contraction = contraction

    def penalty(self, code: Tensor) -> Tensor:
        return self.contraction * self.squared_jacobian(code).mean()

    def squared_jacobian(self, code: Tensor) -> Tensor:
        """||dh/dx||^2, the squared Frobenius norm, of each code (batch, latent): (batch,)."""
        slope = code * (1 - code)
        return slope.square() @ self.encoder[1].weight.square().sum(1)
