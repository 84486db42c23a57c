"""What a critic judges: rows of the test part and as many samples of its generator."""

from typing import NamedTuple

import torch
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.asking import first
from bench_metrics.generation.samples import newly_drawn, refuse_what_is_no_number


class Judged(NamedTuple):
    """Two samples of one size (n, *input_shape), and the critic's values of their members (n,)."""

    real: Tensor
    generated: Tensor
    of_real: Tensor
    of_generated: Tensor


def judged(evaluation: Evaluation, metric: str, samples: int) -> Judged:
    """Rows of the test part, drawn by the seed, and as many generated ones.

    :param metric: who asks
    :param samples: how many of each at most
    :raises Unsuitable: if there is no test data, no generator that needs nothing but noise, or not one value of each
    """
    count = min(samples, len(evaluation.inputs))
    if not count:
        raise Unsuitable(f"{metric} needs one row of the test part", "there is none")
    if evaluation.outputs[0].numel() != 1:
        given = tuple(evaluation.outputs.shape[1:])
        raise Unsuitable(f"{metric} needs one value of the critic for each input", f"it gives {given}")
    draw = torch.Generator().manual_seed(evaluation.seed)
    rows = torch.randperm(len(evaluation.inputs), generator=draw)[:count]
    made = generated(evaluation, metric, count)
    if made.shape[1:] != evaluation.inputs.shape[1:]:
        needed, given = tuple(evaluation.inputs.shape[1:]), tuple(made.shape[1:])
        raise Unsuitable(f"{metric} needs samples of the data's shape {needed}", f"those generated are {given}")
    of_generated = first(evaluation.case.call(evaluation.artifact, made))
    return Judged(
        evaluation.inputs[rows], made, evaluation.outputs[rows].flatten().double(), of_generated.flatten().double()
    )


def generated(evaluation: Evaluation, metric: str, count: int) -> Tensor:
    """So many samples of the model's generator.

    :raises Unsuitable: if it has none that needs nothing but noise
    :raises BenchError: if they are no numbers
    """
    for name, part in evaluation.case.exports.items():
        if part.task == "generation":
            samples = newly_drawn(evaluation, name, count)
            if samples is not None:
                refuse_what_is_no_number(samples, metric)
                return samples
    raise Unsuitable(f"{metric} needs a generator of noise alone beside the critic", "an artifact of task generation")
