"""A sheet of images: rows of tiles, placed to the pixel, with labels in an ink that reads on any page."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench_metrics.drawing import INK, pixels

DPI = 100
MARGIN = 6
# Pixels of the longer side of a tile, and of the labels before a row: so many columns with labels are 640 pixels wide.
COLUMNS = 10
TILE = 56
LABEL = 52
# Lines of text: their height in pixels and size in points; and the width of a character of a caption.
NOTE, NOTE_SIZE = 13, 7
CAPTION, CAPTION_SIZE = 20, 8
CHARACTER = 6

# As many as the eye needs; with all 256 a file would be twice as large.
GREYS = colormaps["gray"].resampled(32)


@dataclass(frozen=True)
class Row:
    """A row of a sheet.

    :param images: (n, channels, height, width) in [0, 1]
    :param label: stands left of them
    :param notes: one below each of them, as far as there are some
    :param above: pixels of space above it, beyond the gap
    """

    images: torch.Tensor
    label: str = ""
    notes: Sequence[str] = ()
    above: int = 0


def sheet(rows: Sequence[Row], caption: str = "", tile: int = TILE, gap: int = 2, apart: Sequence[int] = ()) -> Figure:
    """Rows of images of one shape below each other.

    :param tile: pixels of an image's longer side at most; see `_scale`
    :param gap: pixels between neighbours
    :param apart: columns that stand further from the one before
    """
    scale = _scale(rows[0].images, tile)
    height, width = (round(side * scale) for side in rows[0].images.shape[-2:])
    left = MARGIN + (LABEL if any(row.label for row in rows) else 0)
    columns = max(len(row.images) for row in rows)
    lefts = [left + column * (width + gap) + 8 * sum(column >= one for one in apart) for column in range(columns)]
    tops, bottom = _tops(rows, height, gap)
    right = max(lefts[-1] + width, left + CHARACTER * len(caption))
    figure, axes = _canvas(right + MARGIN, bottom + (CAPTION if caption else MARGIN))
    for row, y in zip(rows, tops, strict=True):
        axes.text(left - 6, y + height / 2, row.label, ha="right", va="center", fontsize=CAPTION_SIZE, color=INK)
        for image, x in zip(row.images, lefts, strict=False):
            _show(axes, image, (x, x + width, y + height, y), sharp=scale % 1 == 0)
        for note, x in zip(row.notes, lefts, strict=False):
            axes.text(x + width / 2, y + height + 2, note, ha="center", va="top", fontsize=NOTE_SIZE, color=INK)
    axes.text(left, bottom + CAPTION / 2, caption, ha="left", va="center", fontsize=CAPTION_SIZE, color=INK)
    return figure


def _scale(images: torch.Tensor, tile: int) -> float:
    """How many times images are enlarged; if they fit into a tile twice, a whole number, so that pixels stay alike."""
    scale = tile / max(images.shape[-2:])
    return float(scale // 1) if scale >= 2 else scale


def _tops(rows: Sequence[Row], height: int, gap: int) -> tuple[list[int], int]:
    """The upper edge of each row, and the lower one of all."""
    tops, y = [], MARGIN
    for number, row in enumerate(rows):
        y += gap + row.above if number else 0
        tops.append(y)
        y += height + (NOTE if row.notes else 0)
    return tops, y


def _canvas(width: int, height: int) -> tuple[Figure, Axes]:
    """Axes that fill a figure of so many pixels; their coordinates are its pixels, from its upper left corner."""
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="none")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0), autoscale_on=False)
    axes.axis("off")
    return figure, axes


def _show(axes: Axes, image: torch.Tensor, place: tuple[int, int, int, int], sharp: bool) -> None:
    """An image at (left, right, bottom, top)."""
    look = "nearest" if sharp else "antialiased"
    axes.imshow(pixels(image), extent=place, aspect="auto", interpolation=look, cmap=GREYS, vmin=0, vmax=1)
