"""The radial basis function network: Broomhead & Lowe (1988), Complex Systems 2, 321-355."""

import torch
from pytorch_lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F

from bench import DataSpec, Unsuitable

Batch = tuple[Tensor, Tensor]


class RBFNet(LightningModule):
    """s(x) = lambda_0 + sum over j of lambda_j phi(|x - y_j|), with phi(r) = exp(-r^2 / sigma_j^2).

    Points x (batch, features) -> class scores s (batch, classes). The centres y_j and the widths sigma_j are trained
    with the weights lambda_j, by gradient descent (Poggio & Girosi 1990, Proc. IEEE 78, 1481-1497) on cross-entropy.

    :param data: the dataset's specification
    :param centres: how many radial basis functions
    :param lr: Adam's learning rate
    :raises Unsuitable: if the inputs are not points with a class each
    """

    def __init__(self, data: DataSpec, centres: int = 32, lr: float = 2e-2) -> None:
        super().__init__()
        if len(data.input_shape) != 1 or not data.classes:
            raise Unsuitable("rbf-net needs points (features,) with classes", f"the inputs are {data.input_shape}")
        self.centres = nn.Parameter(torch.randn(centres, *data.input_shape))
        self.log_widths = nn.Parameter(torch.zeros(centres))
        self.linear = nn.Linear(centres, data.classes)
        self.lr = lr

    def forward(self, points: Tensor) -> Tensor:
        """Class scores. This is what is exported, scored and timed."""
        squares = (points.unsqueeze(1) - self.centres).square().sum(2)
        return self.linear(torch.exp(-squares / torch.exp(2 * self.log_widths)))

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """The loss of a batch."""
        points, classes = batch
        return F.cross_entropy(self(points), classes)

    def validation_step(self, batch: Batch, _: int) -> None:
        """What is logged here becomes a learning curve in the report."""
        points, classes = batch
        self.log("validation-loss", F.cross_entropy(self(points), classes))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimiser is part of the model's recipe; the number of epochs is the suite's."""
        return torch.optim.Adam(self.parameters(), lr=self.lr)
