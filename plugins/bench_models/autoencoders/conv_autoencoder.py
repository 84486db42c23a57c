"""The convolutional autoencoder."""

from typing import Annotated

from pydantic import Field, PositiveInt

from bench import DataSpec
from bench_models.autoencoders.autoencoder import Autoencoder, Likelihood
from bench_models.convolutions import ConvDecoder, ConvEncoder, halvings
from bench_models.parameters import Decay, Rate
from bench_models.shapes import image_shape


class ConvAutoencoder(Autoencoder):
    """Image -> convolutions, each of which halves it -> code (maps, height, width) -> the same in reverse.

    With its three layers MNIST has the code of Chollet (2016), https://blog.keras.io: 8 maps of 4x4, 128 numbers.
    There, convolutions with stride 1 stand between max pools and upsampling; here the convolutions have stride 2, which
    takes a fraction of the time.

    :param data: the dataset's specification
    :param filters: the maps of each layer of the encoder; the last are the code's
    :param likelihood: `bernoulli` (sigmoid, cross-entropy) or `gaussian` (linear, squared error); None: bernoulli where
        the dataset is within [0, 1]
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    :raises Unsuitable: for inputs that are no images
    """

    def __init__(
        self,
        data: DataSpec,
        filters: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (16, 32, 8),
        likelihood: Likelihood | None = None,
        lr: Rate = 5e-3,
        weight_decay: Decay = 0.0,
    ) -> None:
        shapes = halvings(image_shape(data, "conv-autoencoder"), filters)
        super().__init__(data, ConvEncoder(shapes), ConvDecoder(shapes), shapes[-1], likelihood, lr, weight_decay)
