"""Parameters that make no sense are refused before anything runs."""

import pytest

from bench.signature import ParameterError, checked
from bench_datasets.digits import Digits
from bench_datasets.mnist import MNIST
from bench_models.classifiers.convnet import ConvNet
from bench_models.classifiers.lenet5 import LeNet5
from bench_models.classifiers.mlp import MLP

RATES = [(name, value) for name in ("lr", "weight_decay") for value in (-1, "nan", float("inf"), float("nan"), True)]
REFUSED = [
    *((model, name, value) for model in (MLP, ConvNet, LeNet5) for name, value in [*RATES, ("lr", 0)]),
    *((MLP, "hidden", value) for value in ([0], [-3], ["300"], [True])),
    *((MLP, name, value) for name in ("dropout", "input_dropout") for value in (-0.1, 1, "0.5")),
    *((ConvNet, name, value) for name in ("filters", "kernel") for value in (0, -1, 2.5, "5")),
    (LeNet5, "padding", -1),
    *((Digits, "size", value) for value in (0, -8, "8")),
    *((MNIST, "validation", value) for value in (-5, 60_000)),
]


@pytest.mark.parametrize(("target", "name", "value"), REFUSED)
def test_a_senseless_value_is_refused(target, name, value):
    with pytest.raises(ParameterError, match=f"^{name}: "):
        checked(target, {name: value}, given=("data",))


@pytest.mark.parametrize(
    ("target", "values"),
    [
        (MLP, {"hidden": [30, 20], "dropout": 0, "lr": 1, "weight_decay": 0}),
        (ConvNet, {"filters": 1, "kernel": 1}),
        (LeNet5, {"padding": 0, "variant": "1998"}),
        (Digits, {"size": 1, "augment": ["affine"]}),
        (MNIST, {"validation": 0}),
    ],
)
def test_what_is_within_the_bounds_is_taken(target, values):
    found = checked(target, values, given=("data",))
    assert {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()} == values
