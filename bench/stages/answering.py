"""A trained model's artifacts, what they are fed with, and what they answer: by torch itself or by a runtime."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
import torch
from pytorch_lightning import LightningDataModule, LightningModule
from torch import Tensor

from bench.errors import BenchError, Unsuitable, suggestion
from bench.lengths import check_sequences
from bench.records import DataSpec, Evaluation, Export, TensorSpec
from bench.stages.blame import message_of

# Rows that an artifact is called with at once.
BATCH = 1024

Call = Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]
Load = Callable[[int], tuple[LightningModule, Iterable[Export]]]


@dataclass(frozen=True)
class Rows:
    """Inputs (n, ...) of a dataset with their targets, and by artifact what it is fed with for them."""

    inputs: Tensor
    targets: Tensor
    fed: dict[str, tuple[Tensor, ...]]


@dataclass(frozen=True)
class Wanted:
    """Rows that artifacts are to be fed with.

    :param purpose: of which part of the data they are: it keeps draws of noise apart
    :param inputs: of the dataset, (n, ...)
    :param count: how many rows
    :param length: of their sequences; None: the usual one
    """

    purpose: str
    inputs: Tensor
    count: int
    length: int | None = None

    def of(self, rows: Tensor, spec: TensorSpec) -> Tensor:
        """Rows of what an input is fed from, as they are wanted; where there are too few, they begin again."""
        if self.length is None:
            return rows
        if spec.sequence is not None and rows.shape[1 + spec.sequence] != self.length:
            rows = cut_anew(rows, spec.sequence, self.length, self.count)
        return rows[torch.arange(self.count) % len(rows)]


class Source:
    """The rows of a dataset, each part read when it is asked for, once for all models that are fed with it."""

    def __init__(self, data: LightningDataModule) -> None:
        self.data = data

    @cached_property
    def test(self) -> tuple[Tensor, Tensor]:
        """Inputs and targets of the test part."""
        self.data.setup("test")
        return _joined(self.data.test_dataloader())

    @cached_property
    def training(self) -> tuple[Tensor, Tensor]:
        """Those of the training part, in its own order and not augmented if the dataset has `parts`."""
        self.data.setup("fit")
        parts = getattr(self.data, "parts", None)
        inputs, targets = parts[0] if parts else _joined(self.data.train_dataloader())
        return inputs.cpu(), targets.cpu()


class Subject:
    """A model with its artifacts, and what they are fed with.

    :param features: turns inputs (n, ...) into features (n, d); None where nothing does
    :param snapshots: after how many epochs of its training the model was kept as it was
    :param load: gives what the model was after so many epochs, with its artifacts
    """

    def __init__(
        self,
        model: LightningModule,
        exports: Iterable[Export],
        source: Source,
        seed: int,
        features: Callable[[Tensor], Tensor] | None = None,
        snapshots: Sequence[int] = (),
        load: Load | None = None,
    ) -> None:
        self.model = model
        self.exports = {part.name: part for part in exports}
        self.source = source
        self.seed = seed
        self.features = features
        self.snapshots = tuple(snapshots)
        self._load = load

    @property
    def spec(self) -> DataSpec:
        """The dataset's."""
        return self.source.data.spec

    @cached_property
    def test(self) -> Rows:
        """The test part."""
        return self._rows("test", *self.source.test)

    @cached_property
    def training(self) -> Rows:
        """The training part."""
        return self._rows("training", *self.source.training)

    def after(self, epoch: int) -> "Answering":
        """The model as it was after so many epochs, executed by torch.

        :raises Unsuitable: if it was not kept then
        """
        if self._load is None or epoch not in self.snapshots:
            raise Unsuitable(f"there is no snapshot of epoch {epoch}", f"those kept: {self.snapshots}")
        return Answering(Subject(*self._load(epoch), self.source, self.seed, self.features), torch_call)

    def fed(self, purpose: str, inputs: Tensor) -> dict[str, tuple[Tensor, ...]]:
        """By artifact, what it is fed with for inputs of the dataset; what other artifacts answer is torch's answer."""
        return self._fed(self.exports, Wanted(purpose, inputs, len(inputs)))

    def of_length(
        self, artifact: str, length: int, count: int, purpose: str = "test", inputs: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """What an artifact is fed with for at most `count` rows with sequences of another length.

        :param inputs: of the dataset, which the rows are made of; None: those of the test part
        :raises BenchError: if all rows together are too short for one
        """
        chain, inputs = with_sources(artifact, self.exports), self.test.inputs if inputs is None else inputs
        axes = {
            spec.sequence
            for part in chain.values()
            for spec in part.inputs
            if spec.source == "data" and spec.sequence is not None
        }
        there = [len(inputs) * inputs.shape[1 + axis] // length for axis in axes]
        return self._fed(chain, Wanted(purpose, inputs, min([count, *there]), length))[artifact]

    def _rows(self, purpose: str, inputs: Tensor, targets: Tensor) -> Rows:
        return Rows(inputs, targets, self.fed(purpose, inputs))

    def _fed(self, exports: Mapping[str, Export], wanted: Wanted) -> dict[str, tuple[Tensor, ...]]:
        """By artifact, what it is fed with.

        :param exports: these artifacts, among them all that others of them are fed from
        """
        reference = Answering(self, torch_call)
        found: dict[str, tuple[Tensor, ...]] = {}
        for part in in_order(exports):
            rows = (self._source(wanted, part, spec, found, reference) for spec in part.inputs)
            found[part.name] = tuple(wanted.of(one, spec) for one, spec in zip(rows, part.inputs, strict=True))
        return found

    def _source(
        self,
        wanted: Wanted,
        part: Export,
        spec: TensorSpec,
        found: dict[str, tuple[Tensor, ...]],
        reference: "Answering",
    ) -> Tensor:
        if spec.source == "data":
            return wanted.inputs
        if spec.source == "normal":
            key = f"{self.seed} {wanted.purpose} {part.name} {spec.name}"
            generator = torch.Generator().manual_seed(zlib.crc32(key.encode()))
            shape = (wanted.count, *spec.shape_at(wanted.length))
            return torch.randn(*shape, generator=generator, dtype=getattr(torch, spec.dtype))
        artifact, _, output = spec.source.partition(".")
        return reference.call(artifact, *found[artifact])[output]


class Answering:
    """The artifacts of a case, executed in one way: what a metric sees as `Evaluation.case`.

    :param call: loads an artifact and gives what executes it
    """

    def __init__(self, subject: Subject, call: Callable[[Export], Call]) -> None:
        self._subject = subject
        self._load = call
        self._loaded: dict[str, Call] = {}
        self._on_training: dict[str, Evaluation] = {}

    @property
    def model(self) -> LightningModule:
        """The trained model."""
        return self._subject.model

    @property
    def exports(self) -> Mapping[str, Export]:
        """All artifacts by name."""
        return self._subject.exports

    @property
    def training(self) -> tuple[Tensor, Tensor]:
        """Inputs and targets of the training part."""
        return self._subject.training.inputs, self._subject.training.targets

    def call(self, artifact: str, *inputs: Tensor) -> dict[str, Tensor]:
        """What an artifact answers, by the name of the output; see `bench.records.Case`."""
        if artifact not in self.exports:
            raise Unsuitable(f"the model has no artifact {artifact!r}", f"it has: {', '.join(self.exports)}")
        part = self.exports[artifact]
        if artifact not in self._loaded:
            self._loaded[artifact] = self._load(part)
        batches = zip(*(tensor.split(BATCH) for tensor in inputs), strict=True)
        answered = [self._loaded[artifact](batch) for batch in batches]
        return {name: torch.cat(each) for name, each in zip(part.outputs, zip(*answered, strict=True), strict=True)}

    def features(self, inputs: Tensor) -> Tensor | None:
        """What the suite's feature net makes of inputs; see `bench.records.Case`."""
        return None if self._subject.features is None else self._subject.features(inputs)

    def on_test(self, artifact: str) -> Evaluation:
        """What an artifact answers on the test part of the dataset."""
        return self._on(self._subject.test, artifact)

    def on_training(self, artifact: str) -> Evaluation:
        """What an artifact answers on the training part of the dataset, asked once for all metrics that learn of it."""
        if artifact not in self._on_training:
            self._on_training[artifact] = self._on(self._subject.training, artifact)
        return self._on_training[artifact]

    @property
    def snapshots(self) -> tuple[int, ...]:
        """After how many epochs the model was kept as it was, in order."""
        return self._subject.snapshots

    def after(self, epoch: int, artifact: str) -> Evaluation:
        """What an artifact answered on the test part after so many epochs; see `bench.records.Case`."""
        return self._subject.after(epoch).on_test(artifact)

    def _on(self, rows: Rows, artifact: str) -> Evaluation:
        answers = self.call(artifact, *rows.fed.get(artifact, ()))
        part = self.exports[artifact]
        return Evaluation(
            spec=self._subject.spec,
            artifact=artifact,
            task=part.task,
            inputs=rows.inputs,
            targets=rows.targets,
            fed={spec.name: tensor for spec, tensor in zip(part.inputs, rows.fed[artifact], strict=True)},
            answers=answers,
            seed=self._subject.seed,
            case=self,
        )


def torch_call(part: Export) -> Call:
    """What executes a part's own module."""

    @torch.no_grad()
    def call(inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        outputs = part.module(*inputs)
        # A parameter that is answered as it is, or a view of it, wants its gradient even here.
        return tuple(one.detach() for one in (outputs if isinstance(outputs, tuple) else (outputs,)))

    return call


def session_call(session: Any) -> Call:
    """What executes a part in a runtime's session."""

    def call(inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        outputs = session.call([tensor.numpy() for tensor in inputs])
        return tuple(torch.from_numpy(np.array(output)) for output in outputs)

    return call


@contextmanager
def told_with_length(artifact: str, length: int) -> Iterator[None]:
    """Whatever a torch model raises of sequences of a length is told with it.

    :raises BenchError: in its place
    """
    try:
        yield
    except BenchError:
        raise
    except Exception as error:
        message = f"the torch model of {artifact} fails on sequences of {length}: {message_of(error)}"
        raise BenchError(message, "`longest` of a TensorSpec says how long they may be") from error


def cut_anew(rows: Tensor, axis: int, length: int, count: int) -> Tensor:
    """Rows (n, ...) joined one after the other along an axis, and cut into at most `count` rows of another length.

    :param axis: of the sequence, counted without the batch axis
    :raises BenchError: if all of them together are too short for one
    """
    usual = rows.shape[1 + axis]
    if len(rows) * usual < length:
        message = f"{len(rows)} rows with sequences of {usual} are too few for one of {length}"
        raise BenchError(message, f"{ceil(length / usual)} rows would do")
    joined = rows[: ceil(count * length / usual)].movedim(1 + axis, 1).flatten(0, 1)
    whole = min(count, len(joined) // length)
    return joined[: whole * length].unflatten(0, (whole, length)).movedim(1, 1 + axis).contiguous()


def with_sources(artifact: str, exports: Mapping[str, Export]) -> dict[str, Export]:
    """An artifact, and all whose answers it is fed with, directly or not."""
    found = {artifact: exports[artifact]}
    for name in _needed(exports[artifact], exports):
        found |= with_sources(name, exports)
    return found


def in_order(exports: Mapping[str, Export]) -> list[Export]:
    """The artifacts, each after those whose answers it is fed with.

    :raises BenchError: if what one is to be fed with is nothing that there is
    """
    ordered: dict[str, Export] = {}
    waiting = dict(exports)
    while waiting:
        ready = [part for part in waiting.values() if _needed(part, exports) <= ordered.keys()]
        if not ready:
            raise BenchError(f"artifacts are fed with each other's answers in a circle: {', '.join(waiting)}")
        for part in ready:
            ordered[part.name] = waiting.pop(part.name)
    return list(ordered.values())


def check_sources(exports: Iterable[Export], spec: DataSpec) -> None:
    """Refuse artifacts that could not be fed.

    :raises BenchError: for a source that does not exist, or gives another shape or type, or a wrong sequence axis
    """
    known = {part.name: part for part in exports}
    in_order(known)
    for part in known.values():
        check_sequences(part)
        for one in part.inputs:
            if one.source == "data" and (one.shape, one.dtype) != (spec.input_shape, spec.input_dtype):
                raise BenchError(
                    f"the input {one.name!r} of {part.name} takes {one.shape} {one.dtype}, "
                    f"and the dataset gives {spec.input_shape} {spec.input_dtype}",
                    "a TensorSpec may name another `source`",
                )


def _needed(part: Export, exports: Mapping[str, Export]) -> set[str]:
    """The artifacts whose answers a part is fed with."""
    needed = set()
    for one in part.inputs:
        if one.source in {"data", "normal"}:
            continue
        artifact, _, output = one.source.partition(".")
        outputs = {f"{other.name}.{name}" for other in exports.values() for name in other.outputs}
        if artifact not in exports or output not in exports[artifact].outputs:
            raise BenchError(
                f"the input {one.name!r} of {part.name} has an unknown source {one.source!r}",
                suggestion(one.source, {"data", "normal", *outputs}),
            )
        needed.add(artifact)
    return needed


def _joined(batches: Iterable[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """All batches as one."""
    inputs, targets = zip(*((inputs.cpu(), targets.cpu()) for inputs, targets in batches), strict=True)
    return torch.cat(inputs), torch.cat(targets)
