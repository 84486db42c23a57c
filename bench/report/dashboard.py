"""dashboard.html: how all figures have moved over all runs below a folder of reports, in one file without network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.compare.change_points import LEAST_NOISY, LEAST_RUNS, ChangePoint, change_points, too_few
from bench.errors import RunError, suggestion
from bench.report.files import link
from bench.report.formats import counted
from bench.report.page import render_page
from bench.report.trends import COMMIT_DIGITS, Direction, by_how_much, direction, since, size
from bench.report.wording import plain
from bench.store.figures import FACTS
from bench.store.history import History, RunRow, Series

REPORT = "report.html"

# A change is recent if it began among so many of the suite's newest runs; so many of these are told, at most, and so
# many cases of each are named.
RECENT = 30
TOLD = 12
NAMED = 3

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

    @property
    def is_short(self) -> bool:
        """Whether no change could be told yet: what repeats exactly takes one run more than a level, noise many."""
        values, is_fact = self.series.values, self.series.figure in FACTS
        return len(values) <= LEAST_RUNS or (not is_fact and too_few(values))

    def direction(self, change: ChangePoint) -> Direction:
        """Whether one of its changes is for the worse."""
        return direction(change, self.series.higher_is_better)


@dataclass(frozen=True)
class Moved:
    """How much a figure has changed at most, and the trend in the page that shows it."""

    figure: str
    amount: str
    anchor: str


@dataclass(frozen=True)
class Change:
    """All that has changed in one direction since one run.

    :param figures: each once, that which has changed most first
    :param where: the cases that are concerned
    :param size: that of the largest change
    """

    direction: Direction
    figures: list[Moved]
    where: str
    since: str
    report: str
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
    reports = {run.id: link(history.reports / run.folder / REPORT, folder) for run in newest_first}
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
        recent=_recent_runs(max(map(len, runs.values()))),
        short=any(trend.is_short for trend in trends),
        least=LEAST_NOISY,
        digits=COMMIT_DIGITS,
        data={"suites": [_suite(name, runs[name], reports) for name in sorted(runs)], "trends": _encoded(trends)},
    )


def _trend(series: Series, runs: Sequence[RunRow]) -> Trend:
    known = {run.id: place for place, run in enumerate(runs)}
    return Trend(series, [known[run_id] for run_id in series.runs], change_points(series.values))


def _recent(trends: list[Trend], runs: dict[str, list[RunRow]], reports: dict[str, str]) -> list[Change]:
    """What has changed lately: the worse first, the largest first. What changed with the same run is told together."""
    found: dict[tuple[str, int, Direction], list[tuple[int, ChangePoint]]] = {}
    for number, trend in enumerate(trends):
        suite = trend.series.suite
        for change in trend.changes:
            if (place := trend.places[change.index]) >= len(runs[suite]) - RECENT:
                found.setdefault((suite, place, trend.direction(change)), []).append((number, change))
    told = []
    for (suite, place, way), changes in found.items():
        changes.sort(key=lambda one: -size(one[1]))
        run = runs[suite][place]
        figures: dict[str, Moved] = {}
        for number, change in changes:
            figure = trends[number].series.figure
            figures.setdefault(figure, Moved(figure, by_how_much(change), f"trend-{number}"))
        cases = list(dict.fromkeys(trends[number].series.case for number, _ in changes))
        where = _listed(cases) + (f", in {suite}" if len(runs) > 1 else "")
        largest = size(changes[0][1])
        told.append(Change(way, list(figures.values()), where, since(run.id, run.commit), reports[run.id], largest))
    return sorted(told, key=lambda change: (ORDER.index(change.direction), -change.size))


def _recent_runs(count: int) -> str:
    """The runs that are recent.

    :param count: how many there are of the suite that has most
    """
    if count > RECENT:
        return f"the newest {RECENT} runs"
    return "the only run" if count == 1 else f"the newest {count} runs"


def _listed(names: Sequence[str]) -> str:
    """Some names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {counted(more, 'more case')}" if more > 0 else "")


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
            "short": trend.is_short,
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
