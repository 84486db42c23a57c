"""dashboard.html: how all figures have moved over all runs below a folder of reports, in one file without network."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.compare.change_points import ChangePoint, change_points
from bench.errors import RunError, suggestion
from bench.report.page import render_page
from bench.report.trends import COMMIT_DIGITS, Direction, by_how_much, direction, since, size
from bench.report.wording import plain
from bench.store.history import History, RunRow, Series

REPORT = "report.html"

# A change is recent if it began among so many of the suite's newest runs; so many of these are told, at most.
RECENT = 30
TOLD = 12

# Digits of a value that is not whole: more than a chart or a tooltip shows.
DIGITS = 6

ORDER: tuple[Direction, ...] = ("worse", "changed", "better")


@dataclass(frozen=True)
class Trend:
    """A figure of one case at one place, and where it has changed.

    :param places: of its values among the runs of its suite
    """

    series: Series
    places: list[int]
    changes: list[ChangePoint]

    def direction(self, change: ChangePoint) -> Direction:
        """Whether one of its changes is for the worse."""
        return direction(change, self.series.higher_is_better)


@dataclass(frozen=True)
class Change:
    """A change of one figure in one direction that began with one run, in as many trends as show it, the largest first.

    :param anchor: of the first of these in the page
    """

    figure: str
    direction: Direction
    amount: str
    where: str
    others: int
    since: str
    started: str
    report: str
    anchor: str
    size: float


def render(history: History, folder: Path, suite: str = "") -> str:
    """The dashboard as HTML. Everything that came from outside is escaped by the template engine.

    :param folder: where the page will be: links to reports begin there
    :param suite: of this one's runs alone; of all if empty
    :raises RunError: if there are no runs
    """
    newest_first = history.runs(suite)
    if not newest_first:
        suites = {run.suite for run in history.runs()}
        of_suite = f" of {suite!r}" if suite else ""
        raise RunError(f"there are no runs{of_suite} in {history.reports}", suggestion(suite, suites) if suite else "")
    reports = {run.id: _report(history, run, folder) for run in newest_first}
    runs: dict[str, list[RunRow]] = {}
    for run in reversed(newest_first):
        runs.setdefault(run.suite, []).append(run)
    trends = [_trend(series, runs[series.suite]) for series in history.series(suite)]
    changes = _recent(trends, runs, reports)
    return render_page(
        "dashboard",
        suite=suite,
        suites=sorted(runs),
        figures=sorted({trend.series.figure for trend in trends}),
        runs=newest_first,
        latest=newest_first[0],
        reports=reports,
        trends=len(trends),
        changes=changes[:TOLD],
        left_out=len(changes) - TOLD,
        counts={name: sum(change.direction == name for change in changes) for name in ORDER},
        recent=RECENT,
        digits=COMMIT_DIGITS,
        data={"suites": [_suite(name, runs[name], reports) for name in sorted(runs)], "trends": _encoded(trends)},
    )


def _report(history: History, run: RunRow, folder: Path) -> str:
    """The address of a run's report as seen from a folder; empty if there is none."""
    report = history.reports / run.folder / REPORT
    return quote(Path(os.path.relpath(report, folder.resolve())).as_posix()) if report.is_file() else ""


def _trend(series: Series, runs: Sequence[RunRow]) -> Trend:
    known = {run.id: place for place, run in enumerate(runs)}
    return Trend(series, [known[run_id] for run_id in series.runs], change_points(series.values))


def _recent(trends: list[Trend], runs: dict[str, list[RunRow]], reports: dict[str, str]) -> list[Change]:
    """What has changed lately: the worse first, the largest first. What a run changed in many trends is told once."""
    found = [
        ((trend.series.suite, trend.places[change.index], trend.series.figure, trend.direction(change)), number, change)
        for number, trend in enumerate(trends)
        for change in trend.changes
        if trend.places[change.index] >= len(runs[trend.series.suite]) - RECENT
    ]
    told = []
    for key, group in groupby(sorted(found, key=lambda one: (one[0], -size(one[2]), one[1])), key=lambda one: one[0]):
        (_, number, change), *others = group
        run = runs[key[0]][key[1]]
        series = trends[number].series
        told.append(
            Change(
                figure=series.figure,
                direction=key[3],
                amount=by_how_much(change),
                where=f"{series.case}, {series.place}" + (f", in {series.suite}" if len(runs) > 1 else ""),
                others=len(others),
                since=since(run.id, run.commit),
                started=run.started,
                report=reports[run.id],
                anchor=f"trend-{number}",
                size=size(change),
            )
        )
    return sorted(told, key=lambda change: (ORDER.index(change.direction), -change.size))


def _suite(name: str, runs: Sequence[RunRow], reports: dict[str, str]) -> dict[str, Any]:
    """A suite's runs as the page's script takes them, a list for each thing that is known of them."""
    return {
        "name": plain(name),
        "runs": [plain(run.id) for run in runs],
        "started": [plain(run.started) for run in runs],
        "commits": [plain(run.commit[:COMMIT_DIGITS]) for run in runs],
        "reports": [reports[run.id] for run in runs],
    }


def _encoded(trends: Iterable[Trend]) -> list[dict[str, Any]]:
    """Trends as the page's script takes them: values from the first run that has one, null where a run has none."""
    return [
        {
            "suite": plain(trend.series.suite),
            "figure": plain(trend.series.figure),
            "case": plain(trend.series.case),
            "place": plain(trend.series.place),
            "unit": plain(trend.series.unit),
            "better": trend.series.higher_is_better,
            "first": trend.places[0],
            "values": _spread(trend),
            "changes": [
                [trend.places[change.index], trend.direction(change), by_how_much(change), _short(change.before)]
                for change in trend.changes
            ],
            "levels": [_short(change.after) for change in trend.changes],
        }
        for trend in trends
    ]


def _spread(trend: Trend) -> list[float | None]:
    values: list[float | None] = [None] * (trend.places[-1] - trend.places[0] + 1)
    for place, value in zip(trend.places, trend.series.values, strict=True):
        values[place - trend.places[0]] = _short(value)
    return values


def _short(value: float) -> float:
    """A value in few digits; a whole number as it is."""
    return int(value) if value.is_integer() else float(f"{value:.{DIGITS}g}")
