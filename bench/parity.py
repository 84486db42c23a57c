"""How far two sets of outputs may lie apart and still be called the same: asked by evaluation and by timing."""

import math
from dataclasses import dataclass
from typing import Any

from bench.errors import BenchError

# At fp32, each element of an output may differ from the torch model's by ATOL + RTOL * |reference|: the reordering of
# single-precision sums, with room for a deep net.
ATOL = 1e-4
RTOL = 1e-3

# At the other precisions, single elements say little: the bound is on the Euclidean length of the difference, against
# that of the torch model's output. Measured on whole test sets: fp16 below 0.0005; int8 below 0.012, and below 0.035
# for the worst single sample, which is what a timing process at batch size 1 sees. At int8-dynamic each call has scales
# of its own, so that a sample's answer depends on its batch. There is room for deeper nets, where errors add up.
# What answers something else altogether lies at 1 or above. How much quality may be lost is the metrics' to judge.
RELATIVE = {"fp16": 0.01, "int8-dynamic": 0.2, "int8-static": 0.2}


class Disagreement(BenchError):
    """An artifact does not answer what its torch model answers."""


@dataclass(frozen=True)
class Difference:
    """How far an output lies from the torch model's; above an `excess` of 1, they do not agree."""

    max_abs_error: float
    relative_error: float
    excess: float


def difference(expected: Any, got: Any, precision: str = "fp32", usual: float = 0.0) -> Difference:
    """How far two arrays lie apart, and how that compares with the bound of a precision.

    :param usual: the root mean square of such outputs. A few of them may all lie near 0, as temperatures do, and have
        next to no length of their own
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
    # An output of zeros has no length to compare with; ATOL in each element then counts as nothing.
    length = max(float(np.linalg.norm(expected)), max(usual, ATOL) * math.sqrt(max(apart.size, 1)))
    relative = float(np.linalg.norm(apart)) / length
    if precision == "fp32":
        return Difference(largest, relative, float((apart / (ATOL + RTOL * np.abs(expected))).max(initial=0.0)))
    return Difference(largest, relative, relative / RELATIVE[precision])


def root_mean_square(outputs: Any) -> float:
    """How large the numbers of an output are; 0 if there are none."""
    import numpy as np

    outputs = np.asarray(outputs)
    return float(np.sqrt(np.square(outputs, dtype=np.float64).mean())) if outputs.size else 0.0


def bound(precision: str) -> str:
    """The bound of a precision in words."""
    if precision == "fp32":
        return f"{ATOL:g} + {RTOL:g} x |reference| for each element"
    return f"{RELATIVE[precision]:g} x the length of the reference"
