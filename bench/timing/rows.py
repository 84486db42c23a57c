"""What a timed artifact is called with, and what it has to answer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.parity import Disagreement, difference, root_mean_square
from bench.records import Artifact, Session
from bench.timing.request import ROTATED, beginning


class Rows:
    """What the artifact is fed with for rows of the test set, and what the torch model answers to them."""

    def __init__(self, path: str) -> None:
        self._rows = np.load(path)
        self._batched: dict[tuple[int, int | None], list[Sequence[Any]]] = {}

    def inputs(self, size: int, length: int | None = None) -> list[Sequence[Any]]:
        """The batches of a size to rotate through, with sequences of a length."""
        if (size, length) not in self._batched:
            self._batched[size, length] = self._batches("input", size, length)
        return self._batched[size, length]

    def outputs(self, size: int, length: int | None = None) -> list[Sequence[Any]]:
        """What the torch model answers to them."""
        return self._batches("output", size, length)

    def usual(self, length: int | None = None) -> list[float]:
        """How large the numbers of each output are: on the whole test set if that is told, else in these rows."""
        told = self._arrays("usual", None)
        return [float(one) for one in told] or [root_mean_square(one) for one in self._arrays("output", length)]

    def _batches(self, kind: str, size: int, length: int | None) -> list[Sequence[Any]]:
        return list(zip(*(batches(one, size) for one in self._arrays(kind, length)), strict=True))

    def _arrays(self, kind: str, length: int | None) -> list[np.ndarray]:
        return [self._rows[name] for name in self._rows.files if name.startswith(beginning(kind, length))]


def batches(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """`ROTATED` batches of `size` rows each that share none, where there are rows enough.

    Else each begins a share of the rows after the one before and goes on from the first row: they are not the same, and
    a batch of more rows than there are has some of them twice.
    """
    step = max(1, min(size, len(rows) // ROTATED))
    return [rows[(n * step + np.arange(size)) % len(rows)] for n in range(ROTATED)]


def check_answers(artifact: Artifact, session: Session, rows: Rows, size: int, length: int | None) -> None:
    """Hold what is timed against the torch model's outputs, by the bound that it met when it was scored.

    :raises Disagreement: if it is missed
    """
    where = f"batch size {size}" if length is None else f"batch size {size} and length {length}"
    usual = rows.usual(length)
    for arrays, outputs in zip(rows.inputs(size, length), rows.outputs(size, length), strict=True):
        for output, got, size_of in zip(outputs, session.call(arrays), usual, strict=True):
            apart = difference(output, got, artifact.precision, size_of)
            if apart.excess > 1:
                largest = apart.max_abs_error
                raise Disagreement(f"at {where} the timed artifact is off the scored one by {largest:.3g}")
