"""Classes that are kept from training, so that the test part has inputs which are like none that a model knows."""

from typing import Annotated

import torch
from pydantic import Field

from bench_datasets.tensors import Part, Parts

Digit = Annotated[int, Field(ge=0, le=9)]
# One digit at least is left to train on.
Digits = Annotated[tuple[Digit, ...], Field(max_length=9)]


def kept_for_the_test(parts: Parts, classes: tuple[int, ...]) -> Parts:
    """A dataset whose training and validation parts have no rows of these classes; its test part has them all."""
    return Parts(_without(parts.train, classes), _without(parts.validation, classes), parts.test)


def _without(part: Part, classes: tuple[int, ...]) -> Part:
    if not classes:
        return part
    kept = ~torch.isin(part.targets, torch.tensor(classes))
    return Part(part.inputs[kept], part.targets[kept])
