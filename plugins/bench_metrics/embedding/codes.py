"""Figures of codes (n, ...) themselves: how active they are, and how much they change with the input."""

import torch
from pydantic import NonNegativeFloat, PositiveInt
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.asking import first

# The step of a difference quotient, as a share of the range of the inputs.
STEP = 0.01


def code_mean_activity(evaluation: Evaluation) -> float:
    """Mean of all numbers of all codes, each with its sign: `encoded_imgs.mean()` of the Keras blog.

    It tells how sparse a code is where no number is negative, as after ReLU or a sigmoid. Elsewhere it may be near 0
    while the code is as active as any.
    """
    return float(evaluation.outputs.mean(dtype=torch.float64))


def code_share_active(evaluation: Evaluation, threshold: NonNegativeFloat = 1e-5) -> float:
    """Share of the numbers of all codes that are not nearly 0, in [0, 1]; k / latent for a code with k active units.

    :param threshold: a number counts as 0 up to this share of the largest absolute value in any code
    """
    sizes = evaluation.outputs.abs()
    return float((sizes > threshold * sizes.max()).double().mean())


def jacobian_norm(evaluation: Evaluation, images: PositiveInt = 100) -> float:
    """Mean Frobenius norm of d code / d input, the square root of what contractive autoencoders keep small.

    By central difference quotients through the graph itself, with a step of 1 % of the range of the inputs. At fp16 and
    int8 they see the graph's own steps too, and so does the figure.

    :param images: how many of the first test inputs; each takes two answers for every number of an input
    :raises Unsuitable: if the inputs are no real numbers
    """
    inputs = evaluation.inputs
    if not inputs.is_floating_point():
        raise Unsuitable("jacobian-norm needs inputs that are real numbers", f"these are {inputs.dtype}")
    step = STEP * (float(inputs.max() - inputs.min()) or 1.0)
    steps = step * torch.eye(inputs[0].numel(), dtype=inputs.dtype).unflatten(1, inputs.shape[1:])
    norms = [_differences(evaluation, one, steps).norm() / (2 * step) for one in inputs[:images]]
    return float(torch.stack(norms).mean())


def _differences(evaluation: Evaluation, one: Tensor, steps: Tensor) -> Tensor:
    """How the code changes from a step behind one input to a step ahead, (steps, numbers of the code)."""
    ahead, behind = first(evaluation.case.call(evaluation.artifact, torch.cat([one + steps, one - steps]))).chunk(2)
    return (ahead - behind).flatten(1).double()
