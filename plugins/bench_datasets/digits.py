"""The digits that ship with scikit-learn."""

import torch
from pydantic import PositiveInt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.nn import functional as F

from bench import DataSpec
from bench_datasets import anomalies
from bench_datasets.augmentation import Distortion, distortions
from bench_datasets.tensors import Part, Parts, TensorDataModule


class Digits(TensorDataModule):
    """1,797 handwritten digits (1, size, size) in [0, 1]: 1,257 to train, 180 to validate, 360 to test, stratified.

    :param size: pixels a side; above 8 the images are upscaled bilinearly
    :param augment: distortions of the training images, applied in this order
    :param binary: make every pixel above 0.5 a 1 and every other a 0
    :param whole: train, validate and test on all 1,797, as clusterings are scored, which see no labels; what learns
        from labels is not judged by this
    :param unseen: digits that the test part alone has, as anomalies
    """

    def __init__(
        self,
        size: PositiveInt = 8,
        augment: tuple[Distortion, ...] = (),
        binary: bool = False,
        whole: bool = False,
        unseen: anomalies.Digits = (),
    ) -> None:
        spec = DataSpec(
            task="classification",
            input_shape=(1, size, size),
            classes=10,
            class_names=tuple("0123456789"),
            value_range=(0.0, 1.0),
            unseen=unseen,
        )
        super().__init__(spec, distortions(augment))
        self.size = size
        self.binary = binary
        self.whole = whole

    def load(self) -> Parts:
        digits = load_digits()
        inputs = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
        if self.size != 8:
            inputs = F.interpolate(inputs, size=(self.size, self.size), mode="bilinear", align_corners=False)
        if self.binary:
            inputs = (inputs > 0.5).to(inputs.dtype)
        everything = Part(inputs, torch.tensor(digits.target))
        parts = Parts(everything, everything, everything) if self.whole else _parts(everything)
        return anomalies.kept_for_the_test(parts, self.spec.unseen)


def _parts(everything: Part) -> Parts:
    """1,257 rows to train, 180 to validate and 360 to test, always the same."""
    labels = everything.targets.numpy()
    rest, test = _split(range(len(labels)), labels, 360)
    train, validation = _split(rest, labels[rest], 180)
    return Parts(*(Part(*(tensor[rows] for tensor in everything)) for rows in (train, validation, test)))


def _split(rows, labels, size: int):  # type: ignore[no-untyped-def]
    """Rows in two groups, the second of `size` rows, always the same and stratified by label."""
    return train_test_split(rows, test_size=size, stratify=labels, random_state=0)
