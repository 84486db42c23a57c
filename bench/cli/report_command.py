"""`bench report RUN`: write a run's reports again."""

import sys
from pathlib import Path

import click

from bench.cli.options import reports_option


@click.command("report", short_help="Write the reports of a run again, from its results.json.")
@click.argument("run")
@reports_option
def command(run: str, reports: Path) -> None:
    """Write the reports of RUN again: after an update of bench, or with a new reporter plugin.

    It is named by its directory, its identifier, a git commit, a baseline or `latest`.

    \b
    Exit codes:
      0  there are reports; a reporter that failed is named
      2  RUN has no results, or damaged ones
      3  no report could be written
    """
    from bench.catalog import Catalog
    from bench.cli.comparing import find_run
    from bench.cli.text import say_failed
    from bench.manager import load_plugins
    from bench.report.write import write_reports

    found = find_run(run, reports)
    catalog = Catalog(load_plugins())
    written = write_reports(found.results, found.folder, catalog)
    for path in written:
        click.echo(path)
    say_failed(catalog)
    if not written:
        sys.exit(3)
