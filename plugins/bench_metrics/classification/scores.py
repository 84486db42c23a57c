"""Figures for class scores (n, classes) against class numbers (n,), by torchmetrics."""

import torch
from torch import Tensor
from torch.nn import functional as F
from torchmetrics import MeanMetric, Metric
from torchmetrics.classification import MulticlassAccuracy, MulticlassCalibrationError

from bench import DataSpec


def accuracy(spec: DataSpec) -> Metric:
    """The share of right answers over all samples, in [0, 1]."""
    return MulticlassAccuracy(spec.classes, average="micro")


class Error(MulticlassAccuracy):
    """The share of wrong answers over all samples, in per cent."""

    higher_is_better = False

    def __init__(self, spec: DataSpec) -> None:
        super().__init__(spec.classes, average="micro")

    def compute(self) -> Tensor:
        return 100 * (1 - super().compute())


class CrossEntropy(MeanMetric):
    """Mean cross-entropy of softmax(scores) in nats."""

    higher_is_better = False

    def __init__(self, spec: DataSpec) -> None:
        super().__init__()

    def update(self, scores: Tensor, targets: Tensor) -> None:
        super().update(F.cross_entropy(scores, targets, reduction="none"))


class CalibrationError(MulticlassCalibrationError):
    """Expected calibration error of softmax(scores): L1 over 15 bins, in [0, 1]."""

    def __init__(self, spec: DataSpec) -> None:
        super().__init__(spec.classes, n_bins=15, norm="l1")

    def update(self, scores: Tensor, targets: Tensor) -> None:
        super().update(torch.softmax(scores, 1), targets)
