"""Ridge regression."""

from sklearn import linear_model
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench import DataSpec, Export
from bench_models.classical.fitted import Fitted
from bench_models.classical.parts import forecasts
from bench_models.parameters import Decay
from bench_models.shapes import series_shape


class Ridge(Fitted):
    """Inputs (n, steps, features) -> forecasts b + W x (n, horizons), with x the inputs standardised and flattened.

    W and b minimise the squared error on the training part plus alpha times the sum of the squares of W.

    :param data: the dataset's specification
    :param alpha: the weight of the penalty; 0 leaves plain least squares
    :raises Unsuitable: if the data is nothing to forecast
    """

    def __init__(self, data: DataSpec, alpha: Decay = 1.0) -> None:
        series_shape(data, "ridge")
        super().__init__(data, make_pipeline(StandardScaler(), linear_model.Ridge(alpha)))
        self.horizons = len(data.horizons)

    def exports(self) -> list[Export]:
        return [forecasts(self, self.horizons)]
