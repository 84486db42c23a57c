"""A comparison for the terminal: the worst first, and no more than a screen."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from bench.compare.records import Comparison, Row
from bench.report.comparison import wording

# Lines of each part: together with the headings no more than a screen has.
ROWS, BROKEN, NOTES = 6, 3, 3


def render(comparison: Comparison, strict: bool) -> str:
    """The comparison as plain text."""
    lines = [f"{wording.title(comparison)}: {wording.outcome(comparison, strict)}", wording.summary(comparison)]
    lines += _some([f"  {wording.broken(one)}" for one in comparison.newly_broken], BROKEN, "  ")
    lines += _rows(wording.worst(comparison))
    lines += _some([f"note: {wording.line(note)}" for note in comparison.notes], NOTES, "")
    lines += wording.remedies(comparison)
    lines += [f"{which}: {wording.side(side)}" for which, side in wording.sides(comparison)]
    return "\n".join(lines) + "\n"


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline."""
    return "\n".join(wording.missing(name, allowed)) + "\n"


def _rows(rows: Sequence[Row]) -> Iterator[str]:
    for verdict, same in groupby(rows[:ROWS], lambda row: row.verdict):
        yield f"{verdict}:"
        for row in same:
            yield f"  {wording.name(row)}"
            yield f"    {wording.told(row)}"
    if len(rows) > ROWS:
        yield wording.left_over(len(rows) - ROWS, "more; `--format html` shows all")


def _some(lines: Sequence[str], most: int, indent: str) -> list[str]:
    left = len(lines) - most
    return [*lines[:most], *([indent + wording.left_over(left)] if left > 0 else [])]
