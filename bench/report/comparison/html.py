"""A comparison as one offline page: in short, the worst with a drawing each, and all figures to be filtered."""

from collections.abc import Collection
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from bench.compare.records import VERDICTS, Comparison, Row, Side
from bench.report.comparison import wording
from bench.report.page import render_page

# So many of the worst have a drawing.
DRAWN = 30

# A drawing in pixels, and how often what is tolerated fits beside no change, at least.
WIDTH, HEIGHT, UNITS = 240, 34, 4


@dataclass(frozen=True)
class Drawing:
    """A change, its interval and what is tolerated, as places on a drawing; None where there is none."""

    zero: float
    tolerated: float | None
    change: float
    low: float | None
    high: float | None


def render(comparison: Comparison, strict: bool) -> str:
    """The comparison as HTML. Everything that came from outside is escaped by the template engine."""
    worst = wording.worst(comparison)
    return _page(
        title=wording.title(comparison),
        outcome=wording.outcome(comparison, strict),
        passed=comparison.exit_code(strict) == 0,
        summary=wording.summary(comparison),
        counts=comparison.counts,
        sides=[(which, wording.side(side), _report_of(side)) for which, side in wording.sides(comparison)],
        notes=[wording.line(note, 400) for note in comparison.notes],
        advice=wording.advice(comparison),
        worst=[(row, draw(row)) for row in worst[:DRAWN]],
        more=max(len(worst) - DRAWN, 0),
        rows=comparison.rows,
        verdicts=VERDICTS,
        new=comparison.new,
        vanished=comparison.vanished,
        failed_before=wording.failed_before(comparison),
        newly_broken=comparison.newly_broken,
        how_to_read=wording.HOW_TO_READ,
    )


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline."""
    first, *more = wording.missing(name, allowed)
    return _page(title="bench compare", outcome="no baseline", passed=True, summary=first, advice=" ".join(more))


def draw(row: Row) -> Drawing:
    """Where the parts of a row's drawing are: worse is to the right."""
    values = [row.change, *(row.interval or ())]
    reach = max(UNITS * row.threshold.share, *(abs(value) for value in values if isfinite(value)), 0.0) or 1.0
    change, *ends = (_place(value / reach) for value in values)
    return Drawing(
        zero=_place(0),
        tolerated=_place(row.threshold.share / reach) if row.threshold.share else None,
        change=change,
        low=ends[0] if ends else None,
        high=ends[1] if ends else None,
    )


def _place(share: float) -> float:
    """A place on the drawing, from its left; what lies beyond it, such as infinity, is at its edge."""
    return round(WIDTH / 2 + max(-1.0, min(share, 1.0)) * (WIDTH / 2 - 8), 1)


def _report_of(side: Side) -> str:
    """The address of a run's own report, if it has one."""
    report = Path(side.folder, "report.html")
    return report.absolute().as_uri() if side.folder and report.is_file() else ""


def _page(**content: object) -> str:
    return render_page("comparison", wording=wording, width=WIDTH, height=HEIGHT, **content) + "\n"
