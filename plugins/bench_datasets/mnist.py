"""MNIST through torchvision."""

from typing import Annotated

import torch
from pydantic import Field
from torchvision import datasets

from bench import DataMissing, DataSpec, data_root
from bench_datasets import anomalies
from bench_datasets.augmentation import Distortion, distortions
from bench_datasets.tensors import Part, Parts, TensorDataModule


class MNIST(TensorDataModule):
    """70,000 handwritten digits (1, 28, 28) in [0, 1]: 60,000 to train and validate, the official 10,000 to test.

    :param validation: how many of the last training images are kept for validation
    :param augment: distortions of the training images, applied in this order
    :param unseen: digits that the test part alone has, as anomalies
    :raises DataMissing: if the files are not in the data root and cannot be downloaded
    """

    def __init__(
        self,
        validation: Annotated[int, Field(ge=0, lt=60_000)] = 5000,
        augment: tuple[Distortion, ...] = (),
        unseen: anomalies.Digits = (),
    ) -> None:
        spec = DataSpec(
            task="classification",
            input_shape=(1, 28, 28),
            classes=10,
            class_names=tuple("0123456789"),
            value_range=(0.0, 1.0),
            unseen=unseen,
        )
        super().__init__(spec, distortions(augment))
        self.validation = validation

    def prepare_data(self) -> None:
        try:
            datasets.MNIST(str(data_root()), download=True)
        except (OSError, RuntimeError) as error:
            hint = f"put its four files under {data_root() / 'MNIST' / 'raw'}, or name their folder with --data"
            raise DataMissing("MNIST is not there and cannot be downloaded", hint) from error

    def load(self) -> Parts:
        train, test = (_tensors(datasets.MNIST(str(data_root()), train=train)) for train in (True, False))
        kept = len(train.inputs) - self.validation
        parts = Parts(Part(*(t[:kept] for t in train)), Part(*(t[kept:] for t in train)), test)
        return anomalies.kept_for_the_test(parts, self.spec.unseen)


def _tensors(images: datasets.MNIST) -> Part:
    return Part(images.data.unsqueeze(1).to(torch.float32) / 255, images.targets)
