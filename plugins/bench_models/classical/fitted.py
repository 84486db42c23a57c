"""What models share that scikit-learn fits: their data, their checkpoint, and the reference for their graphs."""

import pickle
from collections.abc import Callable
from math import prod
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field
from pytorch_lightning import LightningDataModule, LightningModule
from torch import Tensor, nn

from bench import DataSpec, TensorSpec, Unsuitable
from bench_models.training import training_part

ENGINE = "scikit-learn"

# What numpy, and with it scikit-learn, can be seeded with.
Seed = Annotated[int, Field(ge=0, lt=2**32)]

Rows = np.ndarray[Any, np.dtype[np.float32]]


class Fitted(LightningModule):
    """An estimator of scikit-learn as a model: fitted on the training part as it is, without augmentation.

    A checkpoint holds the pickled estimator, which only the same scikit-learn reads; as with any pickle, reading one
    from a stranger runs the stranger's code.

    :param data: the dataset's specification
    :param estimator: it works on rows of features; where it takes a `random_state` and has none, it gets torch's seed,
        which is the case's
    :raises Unsuitable: if the inputs are not in single precision
    """

    def __init__(self, data: DataSpec, estimator: Any) -> None:
        super().__init__()
        if data.input_dtype != "float32":
            raise Unsuitable("scikit-learn's graphs take float32", f"the inputs are {data.input_dtype}")
        self.input_shape = data.input_shape
        self.inputs = (TensorSpec("input", data.input_shape),)
        self.features = prod(data.input_shape)
        self.estimator = estimator

    def fit(self, data: LightningDataModule) -> None:
        """Fit the estimator; the targets are for those that are supervised."""
        inputs, targets = training_part(data)
        seed(self.estimator, torch.initial_seed() % 2**32)
        self.estimator.fit(self.rows(inputs.numpy()), targets.numpy())

    def rows(self, inputs: Rows) -> Rows:
        """Inputs (n, *input_shape) as the rows (n, features) that scikit-learn takes."""
        return inputs.reshape(-1, self.features)

    def transform(self, inputs: Rows) -> Rows:
        """What the estimator makes of inputs (n, *input_shape)."""
        return self.estimator.transform(self.rows(inputs))

    def get_extra_state(self) -> Tensor:
        """The estimator as bytes, so that it is part of the `state_dict` and passes `torch.load(weights_only=True)`."""
        return torch.frombuffer(bytearray(pickle.dumps(self.estimator)), dtype=torch.uint8)

    def set_extra_state(self, state: Tensor) -> None:
        self.estimator = pickle.loads(state.numpy().tobytes())  # noqa: S301 (a checkpoint that bench wrote)


class Computed(nn.Module):
    """A function of numpy arrays as a module of torch tensors, in float32 and on the CPU: the reference of a graph.

    :param function: inputs (n, ...) -> outputs (n, ...)
    """

    def __init__(self, function: Callable[[Rows], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, inputs: Tensor) -> Tensor:
        answer = np.asarray(self.function(inputs.cpu().numpy()), dtype=np.float32)
        return torch.from_numpy(answer).to(inputs.device)


def seed(estimator: Any, number: int) -> None:
    """Give an estimator its `random_state`, if it takes one and has none."""
    if estimator.get_params().get("random_state", number) is None:
        estimator.set_params(random_state=number)
