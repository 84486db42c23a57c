"""What pictures share: ink and colours that read on a light and on a dark page, and images as matplotlib shows them."""

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench import DataSpec, Evaluation, Unsuitable

INK = "#808080"

# Of classes. Found by search: the nearest two are as far apart in OKLab as ten can be, with deuteranopia too, while
# none is too pale for a white page or too dark for one of #111.
COLOURS = (
    "#0d9afb",
    "#f75c25",
    "#149738",
    "#764fd3",
    "#e6ae19",
    "#ca3a93",
    "#4dcba9",
    "#7e5103",
    "#dd8bfd",
    "#006d88",
)


def colour_of(number: int) -> str:
    """The colour of a class; they come again after ten."""
    return COLOURS[number % len(COLOURS)]


def plain_axes(across: str, up: str) -> tuple[Figure, Axes]:
    """Axes without a frame, named in small letters."""
    figure = Figure(figsize=(5.4, 3.4), dpi=100, layout="constrained", facecolor="none")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(across, fontsize=8)
    axes.set_ylabel(up, fontsize=8)
    axes.tick_params(labelsize=8)
    in_grey(axes)
    return figure, axes


def in_grey(axes: Axes) -> None:
    """Draw all but the content in a grey that reads on a light and on a dark page."""
    axes.set_facecolor("none")
    axes.tick_params(colors=INK)
    for spine in axes.spines.values():
        spine.set_color(INK)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(INK)


def images_only(spec: DataSpec, picture: str) -> None:
    """Refuse what cannot be shown.

    :raises Unsuitable: if the inputs are not images of one or three channels
    """
    shape = spec.input_shape
    if len(shape) != 3 or shape[0] not in {1, 3}:
        raise Unsuitable(f"{picture} needs images (1 or 3 channels, height, width)", f"the inputs are {shape}")


def shades(evaluation: Evaluation, images: torch.Tensor) -> torch.Tensor:
    """Images in [0, 1], which is black to white: the range of the dataset's values, or that of its test part."""
    known = evaluation.spec.value_range
    low, high = known or (float(evaluation.inputs.min()), float(evaluation.inputs.max()))
    return ((images - low) / max(high - low, 1e-12)).clamp(0, 1)


def pixels(image: torch.Tensor) -> np.ndarray:
    """(channels, height, width) as matplotlib shows it: one channel as grey, three as colour."""
    return np.asarray(image[0] if image.shape[0] == 1 else image.permute(1, 2, 0))
