"""Pictures of forecasts, without a background of their own."""

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pydantic import PositiveInt
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.drawing import INK, colour_of, in_grey, plain_axes
from bench_metrics.forecasting.errors import absolute_errors
from bench_metrics.forecasting.horizons import horizons_of
from bench_metrics.forecasting.skill import climatology, persistence

# So many horizons can be read below each other.
PANELS = 4

# The share of the year that has passed when a month begins, or half a day less, since years are not of one length.
MONTHS = (torch.tensor([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]) - 0.5) / 365.25
LETTERS = "JFMAMJJASOND"


def forecasts(evaluation: Evaluation, count: PositiveInt = 365) -> Figure:
    """What was forecast and what then came, a panel a horizon; of many horizons, some from the first to the last.

    :param count: how many steps of the test part, the first ones
    :raises Unsuitable: if the dataset does not tell its horizons
    """
    horizons = horizons_of(evaluation.spec, "forecasts")
    places = np.unique(np.linspace(0, len(horizons) - 1, PANELS).round().astype(int)).tolist()
    figure = Figure(figsize=(6.4, 0.5 + 1.3 * len(places)), dpi=100, layout="constrained", facecolor="none")
    panels = figure.subplots(len(places), sharey=True, squeeze=False)[:, 0]
    for axes, place in zip(panels, places, strict=True):
        axes.plot(evaluation.targets[:count, place], color=INK, linewidth=0.8, label="observed")
        axes.plot(evaluation.outputs[:count, place], color=colour_of(0), linewidth=1.0, label="forecast")
        steps = f"{horizons[place]} step{'s' * (horizons[place] > 1)} ahead"
        axes.set_title(steps, fontsize=8, color=INK, loc="left", pad=2)
        axes.set_ylabel(evaluation.spec.unit, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
        axes.margins(x=0)
        in_grey(axes)
        _name_months(axes, evaluation, horizons[place], count)
    panels[0].legend(fontsize=8, labelcolor=INK, frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 0.95))
    return figure


def error_by_horizon(evaluation: Evaluation) -> Figure:
    """Mean absolute error at each horizon, beside that of persistence and, where the data has a season, climatology.

    :raises Unsuitable: if the dataset does not tell its horizons
    """
    horizons = horizons_of(evaluation.spec, "error-by-horizon")
    figure, axes = plain_axes("steps ahead", f"mean absolute error [{evaluation.spec.unit}]".removesuffix(" []"))
    for number, (name, answers) in enumerate(_compared(evaluation).items()):
        errors = absolute_errors(answers, evaluation.targets).mean(0)
        axes.plot(range(len(horizons)), errors, "o-", color=colour_of(number), label=name, markersize=5, linewidth=1.2)
    axes.set_xticks(range(len(horizons)), [str(horizon) for horizon in horizons])
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8, labelcolor=INK, frameon=False)
    return figure


def _compared(evaluation: Evaluation) -> dict[str, Tensor]:
    """Forecasts (n, horizons) by who makes them."""
    found = {"forecast": evaluation.outputs, "persistence": persistence(evaluation)}
    try:
        found["climatology"] = climatology(evaluation)
    except Unsuitable as reason:
        print(f"error-by-horizon is drawn without climatology: {reason}")
    return found


def _name_months(axes: Axes, evaluation: Evaluation, horizon: int, count: int) -> None:
    """Let the ticks be the beginnings of months, if the data has a season; else they count the steps."""
    if evaluation.spec.season is None:
        return
    sine, cosine = (evaluation.inputs[:count, -1, place] for place in evaluation.spec.season)
    turns = (torch.atan2(sine, cosine) / (2 * torch.pi) + horizon / 365.25).remainder(1)
    months = torch.searchsorted(MONTHS, turns, right=True) - 1
    begins = (months.diff() != 0).nonzero().flatten() + 1
    axes.set_xticks(begins.tolist(), [LETTERS[month] for month in months[begins]])
