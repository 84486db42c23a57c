"""Data for estimators, and ONNX Runtime to execute their graphs."""

import onnxruntime as ort
import pytest
import torch
from sklearn.datasets import load_digits

from bench import DataSpec
from bench_datasets.digits import Digits
from bench_datasets.tensors import Part, Parts, TensorDataModule


class Given(TensorDataModule):
    """Inputs that are training, validation and test part at once."""

    def __init__(self, inputs, targets=None, classes=None):
        super().__init__(DataSpec("classification", tuple(inputs.shape[1:]), classes=classes))
        self.part = Part(inputs, torch.zeros(len(inputs), dtype=torch.int64) if targets is None else targets)
        self.setup()

    def load(self):
        return Parts(self.part, self.part, self.part)


@pytest.fixture(scope="session")
def given():
    return Given


@pytest.fixture(scope="session")
def digits():
    data = Digits()
    data.setup()
    return data


@pytest.fixture(scope="session")
def all_digits():
    found = load_digits()
    return Given(torch.tensor(found.images, dtype=torch.float32).unsqueeze(1) / 16, torch.tensor(found.target), 10)


@pytest.fixture(scope="session")
def executed():
    """What ONNX Runtime answers with an export's graph."""

    def execute(export, inputs):
        session = ort.InferenceSession(export.graph().SerializeToString(), providers=["CPUExecutionProvider"])
        (answer,) = session.run(list(export.outputs), {export.inputs[0].name: inputs.numpy()})
        return torch.from_numpy(answer)

    return execute
