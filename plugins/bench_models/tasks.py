"""What a net is for: what its last numbers stand for, and what they are trained on, by the task of its data.

A net of several tasks is written once. It sees `task.prepared(inputs)`, ends in `task.outputs` numbers, and answers
with `task.answer(numbers)`. A net of sequences makes its steps vectors by `task.embedding(width)`, and of its states
those that matter are `task.read(states)`.
"""

from abc import abstractmethod

import torch
from pytorch_lightning import LightningDataModule
from torch import Tensor, nn
from torch.nn import functional as F

from bench import DataSpec, Export, TensorSpec, Unsuitable
from bench_models.shapes import series_shape
from bench_models.training import training_part

# What deviates by less than this share of its mean is constant, but for rounding; it is not scaled.
CONSTANT = 1e-6


class Task(nn.Module):
    """A subclass sets `outputs`, how many numbers a net ends in, and defines its loss.

    It is a module because it may have learned something of the data, which then is part of the model.
    """

    outputs: int

    def learn(self, data: LightningDataModule) -> None:
        """Learn from the training part what has to be known before the net can be trained: nothing, unless it says."""

    def prepared(self, inputs: Tensor) -> Tensor:
        """What the net sees of inputs (batch, *input_shape)."""
        return inputs

    def answer(self, numbers: Tensor) -> Tensor:
        """The answer, of the last numbers (batch, outputs) of a net."""
        return numbers

    @abstractmethod
    def loss(self, answers: Tensor, targets: Tensor) -> Tensor:
        """What is minimised, averaged over the batch."""

    def curves(self, answers: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """What is logged of validation data."""
        return {"validation-loss": self.loss(answers, targets)}


class Classification(Task):
    """Class scores (batch, classes) under the cross-entropy of their softmax.

    :param data: the dataset's specification
    :raises Unsuitable: if the data has no classes, or keeps some from training
    """

    def __init__(self, data: DataSpec) -> None:
        super().__init__()
        if not data.classes:
            raise Unsuitable("a classifier needs data with classes", f"this has the task {data.task}")
        if data.unseen:
            raise Unsuitable("a classifier has to see every class", f"leave out the data's `unseen: {[*data.unseen]}`")
        self.outputs = data.classes

    def loss(self, answers: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(answers, targets)

    def curves(self, answers: Tensor, targets: Tensor) -> dict[str, Tensor]:
        error = 100 * (answers.argmax(1) != targets).float().mean()
        return {**super().curves(answers, targets), "validation-error": error}


class SequenceTask(Task):
    """A task of sequences (batch, length, ...), whose graphs take them at any length.

    A subclass says what its artifacts are for, and what their input and their output are called.
    """

    artifact: str
    takes: str
    gives: str

    @abstractmethod
    def embedding(self, width: int) -> nn.Linear | nn.Embedding:
        """Makes each step of prepared inputs a vector: (batch, length, width)."""

    @abstractmethod
    def read(self, states: Tensor) -> Tensor:
        """The states of which a net's last numbers are made, of those of all steps (batch, length, width)."""

    def export(self, net: nn.Module, data: DataSpec, longest: int | None = None) -> Export:
        """The artifact that a net is as a whole.

        :param longest: how long its sequences may be; None: as long as one likes
        """
        sequence = TensorSpec(self.takes, data.input_shape, data.input_dtype, sequence=0, longest=longest)
        return Export("forward", net, self.artifact, (sequence,), (self.gives,))


class NextToken(SequenceTask):
    """Logits (batch, length, vocabulary) of the token that comes next at each place, under their cross-entropy in nats.

    A place sees itself and what came before.

    :param data: the dataset's specification
    :raises Unsuitable: if the data has no vocabulary
    """

    artifact, takes, gives = "language-modelling", "tokens", "logits"

    def __init__(self, data: DataSpec) -> None:
        super().__init__()
        if not data.vocabulary:
            raise Unsuitable("a language model needs data with a vocabulary", f"this has the task {data.task}")
        self.outputs = len(data.vocabulary)

    def embedding(self, width: int) -> nn.Embedding:
        return nn.Embedding(self.outputs, width)

    def read(self, states: Tensor) -> Tensor:
        return states

    def loss(self, answers: Tensor, targets: Tensor) -> Tensor:
        """The mean over all places of rows (batch, length)."""
        return F.cross_entropy(answers.flatten(0, 1), targets.flatten())


class Forecasting(SequenceTask):
    """Forecasts (batch, horizons) in the unit of the data, under their mean absolute error.

    A net sees every feature less its mean and divided by its standard deviation, and its numbers are taken for
    forecasts of the first feature in that form. Mean and deviation are those of the training part; they are part of the
    graph, which takes and gives the data's own numbers. A net of sequences forecasts from the last step.

    :param data: the dataset's specification
    :raises Unsuitable: if the data is nothing to forecast
    """

    artifact, takes, gives = "forecasting", "series", "forecasts"

    mean: Tensor
    deviation: Tensor

    def __init__(self, data: DataSpec) -> None:
        super().__init__()
        _, features = series_shape(data, "a forecast")
        self.outputs = len(data.horizons)
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))

    def learn(self, data: LightningDataModule) -> None:
        inputs, _ = training_part(data)
        rows = inputs.flatten(0, 1).double()
        mean, deviation = rows.mean(0), rows.std(0, correction=0)
        self.mean.copy_(mean)
        self.deviation.copy_(deviation.where(deviation > CONSTANT * mean.abs(), 1))

    def prepared(self, inputs: Tensor) -> Tensor:
        return (inputs - self.mean) / self.deviation

    def embedding(self, width: int) -> nn.Linear:
        return nn.Linear(len(self.mean), width)

    def read(self, states: Tensor) -> Tensor:
        return states[:, -1]

    def answer(self, numbers: Tensor) -> Tensor:
        return self.mean[0] + self.deviation[0] * numbers

    def loss(self, answers: Tensor, targets: Tensor) -> Tensor:
        """In standard deviations, so that a recipe suits data of any unit."""
        return F.l1_loss(answers, targets) / self.deviation[0]

    def curves(self, answers: Tensor, targets: Tensor) -> dict[str, Tensor]:
        return {**super().curves(answers, targets), "validation-error": F.l1_loss(answers, targets)}


# The tasks of datasets that say what is to be done with them.
TASKS: dict[str, type[Classification] | type[Forecasting]] = {"forecasting": Forecasting}


def task_for(data: DataSpec) -> Task:
    """What a net is to do with a dataset: its task if that is known here; else to tell its classes apart.

    :raises Unsuitable: if the data does not suit it
    """
    return TASKS.get(data.task, Classification)(data)


def sequence_task_for(data: DataSpec) -> SequenceTask:
    """What a net of sequences is to do with a dataset: to tell the next token of a text, or to forecast a series.

    :raises Unsuitable: if the data is neither
    """
    if data.vocabulary:
        return NextToken(data)
    if data.horizons:
        return Forecasting(data)
    raise Unsuitable("a net of sequences needs data with a vocabulary or horizons", f"this has the task {data.task}")
