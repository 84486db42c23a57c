"""Data that adversarial models are tried on, and short trainings."""

import pytest
import torch

from bench import DataSpec
from bench.stages.train import Observer, fit
from bench_datasets.tensors import Part, Parts, TensorDataModule


class Cloud(TensorDataModule):
    """Points around (1, -1), normal with deviation 0.3."""

    def __init__(self, rows=640):
        super().__init__(DataSpec("generation", (2,)))
        self.rows = rows

    def load(self):
        generator = torch.Generator().manual_seed(0)
        points = 0.3 * torch.randn(3, self.rows, 2, generator=generator) + torch.tensor([1.0, -1.0])
        return Parts(*(Part(some, torch.zeros(len(some))) for some in points))


@pytest.fixture
def cloud():
    data = Cloud()
    data.setup()
    return data


@pytest.fixture
def train(cloud):
    """Train a model as bench does: `train(model, data=the cloud, **settings) -> trainer, learning curves`."""

    def run(model, data=cloud, **settings):
        torch.manual_seed(0)
        observer = Observer(lambda share: None)
        return fit(model, data, {"batch_size": 64, "accelerator": "cpu", **settings}, observer), observer.curves

    return run
