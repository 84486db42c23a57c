"""Errors and skills of forecasts against scikit-learn, and what the pictures of them show."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from bench import DATA_UNIT, DataSpec, Export, TensorSpec, Unsuitable
from bench_metrics.forecasting import METRICS
from bench_metrics.forecasting.errors import MAE, RMSE
from bench_metrics.forecasting.pictures import error_by_horizon, forecasts
from bench_metrics.forecasting.skill import skill_against_climatology, skill_against_persistence

HORIZONS = (1, 7, 30)
SPEC = DataSpec("forecasting", (5, 4), horizons=HORIZONS)
ERRORS = [(MAE, mean_absolute_error), (RMSE, root_mean_squared_error)]
SKILLS = [skill_against_persistence, skill_against_climatology]


def days(count, first, seed):
    """Windows of five days from a day of the year on, of the last one as of the others, and targets that go with it."""
    generator = torch.Generator().manual_seed(seed)
    turns = (torch.arange(count) + first)[:, None] / 365.25 + torch.arange(-4, 1) / 365.25
    angles = 2 * torch.pi * turns
    values = 10 * angles.sin() + torch.randn(count, 5, generator=generator)
    inputs = torch.stack([values, torch.zeros_like(values), angles.sin(), angles.cos()], 2)
    ahead = angles[:, -1:] + 2 * torch.pi * torch.tensor(HORIZONS) / 365.25
    return inputs, 10 * ahead.sin() + torch.randn(count, 3, generator=generator)


TRAINING, TEST = days(800, 0, seed=0), days(400, 20, seed=1)


@pytest.fixture(scope="module")
def forecast(evaluate):
    """Makes the evaluation of what answers to the test part with a function of its inputs."""

    def forecast(answer, targets=TEST[1], **more):
        part = Export("forward", answer, "forecasting", (TensorSpec("input", (5, 4)),))
        spec = {"task": "forecasting", "horizons": HORIZONS, "season": (2, 3), "unit": "°C", **more}
        return evaluate([part], "forward", TEST[0].clone(), targets, training=TRAINING, **spec)

    return forecast


def value(metric, answers, targets, pieces=1):
    for few, wanted in zip(answers.chunk(pieces), targets.chunk(pieces), strict=True):
        metric.update(few, wanted)
    return float(metric.compute())


@pytest.mark.parametrize(("metric", "reference"), ERRORS)
@given(seed=st.integers(0, 99), pieces=st.integers(1, 4))
def test_errors_at_a_horizon_are_scikit_learns(metric, reference, seed, pieces):
    answers, targets = torch.randn(2, 40, 3, generator=torch.Generator().manual_seed(seed))
    each = reference(targets, answers, multioutput="raw_values")
    for horizon, expected in zip(HORIZONS, each, strict=True):
        assert value(metric(SPEC, horizon), answers, targets, pieces) == pytest.approx(expected, rel=1e-5)
    assert value(metric(SPEC), answers, targets, pieces) == pytest.approx(each.mean(), rel=1e-5)


@pytest.mark.parametrize(("metric", "reference"), ERRORS)
def test_one_horizon_is_its_own_mean(metric, reference):
    answers, targets = torch.randn(2, 40, 1, generator=torch.Generator().manual_seed(0))
    spec = DataSpec("forecasting", (5, 4), horizons=(3,))
    expected = pytest.approx(reference(targets, answers), rel=1e-5)
    assert value(metric(spec, 3), answers, targets) == value(metric(spec), answers, targets) == expected


@pytest.mark.parametrize("metric", [MAE, RMSE])
def test_a_horizon_that_the_data_does_not_have_is_told_with_those_that_it_has(metric):
    with pytest.raises(Unsuitable, match=r"is asked for 3 ahead.*the horizons are 1, 7, 30"):
        metric(SPEC, 3)
    with pytest.raises(Unsuitable, match="needs to know the horizons"):
        metric(DataSpec("forecasting", (5, 4)))


def test_errors_are_in_the_unit_of_the_data_and_skills_in_none():
    assert {info.name: info.unit for info in METRICS if info.form != "picture"} == {
        "mae": DATA_UNIT,
        "rmse": DATA_UNIT,
        "skill-against-persistence": "",
        "skill-against-climatology": "",
    }


def last(inputs):
    return inputs[:, -1, :1].expand(-1, 3)


def waves(inputs):
    """1, sines and cosines of the last day's season, once and twice a year."""
    angles = torch.atan2(inputs[:, -1, 2], inputs[:, -1, 3]).numpy()
    return np.stack([np.sin(angles), np.cos(angles), np.sin(2 * angles), np.cos(2 * angles)], 1)


def usual(inputs):
    fitted = LinearRegression().fit(waves(TRAINING[0]), TRAINING[1])
    return torch.tensor(fitted.predict(waves(inputs)), dtype=torch.float32)


@pytest.mark.parametrize(("skill", "baseline"), [(skill_against_persistence, last), (skill_against_climatology, usual)])
def test_skill_is_how_much_smaller_the_error_is_than_the_baselines(forecast, skill, baseline):
    evaluation = forecast(lambda inputs: 0.5 * last(inputs) + 0.5 * usual(inputs))
    errors, others = (
        mean_absolute_error(TEST[1], answers, multioutput="raw_values")
        for answers in (evaluation.outputs, baseline(TEST[0]))
    )
    for place, horizon in enumerate(HORIZONS):
        assert skill(evaluation, horizon) == pytest.approx(1 - errors[place] / others[place], abs=2e-6)
    assert skill(evaluation) == pytest.approx(1 - errors.mean() / others.mean(), abs=2e-6)


@pytest.mark.parametrize("skill", SKILLS)
def test_a_perfect_forecast_has_all_skill_and_the_baseline_none(forecast, skill):
    baseline = last if skill is skill_against_persistence else usual
    assert skill(forecast(lambda inputs: TEST[1])) == 1
    assert skill(forecast(baseline)) == pytest.approx(0, abs=2e-6)
    assert skill(forecast(lambda inputs: 2 * baseline(inputs) - TEST[1])) == pytest.approx(-1, abs=2e-6)


def test_climatology_is_of_the_training_part_whatever_the_test_part_is(forecast):
    """Had it seen the test part, another level there would cost it nothing."""
    warmer = TEST[1] + 5
    expected = mean_absolute_error(warmer, usual(TEST[0]))
    evaluation = forecast(lambda inputs: warmer + 1, targets=warmer)
    assert skill_against_climatology(evaluation) == pytest.approx(1 - 1 / expected, abs=1e-5)


def test_without_a_season_there_is_no_climatology(forecast):
    evaluation = forecast(last, season=None)
    assert skill_against_persistence(evaluation) == 0
    with pytest.raises(Unsuitable, match="time of the year"):
        skill_against_climatology(evaluation)


def test_nothing_is_better_than_what_is_never_wrong(forecast):
    with pytest.raises(Unsuitable, match="never wrong"):
        skill_against_persistence(forecast(last, targets=last(TEST[0])))


@pytest.mark.parametrize("skill", SKILLS)
def test_skill_at_a_horizon_that_the_data_does_not_have_is_left_out(forecast, skill):
    with pytest.raises(Unsuitable, match="is asked for 3 ahead"):
        skill(forecast(last), 3)


def test_the_picture_of_forecasts_shows_a_year_of_them_at_every_horizon(forecast):
    evaluation = forecast(last)
    panels = forecasts(evaluation).axes
    assert [axes.get_title(loc="left") for axes in panels] == ["1 step ahead", "7 steps ahead", "30 steps ahead"]
    for place, axes in enumerate(panels):
        observed, forecast_line = (line.get_ydata() for line in axes.get_lines())
        np.testing.assert_array_equal(observed, TEST[1][:365, place])
        np.testing.assert_array_equal(forecast_line, evaluation.outputs[:365, place])
        assert axes.get_ylabel() == "°C"


def test_the_months_of_what_is_forecast_are_named(forecast):
    """The test part begins on the 21st of January: the 1st of February is forecast 10 days later."""
    panels = forecasts(forecast(last)).axes
    ticks = [list(zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)) for axes in panels]
    assert [[label.get_text() for _, label in few] for few in ticks] == [[*"FMAMJJASONDJ"]] * 2 + [[*"MAMJJASONDJF"]]
    assert [few[0][0] for few in ticks] == [10, 4, 9]
    counted = forecasts(forecast(last, season=None)).axes[0]
    assert counted.get_xticks()[0] == 0


def test_of_many_horizons_some_are_shown_from_the_first_to_the_last(forecast):
    many = tuple(range(1, 25))
    evaluation = forecast(lambda inputs: inputs[:, -1, :1].expand(-1, 24), TEST[1][:, :1].expand(-1, 24), horizons=many)
    titles = [axes.get_title(loc="left") for axes in forecasts(evaluation, count=10).axes]
    assert titles == ["1 step ahead", "9 steps ahead", "16 steps ahead", "24 steps ahead"]


@pytest.mark.parametrize(("season", "names"), [((2, 3), 3), (None, 2)])
def test_the_picture_of_errors_shows_them_beside_the_baselines(forecast, season, names):
    evaluation = forecast(lambda inputs: 0.5 * last(inputs), season=season)
    (axes,) = error_by_horizon(evaluation).axes
    lines = {line.get_label(): line.get_ydata() for line in axes.get_lines()}
    assert [*lines] == ["forecast", "persistence", "climatology"][:names]
    for name, answers in (
        ("forecast", evaluation.outputs),
        ("persistence", last(TEST[0])),
        ("climatology", usual(TEST[0])),
    ):
        if name in lines:
            expected = mean_absolute_error(TEST[1], answers, multioutput="raw_values")
            np.testing.assert_allclose(lines[name], expected, rtol=1e-5)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "7", "30"]
    assert axes.get_ylabel() == "mean absolute error [°C]"
