"""Data that fits in memory: tensors on the device, batches by indexing, no worker processes."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from math import ceil
from typing import NamedTuple

import torch
from pytorch_lightning import LightningDataModule
from torch import Tensor

from bench import DataSpec

Batch = tuple[Tensor, Tensor]


class Part(NamedTuple):
    """Inputs (n, *shape) and their targets (n, ...)."""

    inputs: Tensor
    targets: Tensor


class Parts(NamedTuple):
    """A dataset in its three parts. The test part is for the final figures alone."""

    train: Part
    validation: Part
    test: Part


class Batches:
    """A part in batches, shuffled anew in every epoch if asked.

    :param part: the data
    :param batch_size: rows in a batch; the last one may be smaller
    :param shuffle: draw a new order from torch's generator in every epoch
    :param augment: applied to the inputs of each batch
    """

    def __init__(
        self, part: Part, batch_size: int, shuffle: bool = False, augment: Callable[[Tensor], Tensor] | None = None
    ) -> None:
        self.part = part
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.augment = augment

    def __len__(self) -> int:
        return ceil(len(self.part.inputs) / self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        inputs, targets = self.part
        if self.shuffle:
            order = torch.randperm(len(inputs)).to(inputs.device)
            chosen: Iterator[Batch] = ((inputs[rows], targets[rows]) for rows in order.split(self.batch_size))
        else:
            chosen = zip(inputs.split(self.batch_size), targets.split(self.batch_size), strict=True)
        for batch, labels in chosen:
            yield (self.augment(batch) if self.augment else batch), labels


class TensorDataModule(LightningDataModule):
    """The base of datasets that fit in memory: a subclass sets `spec` and defines `load`.

    The harness sets `batch_size` before training.
    """

    spec: DataSpec
    batch_size: int = 64

    def __init__(self, spec: DataSpec, augment: Callable[[Tensor], Tensor] | None = None) -> None:
        super().__init__()
        self.spec = spec
        self.augment = augment
        self.parts: Parts | None = None

    @abstractmethod
    def load(self) -> Parts:
        """Read the data. Called once in a process, after `prepare_data`."""

    def setup(self, stage: str = "") -> None:
        self.parts = self.parts or self.load()

    def fingerprint(self) -> str:
        """SHA-256 over the content of all three parts."""
        digest = hashlib.sha256()
        for part in self._loaded():
            for tensor in part:
                digest.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
                digest.update(tensor.contiguous().numpy().tobytes())
        return digest.hexdigest()

    def train_dataloader(self) -> Iterable[Batch]:
        return Batches(self._on_device(self._loaded().train), self.batch_size, shuffle=True, augment=self.augment)

    def val_dataloader(self) -> Batches:
        return Batches(self._on_device(self._loaded().validation), 1024)

    def test_dataloader(self) -> Batches:
        return Batches(self._loaded().test, 1024)

    def _loaded(self) -> Parts:
        self.setup()
        assert self.parts is not None
        return self.parts

    def _on_device(self, part: Part) -> Part:
        """The part on the trainer's device, copied there once rather than batch by batch."""
        return Part(*map(self._moved, part))

    def _moved(self, tensor: Tensor) -> Tensor:
        """A tensor on the trainer's device."""
        return tensor if self.trainer is None else tensor.to(self.trainer.strategy.root_device)
