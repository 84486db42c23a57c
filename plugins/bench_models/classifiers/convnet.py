"""The simplest convolutional net."""

from pydantic import PositiveInt
from torch import Tensor, nn

from bench import DataSpec, Unsuitable
from bench_models.parameters import Decay, Rate
from bench_models.shapes import image_shape
from bench_models.supervised import Supervised
from bench_models.tasks import Classification


class ConvNet(Supervised):
    """3@32x32 -> convolution 12@32x32 -> ReLU -> max pool 12@16x16 -> linear 10: 31,642 parameters, for any image size.

    :param data: the dataset's specification
    :param filters: the number of feature maps
    :param kernel: the side of a filter in pixels, odd, so that "same" padding (kernel - 1) / 2 keeps the size
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    :raises Unsuitable: for inputs that are no images, or an even kernel
    """

    def __init__(
        self,
        data: DataSpec,
        filters: PositiveInt = 12,
        kernel: PositiveInt = 5,
        lr: Rate = 1e-2,
        weight_decay: Decay = 1e-2,
    ) -> None:
        super().__init__(Classification(data), lr, weight_decay)
        channels, height, width = image_shape(data, "convnet", least=2)
        if kernel % 2 == 0:
            raise Unsuitable("convnet keeps the size of the image", f"its kernel must be odd, not {kernel}")
        self.layers = nn.Sequential(
            nn.Conv2d(channels, filters, kernel, padding=(kernel - 1) // 2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(filters * (height // 2) * (width // 2), self.task.outputs),
        )

    def forward(self, inputs: Tensor) -> Tensor:
        return self.layers(inputs)
