"""`bench history`: which runs there are, and how a figure has moved over them."""

from pathlib import Path
from typing import Any

import click

from bench.cli.options import only_option, reports_option


@click.group("history", short_help="List all runs, and show how a figure has moved.", invoke_without_command=True)
@reports_option
@click.option("--suite", default="", metavar="NAME", help="Only runs of this suite.")
@click.option("--most", type=click.IntRange(min=1), default=20, show_default=True, help="So many runs, the newest.")
@click.pass_context
def command(context: click.Context, reports: Path, suite: str, most: int) -> None:
    """List the runs below a folder of reports, the newest first; or TREND, or REBUILD."""
    if context.invoked_subcommand is None:
        from bench.cli.text import table
        from bench.store.history import History

        history = History(reports)
        names: dict[str, list[str]] = {}
        for name, run_id in history.baselines().items():
            names.setdefault(run_id, []).append(name)
        rows = [
            (run.id, run.suite, run.status, run.started, run.commit[:10], ", ".join(names.get(run.id, [])))
            for run in history.runs(suite, most)
        ]
        if rows:
            click.echo(table(rows, ("run", "suite", "status", "started", "commit", "baseline")))
        else:
            click.echo(f"there are no runs{f' of {suite}' if suite else ''} in {reports}")


@command.command("trend", short_help="Show a figure of every run.")
@click.argument("figure")
@reports_option
@click.option("--suite", default="", metavar="NAME", help="Only runs of this suite.")
@only_option
def trend(figure: str, reports: Path, suite: str, only: tuple[str, ...]) -> None:
    """Show FIGURE, such as accuracy or latency-p50, of every case in every run, the oldest run first."""
    from itertools import groupby

    from bench.cli.text import table
    from bench.store.history import History

    points = History(reports).trend(figure, suite, only)
    if not points:
        matches = f" that matches {' or '.join(map(repr, only))}" if only else ""
        click.echo(f"no run{f' of {suite}' if suite else ''} has a case with it{matches}")
    for number, ((case, place), found) in enumerate(groupby(points, lambda point: (point.case, point.place))):
        click.echo(("\n" if number else "") + click.style(case, bold=True) + f"  {place}")
        click.echo(table(_rows(list(found)), ("run", "started", "commit", figure, "change")))


def _rows(points: list[Any]) -> list[tuple[str, ...]]:
    """Each point, with its change from the one before."""
    before: list[float | None] = [None, *(point.value for point in points[:-1])]
    return [
        (p.run_id, p.started, p.commit[:10], f"{p.value:.5g} {p.unit}".strip(), _change(p.value, earlier))
        for p, earlier in zip(points, before, strict=True)
    ]


def _change(value: float, earlier: float | None) -> str:
    return f"{value / earlier - 1:+.1%}" if earlier else ""


@command.command("rebuild", short_help="Make the history anew from the run directories.")
@reports_option
def rebuild(reports: Path) -> None:
    """Make the history anew from the run directories; baselines are kept."""
    from bench.cli.text import say_warning
    from bench.errors import RunError
    from bench.store.history import History

    if not reports.is_dir():
        raise RunError(f"{reports}: there is no such folder", "name one with --reports")
    history = History(reports, make=True)
    count = history.rebuild(say_warning)
    click.echo(f"{history.path}: {count} run{'' if count == 1 else 's'}")
