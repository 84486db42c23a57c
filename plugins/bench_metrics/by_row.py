"""Metrics that are the mean of one number for each row of the test set, which are their scores too."""

from collections.abc import Callable

import torch
from torch import Tensor
from torchmetrics import MeanMetric

from bench import Evaluation

# Of outputs and what they should be (n, ...), a number for each row (n,).
ByRow = Callable[[Tensor, Tensor], Tensor]

# Rows that are scored at once, as a metric is fed with them: no more than a batch of anything else is made of them.
ROWS = 1024


class RowMean(MeanMetric):
    """The mean of `by_row` over all rows, in double precision; of what is no number, it is none."""

    def __init__(self, by_row: ByRow) -> None:
        super().__init__(nan_strategy="disable")
        self.set_dtype(torch.float64)
        self.by_row = by_row

    def update(self, outputs: Tensor, truth: Tensor) -> None:
        super().update(self.by_row(outputs, truth))


def each_row(by_row: ByRow, evaluation: Evaluation) -> Tensor:
    """What `by_row` gives for each row of the test set (n,)."""
    pieces = zip(evaluation.outputs.split(ROWS), evaluation.truth.split(ROWS), strict=True)
    return torch.cat([by_row(*piece) for piece in pieces])
