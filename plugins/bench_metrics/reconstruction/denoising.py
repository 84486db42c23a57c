"""What an autoencoder makes of noisy inputs, whether it was trained on noise or not."""

from math import log10
from typing import Annotated, Literal

import torch
from pydantic import Field, PositiveFloat
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.asking import first
from bench_metrics.memory import once_per_evaluation
from bench_metrics.reconstruction.scores import squared_errors

Noise = Literal["gaussian", "masking"]
Masked = Annotated[float, Field(gt=0, lt=1)]

# Below this MSE a clean image is as good as exact; it keeps a gain finite.
LEAST = 1e-10


def denoising_mse(
    evaluation: Evaluation, noise: Noise = "gaussian", sigma: PositiveFloat = 0.5, masked: Masked = 0.25
) -> float:
    """Mean squared error per pixel of what comes out for noisy inputs, against the clean ones.

    :param noise: what is done to the inputs, see `sigma` and `masked`
    :param sigma: standard deviation of Gaussian noise, before it is clipped to the range of the inputs
    :param masked: share of the pixels that masking sets to the lowest value
    """
    return float(denoising_mse_by_row(evaluation, noise, sigma, masked).mean())


@once_per_evaluation
def denoising_mse_by_row(
    evaluation: Evaluation, noise: Noise = "gaussian", sigma: PositiveFloat = 0.5, masked: Masked = 0.25
) -> Tensor:
    """The squared error of each image (n,), of which `denoising_mse` is the mean; its parameters are the same."""
    return squared_errors(cleaned(evaluation, noisy(evaluation, noise, sigma, masked)), evaluation.inputs)


def denoising_gain(
    evaluation: Evaluation, noise: Noise = "gaussian", sigma: PositiveFloat = 0.5, masked: Masked = 0.25
) -> float:
    """10 log10(MSE of the noisy inputs / MSE of what comes out for them) in dB; below 0 it would be better left alone.

    :param noise: what is done to the inputs, see `sigma` and `masked`
    :param sigma: standard deviation of Gaussian noise, before it is clipped to the range of the inputs
    :param masked: share of the pixels that masking sets to the lowest value
    :raises Unsuitable: if the noise changes nothing, as masking does to black images
    """
    inputs = noisy(evaluation, noise, sigma, masked)
    before = float(squared_errors(inputs, evaluation.inputs).mean())
    after = denoising_mse(evaluation, noise, sigma, masked)
    if before == 0:
        raise Unsuitable("denoising-gain needs noise to remove", f"{noise} changes nothing of these inputs")
    return 10 * log10(before / max(after, LEAST))


def noisy(evaluation: Evaluation, noise: Noise, sigma: float, masked: float) -> Tensor:
    """The inputs (n, ...) with noise on them, drawn by the evaluation's seed and clipped to the dataset's range."""
    inputs = evaluation.inputs
    low, high = evaluation.spec.value_range or (None, None)
    generator = torch.Generator().manual_seed(evaluation.seed)
    if noise == "masking":
        return inputs.masked_fill(torch.rand(inputs.shape, generator=generator) < masked, low or 0.0)
    drawn = inputs + sigma * torch.randn(inputs.shape, generator=generator)
    return drawn if low is None else drawn.clamp(low, high)


def cleaned(evaluation: Evaluation, inputs: Tensor) -> Tensor:
    """What the artifact makes of other inputs (n, ...) than the dataset's; what else it is fed with stays."""
    wanted = evaluation.case.exports[evaluation.artifact].inputs
    fed = (inputs if one.source == "data" else evaluation.fed[one.name] for one in wanted)
    return first(evaluation.case.call(evaluation.artifact, *fed))
