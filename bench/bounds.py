"""Bounds on a figure, as gates and targets have them: at least so much, at most so much. Standard library only."""

import re

# A share as one writes it: `5%`, `0.5 %`.
PERCENT = r"^\d+(\.\d+)? ?%$"


def holds(value: float, low: float | None, high: float | None) -> bool:
    """Whether a value lies within its bounds; what is no number lies nowhere."""
    return value == value and (low is None or value >= low) and (high is None or value <= high)  # noqa: PLR0124


def written(low: float | None, high: float | None) -> str:
    """The bounds as a reader would write them."""
    bounds = [("at least", low), ("at most", high)]
    return ", ".join(f"{word} {value:g}" for word, value in bounds if value is not None)


def share(text: str) -> float:
    """What `5%` says: 0.05.

    :raises ValueError: if it says no share
    """
    if not re.fullmatch(PERCENT, text):
        raise ValueError(f"{text!r} is no share in per cent, such as 5%")
    return float(text.rstrip("%")) / 100
