"""Pictures of points in the plane, without a background of their own."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pydantic import PositiveInt
from torch import Tensor

from bench import DataSpec, Evaluation, Unsuitable
from bench_metrics.drawing import INK, colour_of, plain_axes
from bench_metrics.generation.samples import compared


def sample_scatter(evaluation: Evaluation, count: PositiveInt = 1000) -> Figure:
    """Generated points over points of the test part.

    :param count: how many of each at most
    :raises Unsuitable: if they are not points in the plane
    """
    plane_only(evaluation.spec, "sample-scatter")
    figure, axes = plain_axes("", "")
    clouds(figure, axes, *compared(evaluation, "sample-scatter", count))
    return figure


def plane_only(spec: DataSpec, picture: str) -> None:
    """Refuse what is not points in the plane.

    :raises Unsuitable: if the inputs are not two numbers
    """
    if spec.input_shape != (2,):
        raise Unsuitable(f"{picture} needs points in the plane (2,)", f"the inputs are {spec.input_shape}")


def clouds(figure: Figure, axes: Axes, real: Tensor, generated: Tensor) -> None:
    """Points (n, 2) of two kinds in axes of one scale; of those that are generated, test points are seen beneath."""
    for points, name, colour, size in ((real, "test", colour_of(0), 14), (generated, "generated", colour_of(1), 4)):
        x, y = points.T
        axes.scatter(x, y, s=size, c=colour, linewidths=0, snap=True, label=name)
    axes.set_aspect("equal", adjustable="box")
    figure.legend(loc="outside upper center", ncols=2, fontsize=8, labelcolor=INK, frameon=False, markerscale=1.5)
