"""A comparison as one offline page: in short, the worst with a drawing each, and all figures to be filtered."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from bench.compare.records import VERDICTS, Comparison, Row, Side
from bench.report.comparison import wording
from bench.report.wording import plain

# So many of the worst have a drawing.
DRAWN = 30

# A drawing in pixels. Its unit is what is tolerated, of which it has so many to either side of no change.
WIDTH, HEIGHT, UNITS = 240, 34, 4


@dataclass(frozen=True)
class Drawing:
    """A change, its interval and what is tolerated, as places on a drawing; None where there is none.

    :param cut: whether something lies beyond the drawing and is shown at its edge
    """

    zero: float
    tolerated: float | None
    change: float
    low: float | None
    high: float | None
    cut: bool


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
        broken=comparison.broken,
        newly_broken=comparison.newly_broken,
        how_to_read=wording.HOW_TO_READ,
    )


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline."""
    first, *more = wording.missing(name, allowed)
    return _page(title="bench compare", outcome="no baseline", passed=True, summary=first, advice=" ".join(more))


def draw(row: Row) -> Drawing:
    """Where the parts of a row's drawing are: worse is to the right."""
    ends = row.interval or ()
    # Nothing may be tolerated, as of a fact: then all that there is fits.
    unit = row.threshold.share or max(map(abs, (row.change, *ends))) / (UNITS - 1) or 1.0
    places = [_place(value / unit) for value in (row.change, *ends)]
    return Drawing(
        zero=_place(0),
        tolerated=_place(1) if row.threshold.share else None,
        change=places[0],
        low=places[1] if ends else None,
        high=places[2] if ends else None,
        cut=any(abs(value / unit) > UNITS for value in (row.change, *ends)),
    )


def _place(units: float) -> float:
    """A place on the drawing, from the left; what lies beyond it is at its edge."""
    within = max(-UNITS, min(units, UNITS))
    return round(WIDTH / 2 + within * (WIDTH / 2 - 8) / UNITS, 1)


def _report_of(side: Side) -> str:
    """The address of a run's own report, if it has one."""
    report = Path(side.folder, "report.html")
    return report.absolute().as_uri() if side.folder and report.is_file() else ""


def _page(**content: object) -> str:
    return _environment().get_template("comparison.html.j2").render(content)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bench.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    environment.globals |= {
        "wording": wording,
        "width": WIDTH,
        "height": HEIGHT,
        "style": Markup(_asset("report.css") + _asset("comparison.css")),  # noqa: S704 - these are code of ours
        "script": Markup(_asset("comparison.js")),  # noqa: S704
    }
    return environment


def _asset(name: str) -> str:
    return Path(__file__).parents[1].joinpath("templates", name).read_text(encoding="utf-8")
