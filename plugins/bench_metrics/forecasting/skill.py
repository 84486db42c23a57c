"""Whether forecasts are worth the effort: how much smaller their error is than that of a forecast that takes none.

The baselines are the models of the same name, made anew from the inputs and the training part, so that a figure does
not depend on which other cases a suite has.
"""

from pydantic import PositiveInt
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.forecasting.errors import absolute_errors
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
    return _mean(persistence_skill_by_row(evaluation, horizon))


def skill_against_climatology(evaluation: Evaluation, horizon: PositiveInt | None = None) -> float:
    """1 - MAE / MAE of climatology, which forecasts what was usual in the training part at that time of the year.

    :param horizon: how many steps ahead; null: of the mean errors over all horizons
    :raises Unsuitable: if the data has no such horizon or no season, or climatology is never wrong
    """
    return _mean(climatology_skill_by_row(evaluation, horizon))


def persistence_skill_by_row(evaluation: Evaluation, horizon: PositiveInt | None = None) -> Tensor:
    """1 - the absolute error of each forecast / MAE of persistence, (n,)."""
    return _skills(evaluation, persistence(evaluation), horizon, "skill-against-persistence")


def climatology_skill_by_row(evaluation: Evaluation, horizon: PositiveInt | None = None) -> Tensor:
    """1 - the absolute error of each forecast / MAE of climatology, (n,)."""
    return _skills(evaluation, climatology(evaluation), horizon, "skill-against-climatology")


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


def _skills(evaluation: Evaluation, baseline: Tensor, horizon: int | None, metric: str) -> Tensor:
    """1 - the absolute error of each forecast / the baseline's mean absolute error, (n,)."""
    place = place_of(evaluation.spec, horizon, metric)
    errors, usual = (
        at(place, absolute_errors(forecasts, evaluation.targets)) for forecasts in (evaluation.outputs, baseline)
    )
    if not usual.any():
        raise Unsuitable(f"{metric} has nothing to be better than", "the baseline is never wrong")
    return 1 - errors / usual.mean()


def _mean(skills: Tensor) -> float:
    return round(float(skills.mean()), DIGITS)
