"""Pictures of what a generator makes of latent variables, without a background of their own."""

import math
from typing import Annotated

import torch
from matplotlib.figure import Figure
from pydantic import Field, PositiveInt

from bench import Evaluation, Unsuitable
from bench_metrics.asking import first
from bench_metrics.drawing import images_only, shades
from bench_metrics.generation.samples import noise_of
from bench_metrics.sheet import COLUMNS, Row, sheet

# Test images whose codes say which latent variables are active.
SAMPLE = 1000


def prior_samples(evaluation: Evaluation, count: PositiveInt = 50) -> Figure:
    """What the generator makes of draws from the prior, the standard normal distribution.

    :param count: how many draws
    :raises Unsuitable: if the images do not have one or three channels
    """
    images_only(evaluation.spec, "prior-samples")
    return sheet([Row(some) for some in shades(evaluation, evaluation.outputs[:count]).split(COLUMNS)])


def manifold(evaluation: Evaluation, side: Annotated[int, Field(ge=2)] = 12) -> Figure:
    """The plane of two latent variables as images, as in figure 4 of Kingma & Welling (2013), arXiv 1312.6114.

    Coordinates that are evenly spaced on the unit square go through the inverse normal distribution function, so that
    the images are spread as the prior is. Of more than two variables these are the most active ones, whose mean under
    the encoder varies most over the test images (Burda et al. 2015, arXiv 1509.00519), and the others are zero.

    :param side: images a side
    :raises Unsuitable: if it makes no images, has one latent variable, or has more than two and no encoder
    """
    images_only(evaluation.spec, "manifold")
    latent = noise_of(evaluation, "manifold")
    right, up = _plane(evaluation, latent[0].numel())
    even = torch.special.ndtri((torch.arange(side) + 0.5) / side)
    grid = torch.zeros(side, side, latent[0].numel())
    grid[:, :, right] = even
    grid[:, :, up] = even.flip(0)[:, None]
    answers = evaluation.case.call(evaluation.artifact, grid.reshape(-1, *latent.shape[1:]))
    images = shades(evaluation, first(answers))
    caption = f"latent {right} to the right, {up} up, from {even[0]:.1f} to {even[-1]:.1f}"
    return sheet([Row(some) for some in images.split(side)], caption=caption, tile=28, gap=0)


def noise_interpolation(evaluation: Evaluation, count: PositiveInt = 5) -> Figure:
    """Pairs of noises x and y, and what is generated on the way, of x cos(a) + y sin(a) for a from 0 to 90 degrees.

    All of these are normally distributed, as x and y are. Half way along a straight line they would be too short, and
    the generator has not learned from such (White 2016, arXiv 1609.04468).

    :param count: how many pairs
    :raises Unsuitable: if the images do not have one or three channels, or the test part has less than two rows
    """
    images_only(evaluation.spec, "noise-interpolation")
    noise = noise_of(evaluation, "noise-interpolation")
    pairs = min(count, len(noise) // 2)
    if not pairs:
        raise Unsuitable("noise-interpolation needs two rows of the test part", f"there is {len(noise)}")
    starts, ends = noise[: 2 * pairs].chunk(2)
    turn = torch.linspace(0, math.pi / 2, COLUMNS).reshape(-1, *[1] * (noise.ndim - 1))
    ways = starts[:, None] * turn.cos() + ends[:, None] * turn.sin()
    images = shades(evaluation, first(evaluation.case.call(evaluation.artifact, ways.flatten(0, 1))))
    return sheet([Row(some) for some in images.split(COLUMNS)], caption="from one noise to another")


def _plane(evaluation: Evaluation, latents: int) -> tuple[int, int]:
    """The two latent variables that are drawn."""
    if latents < 2:
        raise Unsuitable("manifold needs two latent variables or more", f"there is {latents}")
    if latents == 2:
        return 0, 1
    means = first(evaluation.case.call("encoder", evaluation.inputs[:SAMPLE])).flatten(1)
    right, up = means.var(0, correction=0).topk(2).indices.tolist()
    return right, up
