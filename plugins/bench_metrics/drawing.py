"""What pictures share: ink that reads on a light and on a dark page, and images as matplotlib shows them."""

import numpy as np
import torch
from matplotlib.axes import Axes

INK = "#808080"


def in_grey(axes: Axes) -> None:
    """Draw all but the content in a grey that reads on a light and on a dark page."""
    axes.set_facecolor("none")
    axes.tick_params(colors=INK)
    for spine in axes.spines.values():
        spine.set_color(INK)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(INK)


def pixels(image: torch.Tensor) -> np.ndarray:
    """(channels, height, width) as matplotlib shows it: one channel as grey, three as colour."""
    return np.asarray(image[0] if image.shape[0] == 1 else image.permute(1, 2, 0))
