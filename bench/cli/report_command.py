"""`bench report RUN`: write a run's reports again."""

import sys
from pathlib import Path

import click


@click.command("report", short_help="Write the reports of a run again, from its results.json.")
@click.argument("run", type=click.Path(path_type=Path))
def command(run: Path) -> None:
    """Write the reports of RUN, a run directory, again: after an update of bench, or with a new reporter plugin.

    \b
    Exit codes:
      0  there are reports; a reporter that failed is named
      2  RUN has no results, or damaged ones
      3  no report could be written
    """
    from bench.catalog import Catalog
    from bench.cli.text import say_failed
    from bench.manager import load_plugins
    from bench.report.write import write_reports
    from bench.store.folder import read_results

    results, folder = read_results(run)
    catalog = Catalog(load_plugins())
    written = write_reports(results, folder, catalog)
    for path in written:
        click.echo(path)
    say_failed(catalog)
    if not written:
        sys.exit(3)
