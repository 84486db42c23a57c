"""The two samples that a metric of generators compares."""

import zlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bench import BenchError, Evaluation, Unsuitable
from bench_metrics.asking import first
from bench_metrics.memory import once_per_evaluation

Numbers = NDArray[np.float64]


class Pair(NamedTuple):
    """Two samples (n, *input_shape), of one size unless they were asked for otherwise."""

    real: Tensor
    generated: Tensor


def compared(
    evaluation: Evaluation,
    metric: str,
    samples: int,
    real: bool = False,
    least: int = 2,
    seen: Callable[[Tensor], Tensor] = lambda part: part,
    generate: int | None = None,
) -> Pair:
    """Rows of the test part, drawn by the seed, and as many generated ones.

    :param metric: who asks
    :param samples: how many of each at most
    :param real: take rows of the training part for generated ones. They differ from the test part by chance alone, so
        that a metric of them is what a perfect generator would get with so many samples
    :param least: how many of each it takes
    :param seen: what to take of each part, row by row, before any are drawn: whoever asks, it is of the same tensors
    :param generate: how many to generate at most, if not as many as there are rows: of new noise where more are needed
        than the test part has rows
    :raises Unsuitable: if there are fewer, or what is generated has not the shape of the data
    :raises BenchError: if what is generated is no number
    """
    stand_in = evaluation.case.training[0] if real else evaluation.outputs
    if generate and generate > len(stand_in) and not real:
        drawn_anew = newly_drawn(evaluation, evaluation.artifact, generate)
        stand_in = stand_in if drawn_anew is None else drawn_anew
    if stand_in.shape[1:] != evaluation.inputs.shape[1:]:
        needed, given = tuple(evaluation.inputs.shape[1:]), tuple(stand_in.shape[1:])
        raise Unsuitable(f"{metric} needs samples of the data's shape {needed}", f"those generated are {given}")
    count = min(samples, len(evaluation.inputs), len(stand_in))
    if count < least:
        raise Unsuitable(f"{metric} needs {least} samples of either kind", f"there are {count}")
    refuse_what_is_no_number(stand_in, metric)
    real_seed, other_seed = evaluation.seed, evaluation.seed + 1
    return Pair(drawn(seen(evaluation.inputs), count, real_seed), drawn(seen(stand_in), generate or count, other_seed))


@once_per_evaluation
def newly_drawn(evaluation: Evaluation, artifact: str, count: int) -> Tensor | None:
    """So many samples of new noise by an artifact of the case; None if it needs anything but noise.

    The noise depends on the case's seed, and on nothing else that is drawn by it.
    """
    inputs = evaluation.case.exports[artifact].inputs
    if any(one.source != "normal" for one in inputs):
        return None
    draw = torch.Generator().manual_seed(zlib.crc32(f"{evaluation.seed} new noise for {artifact}".encode()))
    return first(evaluation.case.call(artifact, *(torch.randn(count, *one.shape, generator=draw) for one in inputs)))


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
