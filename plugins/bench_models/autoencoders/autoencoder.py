"""What autoencoders share: their loss, the steps that a variant changes, and their three artifacts."""

from abc import abstractmethod
from math import prod
from typing import Any, Literal

from pytorch_lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F

from bench import DataSpec, Export, TensorSpec, Unsuitable
from bench_models.training import Batch, one_cycle

Likelihood = Literal["bernoulli", "gaussian"]

# What makes a reconstruction of the decoder's outputs, and their loss against the inputs, pixel by pixel.
LIKELIHOODS: dict[str, tuple[Any, Any]] = {
    "bernoulli": (nn.Sigmoid, F.binary_cross_entropy_with_logits),
    "gaussian": (nn.Identity, F.mse_loss),
}


class Reconstructing(LightningModule):
    """What learns from inputs alone, by what it costs to reconstruct them. AdamW with a one-cycle learning rate.

    A subclass defines `objective`.

    :param data: the dataset's specification
    :param likelihood: what the inputs are to the decoder; None: bernoulli where the dataset is within [0, 1]
    :param lr: the highest learning rate of the cycle
    :param weight_decay: AdamW's decoupled weight decay
    :raises Unsuitable: if the likelihood is bernoulli and the inputs are no probabilities
    """

    def __init__(self, data: DataSpec, likelihood: Likelihood | None, lr: float, weight_decay: float) -> None:
        super().__init__()
        is_probable = data.value_range is not None and min(data.value_range) >= 0 and max(data.value_range) <= 1
        if likelihood == "bernoulli" and not is_probable:
            hint = f"their range is {data.value_range}; a gaussian one takes any"
            raise Unsuitable("a bernoulli likelihood needs inputs in [0, 1]", hint)
        self.data = data
        self.likelihood: Likelihood = likelihood or ("bernoulli" if is_probable else "gaussian")
        self.lr = lr
        self.weight_decay = weight_decay

    @abstractmethod
    def objective(self, inputs: Tensor) -> Tensor:
        """The loss of inputs (batch, *data.input_shape)."""

    def training_step(self, batch: Batch, _: int) -> Tensor:
        return self.objective(batch[0])

    def validation_step(self, batch: Batch, _: int) -> None:
        self.log("validation-loss", self.objective(batch[0]), batch_size=len(batch[0]))

    def configure_optimizers(self) -> dict[str, object]:
        return one_cycle(self, self.lr, self.weight_decay)


class Autoencoder(Reconstructing):
    """Inputs -> code -> reconstruction, trained to give the inputs back (Rumelhart, Hinton & Williams 1986).

    `bernoulli`: a sigmoid makes the reconstruction, and the loss is the binary cross-entropy of each pixel.
    `gaussian`: the decoder's outputs are the reconstruction, and the loss is their squared error.

    A variant overrides `corrupt`, `penalty` or, where it is trained otherwise, `objective`.

    :param data: the dataset's specification
    :param encoder: inputs (batch, *data.input_shape) -> code (batch, *code_shape)
    :param decoder: code -> logits, or of a gaussian likelihood means (batch, *data.input_shape)
    :param code_shape: a code's shape without the batch axis
    :param likelihood: what the inputs are to the decoder; None: bernoulli where the dataset is within [0, 1]
    :param lr: the highest learning rate of the cycle
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        encoder: nn.Module,
        decoder: nn.Module,
        code_shape: tuple[int, ...],
        likelihood: Likelihood | None,
        lr: float,
        weight_decay: float,
    ) -> None:
        super().__init__(data, likelihood, lr, weight_decay)
        self.encoder = encoder
        self.decoder = decoder
        output, self.misfit = LIKELIHOODS[self.likelihood]
        self.output = output()
        self.code_shape = code_shape

    def forward(self, inputs: Tensor) -> Tensor:
        return self.output(self.decoder(self.encoder(inputs)))

    def exports(self) -> tuple[Export, ...]:
        inputs = TensorSpec("input", self.data.input_shape)
        code = TensorSpec("code", self.code_shape, source="encoder.code")
        decoder = nn.Sequential(self.decoder, self.output)
        return (
            Export("encoder", self.encoder, "embedding", (inputs,), ("code",)),
            Export("decoder", decoder, "decoding", (code,), ("reconstruction",)),
            Export("autoencoder", self, "reconstruction", (inputs,), ("reconstruction",)),
        )

    def corrupt(self, inputs: Tensor) -> Tensor:
        """What the encoder sees of inputs in training. They are reconstructed as they were."""
        return inputs

    def penalty(self, code: Tensor) -> Tensor | float:
        """What codes (batch, *code_shape) cost an image on average, beside its loss summed over the pixels."""
        return 0.0

    def objective(self, inputs: Tensor) -> Tensor:
        """The loss of inputs (batch, *data.input_shape), per pixel."""
        code = self.encoder(self.corrupt(inputs))
        return self.misfit(self.decoder(code), inputs) + self.penalty(code) / prod(self.data.input_shape)
