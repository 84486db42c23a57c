"""What metrics of several subjects ask of an evaluation, and how they say no."""

from typing import Any

from torch import Tensor

from bench import DataSpec, Unsuitable


def first(answers: dict[str, Any]) -> Tensor:
    """The first output of what an artifact answered; of an encoder it is the code, also a variational one's mean."""
    return next(iter(answers.values()))


def value_range(spec: DataSpec, metric: str) -> tuple[float, float]:
    """The least and the largest value that an input may have.

    :raises Unsuitable: if the dataset does not say
    """
    if spec.value_range is None:
        raise Unsuitable(f"{metric} needs to know the range of the inputs", "the dataset gives no `value_range`")
    return spec.value_range


def class_count(spec: DataSpec, metric: str) -> int:
    """How many classes there are.

    :raises Unsuitable: if there are none
    """
    if not spec.classes:
        raise Unsuitable(f"{metric} needs data with classes", f"this has the task {spec.task}")
    return spec.classes
