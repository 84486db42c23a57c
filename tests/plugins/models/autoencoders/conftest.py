"""Data that autoencoders are tried on, and short trainings."""

import pytest

from bench import DataSpec
from bench.stages.train import Observer, fit
from bench_datasets.digits import Digits


@pytest.fixture(scope="session")
def mnist():
    """MNIST's specification; its files are not needed."""
    return DataSpec("classification", (1, 28, 28), classes=10, value_range=(0.0, 1.0))


@pytest.fixture(scope="session")
def digits():
    data = Digits()
    data.setup()
    return data


@pytest.fixture
def train(digits):
    """Train a model on the digits, as bench does: `train(model, epochs) -> learning curves`."""

    def run(model, epochs, **settings):
        observer = Observer(lambda share: None)
        fit(model, digits, {"max_epochs": epochs, "batch_size": 64, "accelerator": "cpu", **settings}, observer)
        return observer.curves

    return run
