"""A picture of a search for an architecture, without a background of its own."""

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.drawing import INK, colour_of, in_grey
from bench_models.sequences.patterns import LETTERS

# In inches: a row of the picture, and what is above and below all rows.
ROW, AROUND = 0.22, 1.0


def architecture(evaluation: Evaluation) -> Figure:
    """With which probability each block became what during the search, and the pattern that was found.

    A row a block, the first one above. A panel for each kind: the deeper its colour, the more probable. The strip on
    the right is what was built and trained.

    :raises Unsuitable: for a model that has searched for nothing
    """
    model = evaluation.case.model
    course, pattern = getattr(model, "course", None), getattr(model, "pattern", "")
    if course is None or not len(course):
        raise Unsuitable("architecture shows what a search has found", f"{type(model).__name__} has made none")
    blocks = len(pattern)
    figure = Figure(figsize=(6.4, AROUND + ROW * blocks), dpi=100, layout="constrained", facecolor="none")
    *panels, strip = figure.subplots(1, len(LETTERS) + 1, sharey=True, width_ratios=(4,) * len(LETTERS) + (1,))
    for number, (axes, kind) in enumerate(zip(panels, LETTERS.values(), strict=True)):
        _probabilities(axes, course[:, :, number], number)
        _named(axes, kind)
    _strip(strip, pattern)
    panels[0].set_yticks(range(blocks), [str(place + 1) for place in range(blocks)])
    panels[0].set_ylabel("block", fontsize=8)
    panels[len(panels) // 2].set_xlabel("share of the search", fontsize=8)
    return figure


def _probabilities(axes: Axes, course: Tensor, number: int) -> None:
    """Probabilities (kept, blocks) of one kind, from transparent at 0 to its full colour at 1."""
    colour = to_rgb(colour_of(number))
    shade = LinearSegmentedColormap.from_list("shade", [(*colour, 0.0), (*colour, 1.0)])
    blocks = course.shape[1]
    extent = (0.0, 1.0, blocks - 0.5, -0.5)
    axes.imshow(course.T.numpy(), cmap=shade, vmin=0, vmax=1, aspect="auto", extent=extent, interpolation="nearest")
    axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])


def _strip(axes: Axes, pattern: str) -> None:
    """The pattern from the first block down, a square of its kind's colour for each."""
    for place, letter in enumerate(pattern):
        number = [*LETTERS].index(letter)
        axes.barh(place, 1, height=0.9, color=colour_of(number) if letter != "i" else "none", edgecolor=INK)
        axes.text(0.5, place, letter, ha="center", va="center", fontsize=9, color="white" if letter != "i" else INK)
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    _named(axes, "found")


def _named(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize=8, color=INK)
    axes.tick_params(labelsize=8)
    in_grey(axes)
