"""Pictures of what a generator makes of latent variables, without a background of their own."""

from typing import Annotated

import torch
from matplotlib.figure import Figure
from pydantic import Field, PositiveInt

from bench import Evaluation, Unsuitable
from bench_metrics.asking import first
from bench_metrics.drawing import images_only, shades
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
    (latent,) = evaluation.fed.values()
    right, up = _plane(evaluation, latent[0].numel())
    even = torch.special.ndtri((torch.arange(side) + 0.5) / side)
    grid = torch.zeros(side, side, latent[0].numel())
    grid[:, :, right] = even
    grid[:, :, up] = even.flip(0)[:, None]
    answers = evaluation.case.call(evaluation.artifact, grid.reshape(-1, *latent.shape[1:]))
    images = shades(evaluation, first(answers))
    caption = f"latent {right} to the right, {up} up, from {even[0]:.1f} to {even[-1]:.1f}"
    return sheet([Row(some) for some in images.split(side)], caption=caption, tile=28, gap=0)


def _plane(evaluation: Evaluation, latents: int) -> tuple[int, int]:
    """The two latent variables that are drawn."""
    if latents < 2:
        raise Unsuitable("manifold needs two latent variables or more", f"there is {latents}")
    if latents == 2:
        return 0, 1
    means = first(evaluation.case.call("encoder", evaluation.inputs[:SAMPLE])).flatten(1)
    right, up = means.var(0, correction=0).topk(2).indices.tolist()
    return right, up
