"""What is worth computing once, for all metrics and runtimes that need it of the same tensor, evaluation or data."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from torch.utils.weak import WeakTensorKeyDictionary

Value = TypeVar("Value")


def once_per_tensor(function: Callable[..., Value]) -> Callable[..., Value]:
    """Remember what a function of a tensor, and of further arguments, gave, for as long as the tensor lives.

    It is for tensors that nobody changes, as those of an evaluation are.
    """
    return _once(function, lambda tensor: (tensor,))


def once_per_evaluation(function: Callable[..., Value]) -> Callable[..., Value]:
    """Remember what a function of an evaluation, and of further arguments, gave, for as long as its outputs live.

    What is remembered must not hold the outputs themselves, which then would live as long.
    """
    return _once(function, lambda evaluation: (evaluation.outputs, evaluation.artifact, evaluation.seed))


def once_per_test_part(function: Callable[..., Value]) -> Callable[..., Value]:
    """Remember what a function of an evaluation, and of further arguments, gave for the data, whoever answered.

    It is for what depends on the dataset and the seed alone.
    """
    return _once(function, lambda evaluation: (evaluation.inputs, evaluation.seed))


def _once(function: Callable[..., Value], key: Callable[[Any], tuple[Any, ...]]) -> Callable[..., Value]:
    """:param key: the tensor that is to live, and what else of the subject tells it from others"""
    known, takes = WeakTensorKeyDictionary(), signature(function)

    @wraps(function)
    def remembering(subject: Any, *further: Any, **named: Any) -> Value:
        tensor, *others = key(subject)
        values = known.setdefault(tensor, {})
        call = takes.bind(subject, *further, **named)
        call.apply_defaults()  # however a parameter is given, it is the same
        _, *parameters = call.arguments.values()
        arguments = *others, *parameters
        if arguments not in values:
            values[arguments] = function(subject, *further, **named)
        return values[arguments]

    return remembering
