"""Colours (after Okabe & Ito 2008), strokes and markers that everyone can tell apart, on light and dark pages."""

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6BB1", "#7F8C8D", "#B8A000", "#3D9970")

# What is no case's: the colour of a line that others are held against, or that stands for any colour.
NEUTRAL = "#8a8f96"

STROKES = ("solid", "dash", "dot", "dashdot")

MARKERS = ("circle", "square", "diamond", "triangle-up")


def colour_of(number: int) -> str:
    """The colour of a number; that of none if it is negative."""
    return NEUTRAL if number < 0 else COLOURS[number % len(COLOURS)]
