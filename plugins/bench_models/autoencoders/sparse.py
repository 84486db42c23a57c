"""The sparse autoencoder: a penalty keeps most of the code inactive."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt
from torch import Tensor

from bench import DataSpec
from bench_models.autoencoders.dense import Activation, DenseAutoencoder
from bench_models.parameters import Decay, Rate


class SparseAutoencoder(DenseAutoencoder):
    """The dense autoencoder with a code that is never negative and that pays for its activity.

    `l1`: ReLU, and the sum of the code (Chollet 2016, https://blog.keras.io).
    `kl`: sigmoid, and the divergence of each unit's mean activity over a batch from the one that is wanted
    (Ng 2011, CS294A lecture notes).

    :param data: the dataset's specification
    :param sparsity: which of the two
    :param weight: of the penalty, beside the loss of an image summed over its pixels; 0 for the dense one
    :param activity: the mean activity that `kl` wants of a unit
    :param hidden: the widths of the encoder's hidden layers; the decoder's are these in reverse
    :param latent: how many numbers the code has
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        sparsity: Literal["l1", "kl"] = "l1",
        weight: Decay = 0.1,
        activity: Annotated[float, Field(gt=0, lt=1)] = 0.05,
        hidden: tuple[PositiveInt, ...] = (),
        latent: PositiveInt = 32,
        lr: Rate = 5e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        code_activation: Activation = "relu" if sparsity == "l1" else "sigmoid"
        super().__init__(data, hidden, latent, "relu", code_activation, lr=lr, weight_decay=weight_decay)
        self.sparsity = sparsity
        self.weight = weight
        self.activity = activity

    def penalty(self, code: Tensor) -> Tensor:
        if self.sparsity == "l1":
            return self.weight * code.sum(1).mean()
        return self.weight * divergence(self.activity, code.mean(0)).sum()


def divergence(wanted: float, found: Tensor) -> Tensor:
    """KL(Bernoulli(wanted) || Bernoulli(found)) in nats, element by element."""
    found = found.clamp(1e-6, 1 - 1e-6)  # a unit that is always off would cost infinitely much
    return wanted * (wanted / found).log() + (1 - wanted) * ((1 - wanted) / (1 - found)).log()
