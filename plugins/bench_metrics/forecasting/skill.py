"""Whether forecasts are worth the effort: how much smaller their error is than that of a forecast that takes none.

The baselines are the models of the same name, made anew from the inputs and the training part, so that a figure does
not depend on which other cases a suite has.
"""

from pydantic import PositiveInt
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.forecasting.horizons import at, place_of
from bench_metrics.memory import once_per_test_part
from bench_models.forecasting.climatology import Climatology
from bench_models.forecasting.persistence import Persistence

# What is beyond is rounding of forecasts in single precision: a baseline is as good as itself.
DIGITS = 6


def skill_against_persistence(evaluation: Evaluation, horizon: PositiveInt | None = None) -> float:
    """1 - MAE / MAE of persistence, which forecasts the last value of the inputs.

    :param horizon: how many steps ahead; null: of the mean errors over all horizons
    :raises Unsuitable: if the data has no such horizon, or persistence is never wrong
    """
    return _skill(evaluation, persistence(evaluation), horizon, "skill-against-persistence")


def skill_against_climatology(evaluation: Evaluation, horizon: PositiveInt | None = None) -> float:
    """1 - MAE / MAE of climatology, which forecasts what was usual in the training part at that time of the year.

    :param horizon: how many steps ahead; null: of the mean errors over all horizons
    :raises Unsuitable: if the data has no such horizon or no season, or climatology is never wrong
    """
    return _skill(evaluation, climatology(evaluation), horizon, "skill-against-climatology")


def persistence(evaluation: Evaluation) -> Tensor:
    """The last value, for every horizon (n, horizons)."""
    return Persistence(evaluation.spec)(evaluation.inputs)


@once_per_test_part
def climatology(evaluation: Evaluation) -> Tensor:
    """The usual value of the training part, for every horizon (n, horizons).

    :raises Unsuitable: if the data has no season, or the training part not all of it
    """
    model = Climatology(evaluation.spec)
    model.learn(*evaluation.case.training)
    return model(evaluation.inputs)


def mean_absolute_errors(forecasts: Tensor, targets: Tensor) -> Tensor:
    """The error at each horizon (horizons,) of forecasts (n, horizons), in double precision."""
    return (forecasts.double() - targets.double()).abs().mean(0)


def _skill(evaluation: Evaluation, baseline: Tensor, horizon: int | None, metric: str) -> float:
    place = place_of(evaluation.spec, horizon, metric)
    error, usual = (
        float(at(place, mean_absolute_errors(forecasts, evaluation.targets)))
        for forecasts in (evaluation.outputs, baseline)
    )
    if usual == 0:
        raise Unsuitable(f"{metric} has nothing to be better than", "the baseline is never wrong")
    return round(1 - error / usual, DIGITS)
