"""What `bench bisect` prints."""

from collections.abc import Iterable
from pathlib import Path

import click

from bench.bisect.git import Commit
from bench.bisect.judging import Decision, Ends
from bench.bisect.search import Found
from bench.cli.text import table
from bench.compare.again import SAME_GRAPH
from bench.compare.records import Row
from bench.report.comparison import figures, lines, remedies

COLOURS = {"good": "green", "bad": "red", "skip": "yellow"}


def say_progress(text: str) -> None:
    """Say on standard error what is done now, which may take long."""
    click.secho(text, dim=True, err=True)


def print_ends(ends: Ends) -> None:
    """The figures that have become worse between the ends; all of them, and what to do, if none has."""
    for row in ends.watched.values() or ends.rows:
        click.echo(f"  {figures.name(row)}")
        click.echo(f"    {row.verdict}: {figures.told(row)}")
    if not ends.watched:
        click.echo(f"{ends.rows[0].key.name} has not become worse from {ends.good.short} to {ends.bad.short}")
        click.echo(_advice(ends.rows))


def _advice(rows: Iterable[Row]) -> str:
    """What would show a difference that was not found."""
    open_ = {row.kind for row in rows if row.verdict == "inconclusive"}
    if "timing" in open_:
        return "more processes find smaller differences: --set measure.processes=20, or --repeats"
    if "quality" in open_:
        return "more seeds find smaller differences: --set 'seeds=[0, 1, 2, 3, 4]'"
    return "a smaller --threshold, or commits further apart, may show a difference"


def print_decision(decision: Decision) -> None:
    """A line for a commit: how it is, its figure, its change from the good commit."""
    row = decision.row
    what = _what(row) if row else lines.line(decision.reason)
    mark = click.style(f"{decision.mark:4}", fg=COLOURS[decision.mark])
    click.echo(f"  {mark}  {_named(decision.commit)}: {what}{' (uncertain)' if decision.is_uncertain else ''}")


def print_found(found: Found, folder: Path) -> None:
    """The first bad commit, or all that it may be; and which decisions it rests on could be otherwise."""
    if found.change is None:
        click.echo(
            f"\nany of {len(found.suspects)} commits may be the first bad one, since some could not be measured:"
        )
        click.echo(table([(commit.short, lines.line(commit.subject)) for commit in found.suspects]))
    else:
        _print_first(found.suspects[0], found.before, found.change)
    _print_some("uncertain, decided by the figure that is nearer", [d for d in found.decisions if d.is_uncertain])
    _print_some("skipped", [d for d in found.decisions if d.mark == "skip"])
    click.echo(f"\nthe runs, their logs and git-bisect.log: {folder}")


def _print_first(commit: Commit, before: Commit, row: Row) -> None:
    old, new = figures.base_and_head(row)
    rows = [
        ("commit", commit.id),
        ("author", lines.line(commit.author)),
        ("date", commit.date),
        ("figure", figures.name(row)),
        ("before", f"{old}  at {_named(before)}"),
        ("after", new),
        ("change", figures.change(row)),
        ("interval", figures.interval(row) if row.kind != "fact" else ""),
        ("verdict", row.verdict),
        ("notes", "; ".join(remedies.remarks(row))),
    ]
    click.secho(f"\nthe first bad commit is {_named(commit)}", bold=True)
    click.echo(table([row for row in rows if row[-1]]))


def _print_some(title: str, decisions: list[Decision]) -> None:
    rows = [(one.mark * one.is_uncertain, one.commit.short, lines.line(one.commit.subject)) for one in decisions]
    if rows:
        click.echo(f"\n{title}:")
        click.echo(table(rows))


def _what(row: Row) -> str:
    """A figure and its change; of the same graph, neither: what its own run found besides is chance."""
    return "the same graph" if SAME_GRAPH in row.notes else f"{_figure(row)}, {figures.change(row)}"


def _figure(row: Row) -> str:
    """What it is at the head; of a fact every digit, since it is exact."""
    return figures.base_and_head(row)[1] if row.kind == "fact" else figures.figure(row.head, row.unit)


def _named(commit: Commit) -> str:
    return f"{commit.short} {lines.line(commit.subject)}"
