"""A picture of sums and differences of noises: whether directions of the latent space mean something."""

import math

import torch
from matplotlib.figure import Figure
from pydantic import PositiveInt
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.asking import class_count, first
from bench_metrics.drawing import images_only, shades
from bench_metrics.generation.nearest import nearest
from bench_metrics.generation.samples import noise_of
from bench_metrics.sheet import Row, sheet

# Noises of a class whose mean stands for it, as in the source.
EXAMPLES = 3


def latent_arithmetic(evaluation: Evaluation, count: PositiveInt = 6) -> Figure:
    """What is generated of a - b + c, for a, b and c the mean noises of three samples of a class each.

    Section 6.3.2 of Radford, Metz & Chintala (2016), arXiv 1511.06434. A sample has the class of the nearest training
    image: below a, b and c stands that of the samples whose noises they are the mean of, below the sum its own. Means
    and sums are made as long as draws of the noise are on average, since a generator has not learned from shorter ones.
    Where a number of the noise has a part of its own, as the first of `gmm` has, sums mean little.

    :param count: how many sums
    :raises Unsuitable: if they are no images, there are no classes, or fewer than three have three samples
    """
    images_only(evaluation.spec, "latent-arithmetic")
    class_count(evaluation.spec, "latent-arithmetic")
    noise = noise_of(evaluation, "latent-arithmetic")
    means = _means(noise, _classes(evaluation, evaluation.outputs))
    if len(means) < 3:
        raise Unsuitable(f"latent-arithmetic needs {EXAMPLES} samples of three classes", f"{len(means)} have so many")
    classes = list(means)
    chosen = [[classes[(number + step) % len(classes)] for step in range(3)] for number in range(count)]
    caption = "a - b + c, of the mean noises of classes; last, the class of the nearest training image"
    return sheet([_row(evaluation, means, *some) for some in chosen], caption=caption)


def _row(evaluation: Evaluation, means: dict[int, Tensor], a: int, b: int, c: int) -> Row:
    total = _long(means[a] - means[b] + means[c])
    samples = first(evaluation.case.call(evaluation.artifact, torch.stack([means[a], means[b], means[c], total])))
    names = evaluation.spec.class_names
    found = int(_classes(evaluation, samples[3:]))
    told = [names[number] if names else str(number) for number in (a, b, c, found)]
    notes = [f"{sign}{name}" for sign, name in zip(("", "- ", "+ ", "= "), told, strict=True)]
    return Row(shades(evaluation, samples), notes=notes)


def _classes(evaluation: Evaluation, samples: Tensor) -> Tensor:
    """Of each sample the class of the nearest row of the training part (n,)."""
    _, rows = nearest(evaluation, samples)
    classes: Tensor = evaluation.case.training[1][rows]
    return classes


def _means(noise: Tensor, classes: Tensor) -> dict[int, Tensor]:
    """Of each class with enough samples the mean noise of the first of them."""
    members = {number: noise[classes == number][:EXAMPLES] for number in classes.unique().tolist()}
    return {number: _long(some.mean(0)) for number, some in members.items() if len(some) == EXAMPLES}


def _long(noise: Tensor) -> Tensor:
    """A noise as long as a draw of so many numbers is on average."""
    return noise * (math.sqrt(noise.numel()) / noise.norm().clamp_min(1e-12))
