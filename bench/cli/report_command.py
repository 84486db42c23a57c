"""`bench report RUN`: write a run's reports again."""

from pathlib import Path

import click


@click.command("report", short_help="Write the reports of a run again, from its results.json.")
@click.argument("run", type=click.Path(path_type=Path))
def command(run: Path) -> None:
    """Write the reports of RUN, a run directory, again: after an update of bench, or with a new reporter plugin."""
    from bench.catalog import Catalog
    from bench.cli.text import say_failed
    from bench.manager import load_plugins
    from bench.report import write_reports
    from bench.store.folder import read_results

    results, folder = read_results(run)
    catalog = Catalog(load_plugins())
    for path in write_reports(results, folder, catalog):
        click.echo(path)
    say_failed(catalog)
