"""By how much forecasts (n, horizons) fail, in the unit of the data, by torchmetrics."""

from pydantic import PositiveInt
from torch import Tensor
from torchmetrics import MeanAbsoluteError, MeanSquaredError

from bench import DataSpec
from bench_metrics.forecasting.horizons import at, horizons_of, place_of


class MAE(MeanAbsoluteError):
    """Mean absolute error.

    :param horizon: how many steps ahead; null: the mean over all horizons
    :raises Unsuitable: if the data has no such horizon
    """

    def __init__(self, spec: DataSpec, horizon: PositiveInt | None = None) -> None:
        super().__init__(num_outputs=len(horizons_of(spec, "mae")))
        self.place = place_of(spec, horizon, "mae")

    def compute(self) -> Tensor:
        return at(self.place, super().compute())


class RMSE(MeanSquaredError):
    """Root mean squared error.

    :param horizon: how many steps ahead; null: the mean of the errors at all horizons
    :raises Unsuitable: if the data has no such horizon
    """

    def __init__(self, spec: DataSpec, horizon: PositiveInt | None = None) -> None:
        super().__init__(squared=False, num_outputs=len(horizons_of(spec, "rmse")))
        self.place = place_of(spec, horizon, "rmse")

    def compute(self) -> Tensor:
        return at(self.place, super().compute())
