"""A picture of what a critic thinks of the plane, without a background of its own."""

import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from pydantic import PositiveInt

from bench import Evaluation
from bench_metrics.asking import first
from bench_metrics.critic.samples import judged
from bench_metrics.drawing import INK, plain_axes
from bench_metrics.generation.plane import clouds, plane_only

# Places along either axis, shades of grey, and what is seen around the points, as a share of their extent.
SIDE, SHADES, MARGIN = 120, 20, 0.15

# Without the darkest, on which the points would not be seen.
GREYS = LinearSegmentedColormap.from_list("greys", ("#444", "#fff"))


def critic_surface(evaluation: Evaluation, count: PositiveInt = 1000) -> Figure:
    """What the critic answers around test and generated points, as in figure 1 of Gulrajani et al. (2017).

    :param count: how many points of each at most
    :raises Unsuitable: if the inputs are not points in the plane
    """
    plane_only(evaluation.spec, "critic-surface")
    real, generated, *_ = judged(evaluation, "critic-surface", count)
    x, y, places = _grid(torch.cat([real, generated]))
    values = first(evaluation.case.call(evaluation.artifact, places)).reshape(SIDE, SIDE)
    figure, axes = plain_axes("", "")
    surface = axes.contourf(x, y, values, SHADES, cmap=GREYS)
    bar = figure.colorbar(surface, ax=axes, label="value")
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8, colors=INK)
    bar.ax.yaxis.label.set(color=INK, fontsize=8)
    clouds(figure, axes, real, generated)
    return figure


def _grid(points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Where places lie along either axis (side,) around points (n, 2), and the places, row by row (side * side, 2)."""
    low, high = points.amin(0), points.amax(0)
    margin = MARGIN * (high - low).max().clamp_min(1e-6)
    x, y = (torch.linspace(float(a - margin), float(b + margin), SIDE) for a, b in zip(low, high, strict=True))
    across, up = torch.meshgrid(x, y, indexing="xy")
    return x, y, torch.stack([across.flatten(), up.flatten()], 1).to(points.dtype)
