"""A comparison for the terminal: the worst first, and no more than a screen."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from bench.compare.records import Comparison, Row
from bench.report.comparison import wording

# Lines of a screen, and of what is listed besides the figures.
SCREEN, LISTED = 24, 3


def render(comparison: Comparison, strict: bool) -> str:
    """The comparison as plain text.

    :param strict: whether what has vanished is named, not only counted
    """
    above = [f"{wording.title(comparison)}: {wording.outcome(comparison, strict)}", wording.summary(comparison)]
    above += _some([wording.broken(one) for one in comparison.newly_broken])
    above += _some([f"vanished: {wording.line(str(key))}" for key in comparison.vanished]) if strict else []
    below = _some([f"note: {wording.line(note)}" for note in comparison.notes])
    below += filter(None, [wording.advice(comparison)])
    below += [f"{which}: {wording.side(side)}" for which, side in wording.sides(comparison)]
    room = SCREEN - len(above) - len(below)
    return "\n".join([*above, *_rows(wording.worst(comparison), room), *below]) + "\n"


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline."""
    return "\n".join(wording.missing(name, allowed)) + "\n"


def _rows(rows: Sequence[Row], room: int) -> Iterator[str]:
    """Two lines a row, under its verdict, and how many rows are left."""
    most = max((room - len({row.verdict for row in rows}) - 1) // 2, 2)
    for verdict, same in groupby(rows[:most], lambda row: row.verdict):
        yield f"{verdict}:"
        for row in same:
            yield f"  {wording.name(row)}"
            yield f"    {wording.told(row)}"
    if len(rows) > most:
        yield wording.left_over(len(rows) - most, "more; `--format html` shows all")


def _some(lines: Sequence[str]) -> list[str]:
    left = len(lines) - LISTED
    return [*lines[:LISTED], *([wording.left_over(left)] if left > 0 else [])]
