"""A comparison as Markdown for a comment: the verdict, the worst, all else folded; no longer than GitHub takes."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

from bench.compare.records import Broken, Comparison, Key, Row
from bench.report.comparison import figures, lines, remedies, wording
from bench.report.escaping import escape
from bench.report.formats import NOTHING, counted

T = TypeVar("T")

# By this line a program finds the comment again, so as to write the next comparison over it.
MARKER = "<!-- bench compare -->"

# What GitHub takes, less what the ends of folded parts and of cut tables need; in bytes, of which no letter has fewer.
LIMIT, RESERVE = 65_536, 1_500

# Rows at a glance; rows of each other part, and the bytes that it may take, so that all figures have room.
SCREEN, LISTED, PART = 12, 100, 8_000

# So many figures of a place are named.
NAMED = 20

HEADERS = ("verdict", "figure", "base", "head", "change", "95 % interval", "tolerated", "remarks")


class _Page:
    """Text that stays below a limit: what does not fit any more is counted instead."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.room = LIMIT - RESERVE

    def add(self, text: str, kept: int = 0) -> bool:
        """Add a line, unless it would leave less than what is to be kept."""
        size = len(text.encode()) + 1
        if size > self.room - kept:
            return False
        self.room -= size
        self.parts.append(text)
        return True

    def add_all(
        self,
        items: Sequence[T],
        write: Callable[[T], str],
        closing: str = "\nand {} more.",
        most: int = SCREEN,
        room: int = PART,
    ) -> int:
        """Add as many lines as fit, and how many were left out; returns how many did."""
        shown, kept = 0, max(self.room - room, 0)
        while shown < min(most, len(items)) and self.add(write(items[shown]), kept):
            shown += 1
        if shown < len(items):
            self.parts.append(closing.format(f"{len(items) - shown:,}"))  # from the reserve
        return shown

    def folded(
        self,
        title: str,
        items: Sequence[T],
        write: Callable[[T], str],
        head: str = "",
        most: int = LISTED,
        room: int = PART,
    ) -> None:
        """Add a part that a reader opens; an empty one is left out."""
        if items and self.add(f"\n<details><summary>{title} ({len(items):,})</summary>\n{head}"):
            self.add_all(items, write, most=most, room=room)
            self.parts.append("\n</details>")


def render(comparison: Comparison, strict: bool) -> str:
    """The comparison as Markdown, below GitHub's limit for a comment."""
    page = _Page()
    outcome = wording.outcome(comparison, strict)
    page.add(f"{MARKER}\n## {_text(wording.title(comparison))}: {outcome}\n")
    if not comparison.rows and comparison.notes:
        page.add_all(comparison.notes, _item, "- and {} more")
        page.add("")
    if summary := wording.more_than(outcome, comparison):
        page.add(f"**{summary}**" + ("\n" if comparison.newly_broken else ""))
    page.add_all(comparison.newly_broken, _broken, "- and {} more")
    is_again = remedies.was_remeasured(comparison)
    shown = _add_worst(page, wording.worst(comparison), is_again)
    if advice := remedies.advice(comparison):
        page.add(f"\n{advice}")
    page.add(f"\n{_text(_compared(comparison), 5 * lines.MOST)}")
    _add_details(page, comparison, shown, is_again)
    return "\n".join(page.parts) + "\n"


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline."""
    first, *more = wording.missing(name, allowed)
    return "\n\n".join([f"{MARKER}\n## {_text(first)}", *map(_text, more)]) + "\n"


def _compared(comparison: Comparison) -> str:
    """What is compared, in a line."""
    runs = [f"{which} {wording.side(side)}" for which, side in wording.sides(comparison)]
    return f"Compared: {'; '.join(runs)}."


def _add_worst(page: _Page, rows: Sequence[Row], is_again: bool) -> frozenset[Key]:
    """Add a table of the worst, and say of which there was room."""
    if not rows:
        return frozenset()
    page.add(f"\n{_head()}")
    shown = page.add_all(rows, partial(_row, is_again=is_again), "\nand {} more below.")
    return frozenset(row.key for row in rows[:shown])


def _add_details(page: _Page, comparison: Comparison, shown: frozenset[Key], is_again: bool) -> None:
    """Add all that a reader may open.

    :param shown: of which figures the remarks stand above already
    """

    def row(one: Row) -> str:
        return _row(one, is_again, has_remarks=one.key not in shown)

    page.folded("Cases that failed before", wording.broken_before(comparison), _item)
    page.folded("Notes", remedies.noted(comparison) if comparison.rows else (), _item)
    _add_places(page, "Vanished", "base", comparison.vanished)
    _add_places(page, "New", "head", comparison.new)
    page.add(f"\n{figures.HOW_TO_READ}")
    page.folded("All figures", comparison.rows, row, f"\n{_head()}", len(comparison.rows), LIMIT)


def _add_places(page: _Page, what: str, which: str, keys: Collection[Key]) -> None:
    """Add which figures one run alone has, a line for each place."""
    title = f"{what}: {counted(len(keys), 'figure')} that only the {which} has, by place"
    page.folded(title, wording.places(keys, NAMED), partial(_item, most=5 * lines.MOST))


def _item(what: str, most: int = 2 * lines.MOST) -> str:
    return f"- {_text(what, most)}"


def _broken(one: Broken) -> str:
    return _item(wording.broken(one))


def _text(text: str, most: int = 2 * lines.MOST) -> str:
    """Text from outside, literally; it calls nobody and points to no issue, which GitHub finds in any text."""
    return escape(lines.line(text, most)).replace("@", "@<!-- -->").replace("#", "#<!-- -->")


def _head() -> str:
    return f"| {' | '.join(HEADERS)} |\n|{' --- |' * len(HEADERS)}"


def _row(row: Row, is_again: bool, has_remarks: bool = True) -> str:
    base, head = figures.base_and_head(row)
    verdict = f"**{row.verdict}**" if row.verdict == "regressed" else row.verdict
    cells = (str(row.key), base, head, figures.change(row), figures.interval(row), figures.threshold(row))
    told = [*remedies.remarks(row, is_again), *map(_text, remedies.notes(row))]
    remarks = "; ".join(told) if has_remarks else "see above" if told else ""
    return f"| {' | '.join([verdict, *(_text(cell) or NOTHING for cell in cells), remarks])} |"
