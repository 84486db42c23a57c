"""The two samples that a metric of generators compares."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bench import BenchError, Evaluation, Unsuitable
from bench_metrics.asking import first

Numbers = NDArray[np.float64]


class Pair(NamedTuple):
    """Two samples of one size, (n, *input_shape) each."""

    real: Tensor
    generated: Tensor


def compared(
    evaluation: Evaluation,
    metric: str,
    samples: int,
    real: bool = False,
    least: int = 2,
    seen: Callable[[Tensor], Tensor] = lambda part: part,
) -> Pair:
    """Rows of the test part, drawn by the seed, and as many generated ones.

    :param metric: who asks
    :param samples: how many of each at most
    :param real: take rows of the training part for generated ones. They differ from the test part by chance alone, so
        that a metric of them is what a perfect generator would get with so many samples
    :param least: how many of each it takes
    :param seen: what to take of each part, row by row, before any are drawn: whoever asks, it is of the same tensors
    :raises Unsuitable: if there are fewer, or what is generated has not the shape of the data
    :raises BenchError: if what is generated is no number
    """
    stand_in = evaluation.case.training[0] if real else evaluation.outputs
    if stand_in.shape[1:] != evaluation.inputs.shape[1:]:
        needed, given = tuple(evaluation.inputs.shape[1:]), tuple(stand_in.shape[1:])
        raise Unsuitable(f"{metric} needs samples of the data's shape {needed}", f"those generated are {given}")
    count = min(samples, len(evaluation.inputs), len(stand_in))
    if count < least:
        raise Unsuitable(f"{metric} needs {least} samples of either kind", f"there are {count}")
    refuse_what_is_no_number(stand_in, metric)
    real_seed, other_seed = evaluation.seed, evaluation.seed + 1
    return Pair(drawn(seen(evaluation.inputs), count, real_seed), drawn(seen(stand_in), count, other_seed))


def noise_of(evaluation: Evaluation, metric: str) -> Tensor:
    """What the generator was fed with (n, ...), if that is a single tensor.

    :raises Unsuitable: if it is not
    """
    if len(evaluation.fed) != 1:
        raise Unsuitable(f"{metric} needs a generator with one input", f"this has {', '.join(evaluation.fed)}")
    return first(evaluation.fed)


def refuse_what_is_no_number(samples: Tensor, metric: str) -> None:
    """:raises BenchError: if samples hold infinities or what is no number, as those of a training that diverged do"""
    share = float((~samples.isfinite()).flatten(1).any(1).double().mean())
    if share:
        raise BenchError(f"{metric} needs samples of numbers", f"{100 * share:.3g} % of them hold what is none")


def training_part(evaluation: Evaluation, metric: str) -> tuple[Tensor, Tensor]:
    """Inputs and targets of the training part.

    :raises Unsuitable: if there are none
    """
    inputs, targets = evaluation.case.training
    if not len(inputs):
        raise Unsuitable(f"{metric} needs one row of the training part", "there is none")
    return inputs, targets


def drawn(part: Tensor, count: int, seed: int) -> Tensor:
    """So many rows of a part at most, without replacement."""
    return part[torch.randperm(len(part), generator=torch.Generator().manual_seed(seed))[:count]]


def rows(sample: Tensor) -> Numbers:
    """A sample (n, ...) as a matrix (n, features), in double precision."""
    return sample.flatten(1).double().numpy()
