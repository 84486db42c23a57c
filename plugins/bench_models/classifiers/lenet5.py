"""LeNet-5 in two forms: what the name means today, and what was published."""

from typing import Literal

from pydantic import NonNegativeInt
from torch import Tensor, nn

from bench import DataSpec, Export, TensorSpec
from bench_models.classifiers.lenet5_1998 import Codes, OriginalLeNet5, OriginalTask
from bench_models.parameters import Decay, Rate
from bench_models.shapes import image_shape
from bench_models.supervised import Supervised
from bench_models.tasks import Classification

TASKS = {"modern": Classification, "1998": OriginalTask}


class LeNet5(Supervised):
    """LeNet-5 (LeCun et al. 1998).

    `modern`: tanh, max pool, every map of C3 sees every map of S2, linear output: 44,426 parameters on 28x28 pixels,
    61,706 on 32x32 or on 28x28 with `padding: 2`.
    `1998`: see `OriginalLeNet5`; 60,000 trainable parameters, on 28x28 with `padding: 2` or 32x32.

    :param data: the dataset's specification
    :param variant: which of the two forms
    :param padding: zeros added on every side of the image
    :param features: also export what the last layer sees, F6's 84 numbers, as `features`
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        variant: Literal["modern", "1998"] = "modern",
        padding: NonNegativeInt = 0,
        features: bool = False,
        lr: Rate = 4e-3,
        weight_decay: Decay = 5e-2,
    ) -> None:
        super().__init__(TASKS[variant](data), lr, weight_decay)
        channels, height, width = image_shape(data, "lenet5", least=16 - 2 * padding)
        self.features = features
        self.inputs = (TensorSpec("input", data.input_shape),)
        size = (height + 2 * padding, width + 2 * padding)
        if variant == "1998":
            self.layers = nn.Sequential(OriginalLeNet5(channels, size, self.task.outputs, padding), Codes())
        else:
            self.layers = modern_layers(channels, size, self.task.outputs, padding)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.layers(inputs)

    def exports(self) -> list[Export]:
        parts = [Export("forward", self.layers, "classification", self.inputs)]
        if self.features:
            parts.append(Export("features", self.layers[:-1], "embedding", self.inputs, ("code",)))
        return parts


def modern_layers(channels: int, size: tuple[int, int], classes: int, padding: int) -> nn.Sequential:
    """C1 - S2 - C3 - S4 - C5 - F6 - output, for images of `size` pixels with their padding."""
    height, width = ((side - 4) // 2 for side in size)  # after C1 and S2
    height, width = (height - 4) // 2, (width - 4) // 2  # after C3 and S4
    return nn.Sequential(
        nn.Conv2d(channels, 6, 5, padding=padding),
        nn.Tanh(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * height * width, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, classes),
    )
