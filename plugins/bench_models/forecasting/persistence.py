"""Persistence."""

from pytorch_lightning import LightningDataModule, LightningModule
from torch import Tensor

from bench import DataSpec
from bench_models.shapes import series_shape


class Persistence(LightningModule):
    """Inputs (batch, steps, features) -> the last value of what is forecast, at every horizon (batch, horizons).

    :param data: the dataset's specification
    :raises Unsuitable: if the data is nothing to forecast
    """

    def __init__(self, data: DataSpec) -> None:
        super().__init__()
        series_shape(data, "persistence")
        self.horizons = len(data.horizons)

    def fit(self, data: LightningDataModule) -> None:
        """There is nothing to learn."""

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs[:, -1, :1].expand(-1, self.horizons)
