"""What `bench bisect` prints."""

from collections.abc import Iterable
from pathlib import Path

import click

from bench.bisect.git import Commit
from bench.bisect.judging import Decision, Ends
from bench.bisect.search import Found
from bench.cli.text import table
from bench.compare.records import Row

COLOURS = {"good": "green", "bad": "red", "skip": "yellow"}


def say_progress(text: str) -> None:
    """Say on standard error what is done now, which may take long."""
    click.secho(text, dim=True, err=True)


def print_ends(ends: Ends) -> None:
    """The figures at both ends that have become worse; all of them, and what to do, if none has."""
    shown = ends.watched.values() or ends.rows
    click.echo(table([(str(row.key), _both(row), _change(row), row.verdict) for row in shown]))
    if not ends.watched:
        click.echo(f"{ends.rows[0].key.name} has not become worse from {ends.good.short} to {ends.bad.short}")
        if any(row.verdict == "inconclusive" and row.kind == "timing" for row in ends.rows):
            click.echo("timing in more processes finds smaller differences: --set measure.processes=20")
        elif any(row.verdict == "inconclusive" for row in ends.rows):
            click.echo("more seeds find smaller differences: --set 'seeds=[0, 1, 2, 3, 4]'")
        else:
            click.echo("commits that are further apart, or another --place, may show a difference")


def print_decision(decision: Decision) -> None:
    """A line for a commit: how it is, its figure, its change from the good commit."""
    commit, row = decision.commit, decision.row
    what = f"{_figure(row.head, row)}, {_change(row)}" if row else decision.reason
    mark = click.style(f"{decision.mark:4}", fg=COLOURS[decision.mark])
    click.echo(f"  {mark}  {commit}: {what}{' (uncertain)' if decision.is_uncertain else ''}")


def print_found(found: Found, folder: Path) -> None:
    """The first bad commit, or all that it may be; and which decisions it rests on could be otherwise."""
    if found.change is None:
        click.echo(f"\nthe first bad commit is one of {len(found.suspects)}, of which at most one could be measured:")
        click.echo(table([(commit.short, commit.subject) for commit in found.suspects]))
    else:
        _print_first(found.suspects[0], found.before, found.change)
    _print_some("uncertain, each decided by the figure that is nearer", (d for d in found.decisions if d.is_uncertain))
    _print_some("skipped", (d for d in found.decisions if d.mark == "skip"))
    click.echo(f"\nthe runs, their logs and git-bisect.log: {folder}")


def _print_first(commit: Commit, before: Commit, row: Row) -> None:
    click.secho(f"\nthe first bad commit is {commit}", bold=True)
    rows = [
        ("commit", commit.id),
        ("author", commit.author),
        ("date", commit.date),
        ("figure", str(row.key)),
        ("before", f"{_figure(row.base, row)} at {before}"),
        ("after", _figure(row.head, row)),
        ("change", f"{_change(row)}: {row.verdict}"),
        ("notes", "; ".join(row.notes)),
    ]
    click.echo(table([row for row in rows if row[-1]]))


def _print_some(title: str, decisions: Iterable[Decision]) -> None:
    rows = [(one.commit.short, one.mark, one.commit.subject, one.reason) for one in decisions]
    if rows:
        click.echo(f"\n{title}:")
        click.echo(table(rows))


def _both(row: Row) -> str:
    return f"{_figure(row.base, row)} -> {_figure(row.head, row)}"


def _figure(value: float, row: Row) -> str:
    return f"{value:.5g} {row.unit}".strip()


def _change(row: Row) -> str:
    """How much worse; an interval of no width, as of a fact, says nothing more."""
    low, high = row.interval or (row.change, row.change)
    within = f" [{low:+.1%}, {high:+.1%}]" if low != high else ""
    return f"{row.change:+.1%}{within} worse" if row.change > 0 else f"{row.change:+.1%}{within}"
