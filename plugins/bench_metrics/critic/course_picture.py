"""A picture of duality over a training, without a background of its own."""

from matplotlib.figure import Figure
from pydantic import PositiveInt

from bench import Evaluation
from bench_metrics.critic.duality import duality_of
from bench_metrics.drawing import INK, colour_of, in_grey
from bench_metrics.over_training import snapshots

MOST = 200

# At each snapshot, so that a single one is seen too.
MARK = "."


def duality_course(evaluation: Evaluation, samples: PositiveInt = 1000) -> Figure:
    """Both sides of Kantorovich and Rubinstein's duality over the training, and the critic's own estimate below.

    Above, the exact Wasserstein-1 distance of test and generated samples, and the lower bound that the critic proves:
    what lies between is the duality gap. Below, what the critic says itself, mean f(real) - mean f(generated), not
    divided by its slope: it has a unit of its own.

    :param samples: how many of each at most
    :raises Unsuitable: if the training has kept no snapshots
    """
    epochs = snapshots(evaluation, "duality-course", MOST)
    found = [duality_of(evaluation.case.after(epoch, evaluation.artifact), samples) for epoch in epochs]
    distances, bounds = ([getattr(one, side) for one in found] for side in ("distance", "bound"))
    figure = Figure(figsize=(5.4, 4.2), dpi=100, layout="constrained", facecolor="none")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    above.plot(epochs, distances, color=colour_of(0), marker=MARK, linewidth=1.5, label="exact Wasserstein-1 distance")
    above.plot(epochs, bounds, color=colour_of(1), marker=MARK, linewidth=1.5, label="what the critic proves of it")
    above.fill_between(epochs, bounds, distances, color=INK, alpha=0.2, linewidth=0, label="duality gap")
    above.set_ylim(bottom=0)
    above.legend(fontsize=8, labelcolor=INK, frameon=False)
    above.set_ylabel("distance", fontsize=8)
    below.plot(epochs, [one.estimate for one in found], color=colour_of(2), marker=MARK, linewidth=1.5)
    below.set_ylabel("critic's estimate", fontsize=8)
    below.set_xlabel("epoch", fontsize=8)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
        in_grey(axes)
    return figure
