"""A comparison as one offline page: in short, the worst with a drawing each, and all figures to be filtered."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from math import isfinite
from pathlib import Path

from markupsafe import Markup, escape

from bench.compare.records import VERDICTS, Comparison, Row, Side
from bench.report.comparison import figures, lines, remedies, wording
from bench.report.files import link
from bench.report.page import render_page

# So many of the worst have a drawing.
DRAWN = 30

# A drawing in pixels, and how often what is tolerated fits beside no change, at least and at most.
WIDTH, HEIGHT, UNITS, FURTHEST = 240, 34, 4, 20


@dataclass(frozen=True)
class Drawing:
    """A change, its interval and what is tolerated, as places on a drawing; None where there is none.

    :param is_beyond: whether the change lies further out than the drawing reaches
    """

    zero: float
    tolerated: float | None
    change: float
    low: float | None
    high: float | None
    is_beyond: bool = False


def render(comparison: Comparison, strict: bool, folder: Path | None = None) -> str:
    """The comparison as HTML. Everything that came from outside is escaped by the template engine.

    :param folder: where the page will be: links to reports begin there; None if nobody knows
    """
    worst, outcome = wording.worst(comparison), wording.outcome(comparison, strict)
    return _page(
        title=wording.title(comparison),
        outcome=outcome,
        passed=comparison.exit_code(strict) == 0,
        summary=wording.more_than(outcome, comparison),
        counts=comparison.counts if comparison.rows else {},
        sides=[(which, wording.side(side), _report_of(side, folder)) for which, side in wording.sides(comparison)],
        notes=[lines.line(note, 400) for note in remedies.noted(comparison)],
        advice=coded(remedies.advice(comparison)),
        remarks=partial(_remarks, is_again=remedies.was_remeasured(comparison)),
        worst=[(row, draw(row)) for row in worst[:DRAWN]],
        more=max(len(worst) - DRAWN, 0),
        rows=comparison.rows,
        verdicts=VERDICTS,
        alone=[("vanished", "base", comparison.vanished), ("new", "head", comparison.new)],
        by_place=wording.by_place,
        broken_before=wording.broken_before(comparison),
        newly_broken=comparison.newly_broken,
        how_to_read=figures.HOW_TO_READ,
    )


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline."""
    first, *more = wording.missing(name, allowed)
    return _page(title="bench compare", outcome="no baseline", passed=True, summary=first, advice=" ".join(more))


def draw(row: Row) -> Drawing:
    """Where the parts of a row's drawing are: worse is to the right."""
    values = [row.change, *(row.interval or ())]
    furthest = max([abs(value) for value in values if isfinite(value)], default=0.0)
    share = row.threshold.share
    reach = max(UNITS * share, min(furthest, FURTHEST * share) if share else furthest) or 1.0
    change, *ends = (_place(value / reach) for value in values)
    return Drawing(
        zero=_place(0),
        tolerated=_place(share / reach) if share else None,
        change=change,
        low=ends[0] if ends else None,
        high=ends[1] if ends else None,
        is_beyond=abs(row.change) > reach,
    )


def coded(text: str) -> Markup:
    """A text of ours, with what stands between backticks as code."""
    return Markup(re.sub("`(.+?)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - it is escaped


def _remarks(row: Row, is_again: bool) -> list[str]:
    """What is to be said of a row: in words of ours, and what is noted of it."""
    return [*map(coded, remedies.remarks(row, is_again)), *remedies.notes(row)]


def _place(share: float) -> float:
    """A place on the drawing, from its left; what lies beyond it, such as infinity, is at its edge."""
    return round(WIDTH / 2 + max(-1.0, min(share, 1.0)) * (WIDTH / 2 - 8), 1)


def _report_of(side: Side, folder: Path | None) -> str:
    """The address of a run's own report, if it has one."""
    report = Path(side.folder, "report.html")
    if not side.folder or not report.is_file():
        return ""
    return link(report, folder) if folder else report.absolute().as_uri()


def _page(**content: object) -> str:
    return (
        render_page(
            "comparison", line=lines.line, figures=figures, remedies=remedies, width=WIDTH, height=HEIGHT, **content
        )
        + "\n"
    )
