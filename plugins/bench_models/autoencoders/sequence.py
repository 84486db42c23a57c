"""The recurrent autoencoder: an image as a sequence of its rows."""

from pydantic import PositiveInt
from torch import Tensor, nn

from bench import DataSpec
from bench_models.autoencoders.autoencoder import Autoencoder, Likelihood
from bench_models.cells import CELLS, Cell
from bench_models.parameters import Decay, Rate
from bench_models.shapes import image_shape


class SequenceAutoencoder(Autoencoder):
    """Rows from top to bottom -> recurrent layer -> code, from its last state -> recurrent layer -> rows.

    The decoder sees the code at every step, as in the sequence-to-sequence autoencoder of Chollet (2016),
    https://blog.keras.io; Srivastava, Mansimov & Salakhutdinov (2015), arXiv 1502.04681, have others.

    :param data: the dataset's specification
    :param units: the width of both recurrent layers
    :param latent: how many numbers the code has
    :param cell: of Cho et al. (2014), arXiv 1406.1078, or of Hochreiter & Schmidhuber (1997), Neural Computation 9
    :param likelihood: `bernoulli` (sigmoid, cross-entropy) or `gaussian` (linear, squared error); None: bernoulli where
        the dataset is within [0, 1]
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    :raises Unsuitable: for inputs that are no images
    """

    def __init__(
        self,
        data: DataSpec,
        units: PositiveInt = 64,
        latent: PositiveInt = 32,
        cell: Cell = "gru",
        likelihood: Likelihood | None = None,
        lr: Rate = 1e-2,
        weight_decay: Decay = 0.0,
    ) -> None:
        shape = image_shape(data, "sequence-autoencoder")
        encoder, decoder = RowEncoder(shape, units, latent, cell), RowDecoder(shape, units, latent, cell)
        super().__init__(data, encoder, decoder, (latent,), likelihood, lr, weight_decay)


class RowEncoder(nn.Module):
    """Images (batch, channels, height, width) -> codes (batch, latent)."""

    def __init__(self, shape: tuple[int, int, int], units: int, latent: int, cell: Cell) -> None:
        super().__init__()
        channels, _, width = shape
        self.recurrent = CELLS[cell](channels * width, units, batch_first=True)
        self.code = nn.Linear(units, latent)

    def forward(self, images: Tensor) -> Tensor:
        rows = images.transpose(1, 2).flatten(2)  # (batch, height, channels * width)
        states, _ = self.recurrent(rows)
        return self.code(states[:, -1])


class RowDecoder(nn.Module):
    """Codes (batch, latent) -> images (batch, channels, height, width)."""

    def __init__(self, shape: tuple[int, int, int], units: int, latent: int, cell: Cell) -> None:
        super().__init__()
        channels, self.height, width = shape
        self.recurrent = CELLS[cell](latent, units, batch_first=True)
        self.row = nn.Sequential(nn.Linear(units, channels * width), nn.Unflatten(2, (channels, width)))

    def forward(self, code: Tensor) -> Tensor:
        states, _ = self.recurrent(code.unsqueeze(1).expand(-1, self.height, -1))
        return self.row(states).transpose(1, 2)
