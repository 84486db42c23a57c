"""Figures for class scores (n, classes) against class numbers (n,), by torchmetrics."""

import torch
from torch import Tensor
from torch.nn import functional as F
from torchmetrics.classification import MulticlassCalibrationError
from torchmetrics.functional.classification import multiclass_accuracy

from bench import DataSpec, Evaluation
from bench_metrics.by_row import RowMean, each_row


def accuracy(spec: DataSpec) -> RowMean:
    """The share of right answers over all samples, in [0, 1]."""
    return RowMean(lambda scores, targets: _is_right(scores, targets, spec))


class Error(RowMean):
    """The share of wrong answers over all samples, in per cent."""

    higher_is_better = False

    def __init__(self, spec: DataSpec) -> None:
        super().__init__(lambda scores, targets: 100 * (1 - _is_right(scores, targets, spec)))


class CrossEntropy(RowMean):
    """Mean cross-entropy of softmax(scores) in nats."""

    higher_is_better = False

    def __init__(self, spec: DataSpec) -> None:
        super().__init__(lambda scores, targets: F.cross_entropy(scores, targets, reduction="none"))


class CalibrationError(MulticlassCalibrationError):
    """Expected calibration error of softmax(scores): L1 over 15 bins, in [0, 1]."""

    def __init__(self, spec: DataSpec) -> None:
        super().__init__(spec.classes, n_bins=15, norm="l1")

    def update(self, scores: Tensor, targets: Tensor) -> None:
        super().update(torch.softmax(scores, 1), targets)


def accuracy_by_row(evaluation: Evaluation) -> Tensor:
    """1 where the answer is right, else 0."""
    return each_row(accuracy(evaluation.spec).by_row, evaluation)


def error_by_row(evaluation: Evaluation) -> Tensor:
    """100 where the answer is wrong, else 0."""
    return each_row(Error(evaluation.spec).by_row, evaluation)


def cross_entropy_by_row(evaluation: Evaluation) -> Tensor:
    """The cross-entropy of softmax(scores) for each row, in nats."""
    return each_row(CrossEntropy(evaluation.spec).by_row, evaluation)


def _is_right(scores: Tensor, targets: Tensor, spec: DataSpec) -> Tensor:
    """1 where the highest score is the right class, else 0 (n,); torchmetrics counts along an axis, here of one."""
    return multiclass_accuracy(
        scores.unsqueeze(2), targets.unsqueeze(1), spec.classes, average="micro", multidim_average="samplewise"
    )
