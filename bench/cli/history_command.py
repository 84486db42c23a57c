"""`bench history`: which runs there are, and how a figure has moved over them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import FILE, only_option, reports_option
from bench.cli.usage import Group
from bench.errors import BenchError, RunError, suggestion

if TYPE_CHECKING:
    from bench.compare.change_points import ChangePoint
    from bench.store.history import History, Point, RunRow

# In a table, the row where a figure has changed; in words, the colours of what a change is for.
MARK = "◆"
COLOURS = {"worse": "red", "better": "green", "changed": None}

# After a commit whose files had been changed.
CHANGED = "+"

# What a command ends with that had nothing to do.
NOTHING = 4


@click.group(
    "history", cls=Group, short_help="List all runs, and show how a figure has moved.", invoke_without_command=True
)
@reports_option
@click.option("--suite", default="", metavar="NAME", help="Only runs of this suite.")
@click.option("--most", type=click.IntRange(min=1), default=20, show_default=True, help="So many runs, the newest.")
@click.pass_context
def command(context: click.Context, reports: Path, suite: str, most: int) -> None:
    """List the runs below a folder of reports, the newest first; or TREND, DASHBOARD, or REBUILD."""
    if context.invoked_subcommand is None:
        from bench.cli.text import table
        from bench.store.history import History

        history = History(reports)
        names: dict[str, list[str]] = {}
        for name, run_id in history.baselines().items():
            names.setdefault(run_id, []).append(name)
        rows = [
            (run.id, run.suite, run.status, run.started, _commit(run), ", ".join(names.get(run.id, [])))
            for run in _runs(history, suite, most)
        ]
        if rows:
            click.echo(table(rows, ("run", "suite", "status", "started", "commit", "baseline")))
        else:
            click.echo(f"there are no runs in {reports}")


def _runs(history: "History", suite: str, most: int) -> "list[RunRow]":
    """The newest runs.

    :raises RunError: if there are some, but none of the suite
    """
    found = history.runs(suite, most)
    if not found and (suites := {run.suite for run in history.runs()}):
        raise RunError(f"there are no runs of {suite!r} in {history.reports}", suggestion(suite, suites))
    return found


def _commit(one: "RunRow | Point") -> str:
    return one.commit[:10] + CHANGED * one.is_changed


@command.command("trend", short_help="Show a figure of every run.")
@click.argument("figure")
@reports_option
@click.option("--suite", default="", metavar="NAME", help="Only runs of this suite.")
@only_option
def trend(figure: str, reports: Path, suite: str, only: tuple[str, ...]) -> None:
    """Show FIGURE, such as accuracy or latency-p50, of every case in every run, the oldest run first."""
    from itertools import groupby

    from bench.cli.text import sparkline, table
    from bench.compare.change_points import LEAST_NOISY, change_points, too_few
    from bench.store.figures import FACTS
    from bench.store.history import History

    history = History(reports)
    _runs(history, suite, 1)
    points = history.trend(figure, suite, only)
    if not points:
        raise _nothing(figure, suite, only, {point.case for point in history.trend(figure, suite)})
    for number, ((case, place), found) in enumerate(groupby(points, lambda point: (point.case, point.place))):
        click.echo(("\n" if number else "") + click.style(case, bold=True) + f"  {place}")
        series = list(found)
        values = [point.value for point in series]
        changes = change_points(values)
        click.echo("  " + sparkline(values))
        if figure not in FACTS and too_few(values):
            click.echo(
                f"  {figure}: {len(values)} runs are too few to tell a change; from {LEAST_NOISY} on one can be found"
            )
        for change in changes:
            click.echo("  " + _told(figure, series[change.index], change))
        click.echo(table(_rows(series, changes), ("run", "started", "commit", figure, "change")))


def _nothing(figure: str, suite: str, only: Sequence[str], cases: set[str]) -> BenchError:
    """The error for a figure that is in other runs, but in none that is asked for."""
    of_suite = f" of {suite!r}" if suite else ""
    if cases:
        error = RunError(f"--only {' '.join(only)} matches no case{of_suite} with {figure}", suggestion(only[0], cases))
    else:
        error = RunError(f"no run{of_suite} has a figure {figure!r}")
    error.exit_code = NOTHING
    return error


def _told(figure: str, point: "Point", change: "ChangePoint") -> str:
    """A change in words, in the colour of what it is for."""
    from bench.report.trends import by_how_much, direction, since

    way = direction(change, point.higher_is_better)
    words = f"{figure} {by_how_much(change)} {since(point.run_id, point.commit)}"
    return click.style(words + ("" if way == "changed" else f", {way}"), fg=COLOURS[way])


def _rows(points: Sequence["Point"], changes: Sequence["ChangePoint"]) -> list[tuple[str, ...]]:
    """Each point, with its change from the one before; those where a figure has changed are marked."""
    from bench.report.comparison.figures import figure

    before: list[float | None] = [None, *(point.value for point in points[:-1])]
    marks = {change.index: f" {MARK}" for change in changes}
    return [
        (
            p.run_id,
            p.started,
            _commit(p),
            figure(p.value, p.unit, more_digits=2),
            _change(p.value, earlier) + marks.get(n, ""),
        )
        for n, (p, earlier) in enumerate(zip(points, before, strict=True))
    ]


def _change(value: float, earlier: float | None) -> str:
    return f"{(value - earlier) / abs(earlier):+.1%}" if earlier else ""


@command.command("dashboard", short_help="Write one page with the trends of all figures.")
@reports_option
@click.option(
    "--output",
    type=FILE,
    help="The file to write.  [default: dashboard.html in the folder of --reports]",
)
@click.option("--suite", default="", metavar="NAME", help="Only runs of this suite.")
def dashboard(reports: Path, output: Path | None, suite: str) -> None:
    """Write one page that needs no network: what has changed lately, and the trend of every figure of every case."""
    from bench.report.dashboard import render
    from bench.store.folder import write_text
    from bench.store.history import History

    path = output or reports / "dashboard.html"
    text = render(History(reports), path.parent, suite)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}", "name another file with --output") from error
    click.echo(path)


@command.command("rebuild", short_help="Make the history anew from the run directories.")
@reports_option
def rebuild(reports: Path) -> None:
    """Make the history anew from the run directories; baselines are kept."""
    from bench.cli.text import say_warning
    from bench.store.history import History

    if not reports.is_dir():
        raise RunError(f"{reports}: there is no such folder", "name one with --reports")
    history = History(reports, make=True)
    count = history.rebuild(say_warning)
    click.echo(f"{history.path}: {count} run{'' if count == 1 else 's'}")
