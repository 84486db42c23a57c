"""Pictures of codes and of what computes them, without a background of their own."""

import math

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from pydantic import PositiveInt
from sklearn.decomposition import PCA
from torch import nn

from bench import Evaluation, Unsuitable
from bench_metrics.drawing import colour_of, images_only, plain_axes
from bench_metrics.sheet import COLUMNS, Row, sheet

# So many classes have their names among their points.
NAMED = 20


def latent_scatter(evaluation: Evaluation, count: PositiveInt = 1000) -> Figure:
    """The codes of test images as points in the colour of their class.

    Codes of two numbers are drawn as they are, longer ones in the plane of their first two principal components.

    :param count: how many test images, the first ones
    :raises Unsuitable: if a code is a single number, or always the same
    """
    codes = evaluation.outputs.flatten(1).double()
    if codes.shape[1] < 2 or not codes.std(0, correction=0).sum() > 0:
        raise Unsuitable("latent-scatter needs codes of two numbers or more that vary")
    points, names = _plane(codes)
    points, classes = points[:count], _classes(evaluation)[:count]
    figure, axes = plain_axes(*names)
    x, y = points.T
    # Points that begin on a pixel look alike, which halves the file.
    axes.scatter(x, y, s=9, c=[colour_of(one) for one in classes], linewidths=0, snap=True)
    axes.set_aspect("equal", adjustable="datalim")
    if 0 < (evaluation.spec.classes or 0) <= NAMED:
        _name_classes(axes, evaluation, points, torch.tensor(classes))
    return figure


def filters(evaluation: Evaluation, count: PositiveInt = 40) -> Figure:
    """The weights of the encoder's first layer as images, the largest norm first; each has a scale of its own.

    Of a decomposition that scikit-learn has fitted, they are its components in their order.

    :param count: how many of them
    :raises Unsuitable: if the first layer is neither convolutional nor linear in the pixels of images
    """
    images_only(evaluation.spec, "filters")
    weights, what = _components(evaluation) or _first_layer(evaluation)
    shown = weights[:count]
    images = 0.5 + 0.5 * shown / shown.abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-12)
    number = f"{len(shown)} of {len(weights)}" if len(shown) < len(weights) else f"{len(weights)}"
    return sheet([Row(some) for some in images.split(COLUMNS)], caption=f"{number} {what}; mid-grey is zero")


def _plane(codes: torch.Tensor) -> tuple[torch.Tensor, tuple[str, str]]:
    """Points (n, 2) and what their coordinates are."""
    if codes.shape[1] == 2:
        return codes, ("code 0", "code 1")
    components = PCA(2, svd_solver="full").fit(codes)
    first, second = (f"{100 * share:.0f} % of the variance" for share in components.explained_variance_ratio_)
    names = (f"1st principal component: {first}", f"2nd principal component: {second}")
    return torch.from_numpy(components.transform(codes)), names


def _classes(evaluation: Evaluation) -> list[int]:
    return [int(one) for one in evaluation.targets] if evaluation.spec.classes else [0] * len(evaluation.inputs)


def _name_classes(axes: Axes, evaluation: Evaluation, points: torch.Tensor, classes: torch.Tensor) -> None:
    """The name of each class amid its points."""
    names = evaluation.spec.class_names or [str(one) for one in range(evaluation.spec.classes or 0)]
    there = classes.unique().tolist()
    middles = torch.stack([points[classes == one].median(0).values for one in there])
    low, high = axes.get_ylim()
    for one, (x, y) in zip(there, _apart(middles, 0.085 * (high - low)).tolist(), strict=True):
        ink = "black" if np.dot(to_rgb(colour_of(one)), (0.299, 0.587, 0.114)) > 0.55 else "white"
        box = {"boxstyle": "round,pad=0.22", "facecolor": colour_of(one), "edgecolor": ink, "linewidth": 0.7}
        axes.text(x, y, names[one], color=ink, fontsize=8, weight="bold", ha="center", va="center", bbox=box)


def _apart(points: torch.Tensor, distance: float) -> torch.Tensor:
    """Points moved until hardly any two are nearer to each other than a distance."""
    # None lies exactly on another: there would be no way apart.
    points = points + torch.linspace(0, distance / 100, len(points))[:, None]
    for _ in range(50):
        between = points[:, None] - points
        lengths = between.norm(dim=2, keepdim=True).clamp_min(1e-12)
        points = points + (0.5 * (distance - lengths).clamp_min(0) * between / lengths).sum(1)
    return points


def _components(evaluation: Evaluation) -> tuple[torch.Tensor, str] | None:
    """What scikit-learn calls components, if the model has an estimator with some on pixels: (components, *image)."""
    shape = evaluation.spec.input_shape
    found = getattr(getattr(evaluation.case.model, "estimator", None), "components_", None)
    if not isinstance(found, np.ndarray) or found.shape[1:] != (math.prod(shape),):
        return None
    return torch.from_numpy(found).float().reshape(-1, *shape), "components"


def _first_layer(evaluation: Evaluation) -> tuple[torch.Tensor, str]:
    """The weights of the first layer that has some, the largest norm first: (filters, channels, height, width)."""
    shape = evaluation.spec.input_shape
    layers = evaluation.case.exports[evaluation.artifact].module.modules()
    layer = next((layer for layer in layers if any(True for _ in layer.parameters(recurse=False))), None)
    if isinstance(layer, nn.Conv2d) and layer.weight.shape[1] == shape[0]:
        weights = layer.weight.detach()
    elif isinstance(layer, nn.Linear) and layer.in_features == math.prod(shape):
        weights = layer.weight.detach().reshape(-1, *shape)
    else:
        raise Unsuitable("filters needs a first layer that is convolutional or linear in the pixels")
    order = weights.flatten(1).norm(dim=1).argsort(descending=True, stable=True)
    return weights[order], "filters of the first layer, the largest norm first"
