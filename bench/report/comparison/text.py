"""A comparison for the terminal: the worst first, and no more than a screen."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby

from bench.compare.records import VERDICTS, Comparison, Row
from bench.report.comparison import figures, lines, remedies, wording

# Lines of a screen, and of what is listed besides the figures.
SCREEN, LISTED = 24, 3

# What makes a verdict, or an outcome, stand out.
Paint = Callable[[str], str]

_VERDICT = re.compile("|".join(VERDICTS))


def render(comparison: Comparison, strict: bool, paint: Paint = str) -> str:
    """The comparison as text, which is plain unless it is painted.

    :param strict: whether what has vanished is told before the figures, as what is bad is
    """
    lines: list[str] = []
    for listed in range(LISTED, 0, -1):
        lines = _lines(comparison, strict, listed, paint)
        if len(lines) <= SCREEN:
            break
    return "\n".join(lines) + "\n"


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline."""
    return "\n".join(wording.missing(name, allowed)) + "\n"


def _lines(comparison: Comparison, strict: bool, listed: int, paint: Paint) -> list[str]:
    """The lines of a comparison.

    :param listed: so many of each list besides the figures
    """

    def some(told: Sequence[str]) -> list[str]:
        left = len(told) - listed
        return [*told[:listed], *([lines.left_over(left)] if left > 0 else [])]

    outcome = wording.outcome(comparison, strict)
    counts = _VERDICT.sub(lambda verdict: paint(verdict[0]), wording.more_than(outcome, comparison))
    heading = [f"{wording.title(comparison)}: {paint(outcome)}", *filter(None, [counts])]
    notes = some([f"note: {lines.line(note, 2 * lines.MOST)}" for note in remedies.noted(comparison)])
    vanished = some([f"only the base has: {what}" for what in wording.places(comparison.vanished)])
    above = heading if comparison.rows else [*notes, *heading]
    above += some([wording.broken(one) for one in comparison.newly_broken])
    above += vanished if strict else []
    below = some(wording.broken_before(comparison))
    below += [] if strict else vanished
    below += some([f"only the head has: {what}" for what in wording.places(comparison.new)])
    below += notes if comparison.rows else []
    below += filter(None, [remedies.advice(comparison)])
    below += [f"{which}: {wording.side(side)}" for which, side in wording.sides(comparison)]
    room = SCREEN - len(above) - len(below)
    return [*above, *_rows(wording.worst(comparison), room, paint), *below]


def _rows(rows: Sequence[Row], room: int, paint: Paint) -> Iterator[str]:
    """Two lines a row, under its verdict, the second with why it stays open; and how many rows are left."""
    most = max((room - len({row.verdict for row in rows}) - 1) // 2, 2)
    for verdict, same in groupby(rows[:most], lambda row: row.verdict):
        yield f"{paint(verdict)}:"
        for row in same:
            yield f"  {figures.name(row)}"
            why = f"; {remedies.why(row)}" if verdict == "inconclusive" else ""
            yield f"    {figures.told(row)}{why}"
    if len(rows) > most:
        yield lines.left_over(len(rows) - most, "more; `--format html` shows all")
