"""Forecasts: the baselines against closed forms, and how a net learns to make some."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from bench import DataSpec, Unsuitable
from bench.stages.train import Observer, fit
from bench_datasets.tensors import Part, Parts, TensorDataModule
from bench_models.classical.any_estimator import AnyEstimator
from bench_models.classical.ridge import Ridge
from bench_models.classifiers.mlp import MLP
from bench_models.forecasting.climatology import Climatology
from bench_models.forecasting.persistence import Persistence
from bench_models.tasks import Classification, Forecasting, task_for

YEAR = 365
HORIZONS = (1, 40)
SPEC = DataSpec("forecasting", (1, 3), horizons=HORIZONS, features=("x", "sine", "cosine"), season=(1, 2))


def years(values):
    """Inputs and targets of days that are seen one by one: years of 365 days that end together with their targets."""
    days = torch.arange(len(values) - HORIZONS[-1])
    angles = 2 * torch.pi * days / YEAR
    inputs = torch.stack([torch.tensor(values)[days], angles.sin(), angles.cos()], 1).unsqueeze(1)
    return inputs.float(), torch.tensor(values)[days[:, None] + torch.tensor(HORIZONS)].float()


class Given(TensorDataModule):
    """Inputs and targets as training, validation and test part at once."""

    def __init__(self, spec, inputs, targets):
        super().__init__(spec)
        self.part = Part(inputs, targets)

    def load(self):
        return Parts(self.part, self.part, self.part)


def test_persistence_is_the_last_value_at_every_horizon(series):
    inputs = series.parts.test.inputs
    forecasts = Persistence(series.spec)(inputs)
    assert forecasts.shape == (len(inputs), 3)
    assert all(torch.equal(forecasts[:, horizon], inputs[:, 4, 0]) for horizon in range(3))


@given(st.integers(1, 5), st.integers(0, 99))
def test_climatology_is_the_least_squares_fit_of_its_waves(harmonics, seed):
    inputs, targets = years(np.random.default_rng(seed).normal(size=3 * YEAR))
    model = Climatology(SPEC, harmonics)
    model.learn(inputs, targets)
    angles = np.arange(len(inputs))[:, None] * 2 * np.pi / YEAR * np.arange(1, harmonics + 1)
    waves = np.hstack([np.sin(angles), np.cos(angles)])
    expected = LinearRegression().fit(waves, targets).predict(waves)
    np.testing.assert_allclose(model(inputs), expected, atol=2e-5)


@pytest.mark.parametrize("harmonics", [2, 182])
def test_of_whole_years_climatology_is_the_day_of_year_mean_without_its_higher_frequencies(harmonics):
    values = np.random.default_rng(0).normal(size=4 * YEAR)
    angles = 2 * torch.pi * torch.arange(4 * YEAR, dtype=torch.float64) / YEAR
    inputs = torch.stack([torch.zeros(4 * YEAR), angles.sin(), angles.cos()], 1).unsqueeze(1)
    ahead = np.stack([np.roll(values, -horizon) for horizon in HORIZONS], 1)
    model = Climatology(SPEC, harmonics).double()
    model.learn(inputs, torch.tensor(ahead))
    spectrum = np.fft.rfft(values.reshape(4, YEAR).mean(0))
    spectrum[harmonics + 1 :] = 0
    usual = np.fft.irfft(spectrum, YEAR)
    expected = np.stack([np.roll(usual, -horizon) for horizon in HORIZONS], 1)
    np.testing.assert_allclose(model(inputs[:YEAR]), expected, atol=1e-9)


def test_climatology_finds_the_season_of_a_file_at_every_horizon(series):
    """Of two years, with one of memory's noise: the wave that the series was made of, within its sampling error."""
    model = Climatology(series.spec, harmonics=1)
    model.fit(series)
    inputs = series.parts.test.inputs
    sine, cosine = inputs[:, -1, 2].double(), inputs[:, -1, 3].double()
    ahead = torch.atan2(sine, cosine)[:, None] + 2 * torch.pi / YEAR * torch.tensor(series.spec.horizons)
    assert (model(inputs) - (12 - 10 * ahead.cos())).abs().max() < 2.5


def test_climatology_needs_days_all_around_the_year():
    inputs, targets = years(np.random.default_rng(0).normal(size=300))
    with pytest.raises(Unsuitable, match=r"all around the year.*29% of the year has no training day"):
        Climatology(SPEC).learn(inputs, targets)


def test_climatology_needs_a_season():
    with pytest.raises(Unsuitable, match="time of the year"):
        Climatology(DataSpec("forecasting", (5, 1), horizons=(1,)))


@pytest.mark.parametrize("model", [Persistence, Climatology, MLP, Ridge])
@pytest.mark.parametrize("spec", [DataSpec("forecasting", (1, 8, 8), horizons=(1,)), DataSpec("forecasting", (5, 3))])
def test_what_is_no_series_cannot_be_forecast(model, spec):
    with pytest.raises(Unsuitable, match=r"needs series .*and horizons"):
        model(spec)


def test_ridge_solves_its_normal_equations(series):
    model = Ridge(series.spec, alpha=7.0)
    model.fit(series)
    (inputs, targets), test = series.parts.train, series.parts.test.inputs
    scaler = StandardScaler().fit(inputs.flatten(1).double())
    x, y = scaler.transform(inputs.flatten(1)), targets.double().numpy()
    weights = np.linalg.solve(x.T @ x + 7 * np.eye(x.shape[1]), x.T @ (y - y.mean(0)))
    expected = y.mean(0) + scaler.transform(test.flatten(1)) @ weights
    (export,) = model.exports()
    assert export.task == "forecasting"
    np.testing.assert_allclose(export.module(test), expected, atol=1e-3)


def test_any_regressor_forecasts(series):
    model = AnyEstimator(series.spec, "sklearn.linear_model.LinearRegression")
    model.fit(series)
    (inputs, targets), test = series.parts.train, series.parts.test.inputs
    expected = LinearRegression().fit(inputs.flatten(1), targets).predict(test.flatten(1))
    (export,) = model.exports()
    assert export.task == "forecasting"
    np.testing.assert_allclose(export.module(test), expected, atol=1e-4)


def test_the_task_of_the_data_makes_what_a_net_is_for(series):
    assert isinstance(task_for(series.spec), Forecasting)
    assert isinstance(task_for(DataSpec("generation", (2,), classes=8)), Classification)


def test_a_net_sees_standard_numbers_and_answers_in_those_of_the_data(series):
    task = Forecasting(series.spec)
    task.learn(series)
    seen = task.prepared(series.parts.train.inputs).flatten(0, 1)
    expected = StandardScaler().fit_transform(series.parts.train.inputs.flatten(0, 1).double())
    np.testing.assert_allclose(seen, expected, atol=1e-5)
    torch.testing.assert_close(task.answer(seen[:, :1]), series.parts.train.inputs.flatten(0, 1)[:, :1])


def test_the_loss_is_the_mean_absolute_error_in_standard_deviations(series):
    task = Forecasting(series.spec)
    task.learn(series)
    inputs, targets = series.parts.test
    persistence = inputs[:, -1, :1].expand_as(targets)
    error = np.abs(persistence.numpy() - targets.numpy()).mean()
    curves = task.curves(persistence, targets)
    assert float(curves["validation-error"]) == pytest.approx(error, rel=1e-5)
    deviation = series.parts.train.inputs[..., 0].std(correction=0)
    assert float(curves["validation-loss"]) == float(task.loss(persistence, targets))
    assert float(curves["validation-loss"]) == pytest.approx(error / float(deviation), rel=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_what_a_net_knows_of_the_scale_does_not_depend_on_later_parts(series, shift, factor):
    other = Given(series.spec, *series.parts.train)
    train, *later = series.parts
    other.parts = Parts(train, *(Part(*(shift + factor * tensor for tensor in part)) for part in later))
    tasks = [Forecasting(series.spec) for _ in range(2)]
    for task, data in zip(tasks, (series, other), strict=True):
        task.learn(data)
    assert torch.equal(tasks[0].mean, tasks[1].mean)
    assert torch.equal(tasks[0].deviation, tasks[1].deviation)


def trained(data, **params):
    """An MLP after a few epochs."""
    torch.manual_seed(0)
    model = MLP(data.spec, hidden=(16,), lr=0.02, **params)
    fit(model, data, {"max_epochs": 4, "batch_size": 64, "accelerator": "cpu"}, Observer(lambda share: None))
    return model.eval()


def in_other_units(part):
    """Degrees Fahrenheit of degrees Celsius."""
    inputs, targets = part.inputs.clone(), part.targets
    inputs[..., 0] = 32 + 1.8 * inputs[..., 0]
    return Part(inputs, 32 + 1.8 * targets)


def test_a_net_learns_the_same_whatever_the_unit(series):
    warm = Given(series.spec, *in_other_units(series.parts.train))
    warm.parts = Parts(*map(in_other_units, series.parts))
    inputs = series.parts.test.inputs
    with torch.no_grad():
        celsius, fahrenheit = trained(series)(inputs), trained(warm)(warm.parts.test.inputs)
    torch.testing.assert_close(fahrenheit, 32 + 1.8 * celsius, atol=0.02, rtol=0)
    usual = series.parts.train.targets.mean()
    targets = series.parts.test.targets
    assert (celsius - targets).abs().mean() < 0.5 * (usual - targets).abs().mean()


@pytest.mark.parametrize("value", [0.0, 0.1, 3e4])
def test_a_feature_that_never_changes_does_no_harm(series, value):
    inputs = series.parts.train.inputs.clone()
    inputs[..., 1] = value
    model = trained(Given(series.spec, inputs, series.parts.train.targets))
    assert torch.equal(model.task.deviation[1], torch.tensor(1.0))
    assert model(inputs).isfinite().all()
