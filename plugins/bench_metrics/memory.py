"""What is worth computing once, for all metrics and runtimes that need it of the same tensor."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from torch.utils.weak import WeakTensorKeyDictionary

Value = TypeVar("Value")


def once_per_tensor(function: Callable[..., Value]) -> Callable[..., Value]:
    """Remember what a function of a tensor, and of further arguments, gave, for as long as the tensor lives.

    It is for tensors that nobody changes, as those of an evaluation are.
    """
    known = WeakTensorKeyDictionary()

    @wraps(function)
    def remembering(tensor: Any, *further: Any) -> Value:
        values = known.setdefault(tensor, {})
        if further not in values:
            values[further] = function(tensor, *further)
        return values[further]

    return remembering
