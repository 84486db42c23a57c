"""The multi-layer perceptron."""

from itertools import pairwise
from math import prod
from typing import Literal

from pydantic import PositiveInt
from torch import Tensor, nn

from bench import DataSpec
from bench_models.parameters import Decay, Rate, Share
from bench_models.supervised import Supervised
from bench_models.tasks import task_for

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU}


class MLP(Supervised):
    """Flattened inputs -> hidden layers, each with an activation and dropout -> class scores, or forecasts.

    The order within a hidden layer is linear, batch normalisation if there is any, activation, dropout.

    784-300-10, the two-layer net of LeCun et al. (1998), has 238,510 parameters.

    :param data: the dataset's specification
    :param hidden: the widths of the hidden layers
    :param activation: after every hidden layer
    :param dropout: the share of hidden units that is dropped in training (Srivastava et al. 2014, JMLR 15, 1929-1958)
    :param input_dropout: the share of inputs that is dropped in training
    :param batch_norm: normalise every hidden unit over the batch (Ioffe & Szegedy 2015, arXiv 1502.03167)
    :param lr: the highest learning rate of the one-cycle schedule
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(
        self,
        data: DataSpec,
        hidden: tuple[PositiveInt, ...] = (300,),
        activation: Literal["relu", "tanh", "sigmoid", "gelu"] = "relu",
        dropout: Share = 0.0,
        input_dropout: Share = 0.0,
        batch_norm: bool = False,
        lr: Rate = 2e-3,
        weight_decay: Decay = 1e-2,
    ) -> None:
        super().__init__(task_for(data), lr, weight_decay)
        widths = [prod(data.input_shape), *hidden]
        layers: list[nn.Module] = [nn.Flatten(), nn.Dropout(input_dropout)]
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), *([nn.BatchNorm1d(after)] if batch_norm else [])]
            layers += [ACTIVATIONS[activation](), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], self.task.outputs))

    def forward(self, inputs: Tensor) -> Tensor:
        return self.task.answer(self.layers(self.task.prepared(inputs)))
