"""A metric's value, from what an artifact answered."""

import math
from types import SimpleNamespace

import pytest
import torch

from bench.errors import BenchError
from bench.records import DataSpec, Evaluation, MetricInfo
from bench.stages import evaluate


def scored(monkeypatch, value: float) -> float:
    """The value of a metric that is a plain function."""
    module = SimpleNamespace(metric=lambda evaluation: value)
    monkeypatch.setitem(__import__("sys").modules, "a_metric_of_a_test", module)
    info = MetricInfo("figure", "a_metric_of_a_test:metric", "classification", form="function")
    inputs = torch.zeros(2, 1)
    return evaluate.score(info, Evaluation(DataSpec("classification", (1,)), "forward", inputs, inputs, inputs, seed=0))


def test_a_function_gives_the_figure(monkeypatch):
    assert scored(monkeypatch, 0.25) == 0.25


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_finite_number_is_an_error_and_no_figure(monkeypatch, value):
    with pytest.raises(BenchError, match=f"figure of forward is {value}"):
        scored(monkeypatch, value)
