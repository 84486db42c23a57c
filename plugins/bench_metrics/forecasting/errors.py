"""By how much forecasts (n, horizons) fail, in the unit of the data, by torchmetrics."""

from pydantic import PositiveInt
from torch import Tensor
from torchmetrics import MeanSquaredError

from bench import DataSpec, Evaluation
from bench_metrics.by_row import RowMean, each_row
from bench_metrics.forecasting.horizons import at, horizons_of, place_of


class MAE(RowMean):
    """Mean absolute error.

    :param horizon: how many steps ahead; null: the mean over all horizons
    :raises Unsuitable: if the data has no such horizon
    """

    def __init__(self, spec: DataSpec, horizon: PositiveInt | None = None) -> None:
        place = place_of(spec, horizon, "mae")
        super().__init__(lambda forecasts, targets: at(place, absolute_errors(forecasts, targets)))


class RMSE(MeanSquaredError):
    """Root mean squared error.

    :param horizon: how many steps ahead; null: the mean of the errors at all horizons
    :raises Unsuitable: if the data has no such horizon
    """

    def __init__(self, spec: DataSpec, horizon: PositiveInt | None = None) -> None:
        super().__init__(squared=False, num_outputs=len(horizons_of(spec, "rmse")))
        self.place = place_of(spec, horizon, "rmse")

    def compute(self) -> Tensor:
        return at(self.place, super().compute().reshape(-1))


def mae_by_row(evaluation: Evaluation, horizon: PositiveInt | None = None) -> Tensor:
    """The absolute error of each forecast at a horizon, or its mean over all of them."""
    return each_row(MAE(evaluation.spec, horizon).by_row, evaluation)


def absolute_errors(forecasts: Tensor, targets: Tensor) -> Tensor:
    """The error of each forecast at each horizon (n, horizons), in double precision."""
    return (forecasts.double() - targets.double()).abs()
