"""Pictures of what a generator made over its training, of the same noise every time; without a background of their own.

The snapshots are computed by torch, as the captions say; the last of them is the trained model.
"""

from matplotlib.figure import Figure
from pydantic import PositiveInt

from bench import Evaluation
from bench_metrics.drawing import INK, colour_of, images_only, in_grey, shades
from bench_metrics.generation.plane import plane_only
from bench_metrics.over_training import snapshots
from bench_metrics.sheet import COLUMNS, Row, sheet

# Panels in a row, and inches of each.
PANELS, INCHES = 4, 1.6


def samples_over_training(evaluation: Evaluation, count: PositiveInt = 10) -> Figure:
    """Generated images after more and more epochs, a row each.

    :param count: how many rows at most
    :raises Unsuitable: if they are no images of one or three channels, or the training has kept no snapshots
    """
    images_only(evaluation.spec, "samples-over-training")
    rows = [
        Row(shades(evaluation, evaluation.case.after(epoch, evaluation.artifact).outputs[:COLUMNS]), f"{epoch}")
        for epoch in snapshots(evaluation, "samples-over-training", count)
    ]
    return sheet(rows, caption="after so many epochs, by the torch model; each column of one noise")


def scatter_over_training(evaluation: Evaluation, count: PositiveInt = 8) -> Figure:
    """Generated points over points of the test part after more and more epochs, a panel each.

    :param count: how many panels at most
    :raises Unsuitable: if they are not points in the plane, or the training has kept no snapshots
    """
    plane_only(evaluation.spec, "scatter-over-training")
    found = snapshots(evaluation, "scatter-over-training", count)
    rows = -(-len(found) // PANELS)
    figure = Figure(figsize=(PANELS * INCHES, rows * INCHES), dpi=100, layout="constrained", facecolor="none")
    panels = figure.subplots(rows, PANELS, squeeze=False, sharex=True, sharey=True).flatten()
    low, high = float(evaluation.inputs.min()), float(evaluation.inputs.max())
    margin = 0.15 * (high - low)
    for axes in panels:
        axes.axis("off")
    for axes, epoch in zip(panels, found, strict=False):
        earlier = evaluation.case.after(epoch, evaluation.artifact)
        for points, name, size, colour in (
            (evaluation.inputs, "test", 4, colour_of(0)),
            (earlier.outputs, "generated", 1, colour_of(1)),
        ):
            axes.scatter(*points[:1000].T, s=size, c=colour, linewidths=0, label=name)
        axes.set(xlim=(low - margin, high + margin), ylim=(low - margin, high + margin), aspect="equal")
        axes.set_title(f"epoch {epoch}", fontsize=8, color=INK)
        in_grey(axes)
    handles, names = panels[0].get_legend_handles_labels()
    legend = {"loc": "outside upper center", "ncols": 2, "fontsize": 8, "labelcolor": INK, "frameon": False}
    figure.legend(handles, names, markerscale=4, **legend)
    return figure
