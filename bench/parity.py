"""How far two sets of outputs may lie apart and still be called the same: asked by evaluation and by timing."""

import math
from typing import Any

from bench.errors import BenchError

# An element of an output may differ from the torch model's by ATOL + RTOL * |reference|: the reordering of
# single-precision sums, with room for a deep net.
ATOL = 1e-4
RTOL = 1e-3


class Disagreement(BenchError):
    """An artifact does not answer what its torch model answers."""


def difference(expected: Any, got: Any) -> tuple[float, float]:
    """The largest absolute difference between two arrays, and the largest ratio of a difference to its bound.

    :raises Disagreement: if their shapes differ, or one holds what is no number
    """
    import numpy as np

    expected, got = np.asarray(expected, dtype=np.float64), np.asarray(got, dtype=np.float64)
    if expected.shape != got.shape:
        raise Disagreement(f"outputs of shape {got.shape}, where the torch model's are {expected.shape}")
    apart = np.abs(got - expected)
    largest = float(apart.max(initial=0.0))
    if not math.isfinite(largest):
        raise Disagreement("outputs that are no numbers")
    return largest, float((apart / (ATOL + RTOL * np.abs(expected))).max(initial=0.0))
