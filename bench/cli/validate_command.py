"""`bench validate SUITE`: find every mistake in a suite without running it."""

from pathlib import Path

import click

from bench.cli.options import suite_options
from bench.data import use_data_root


@click.command("validate", short_help="Find every mistake in a suite, without running it.")
@suite_options
def command(suite: Path, overrides: tuple[str, ...], only: tuple[str, ...], data: Path | None) -> None:
    """Check SUITE: its keys and types, every name and parameter, and whether each model accepts its dataset.

    Nothing is trained and nothing is downloaded.
    """
    use_data_root(data)
    from bench.cli.planning import checked_plan
    from bench.report.formats import counted

    plan, _ = checked_plan(suite, overrides, only)
    click.echo(f"{suite}: {counted(len(plan.cases), 'case')}, no mistakes")
