"""`bench list`: what a suite can use."""

import click

KINDS = ("models", "datasets", "metrics", "runtimes", "reporters")


@click.command("list", short_help="Show the models, datasets, metrics and runtimes that are there.")
@click.argument("kind", type=click.Choice(KINDS), required=False)
def command(kind: str | None) -> None:
    """Show everything that the installed plugins offer, or one KIND of it."""
    from bench.catalog import Catalog
    from bench.cli.text import say_broken, table
    from bench.manager import load_plugins

    catalog = Catalog(load_plugins())
    for wanted in [kind] if kind else KINDS:
        rows = [
            (name, getattr(entry.info, "task", ""), entry.plugin, entry.info.summary)
            for name, entry in catalog.entries(wanted).items()
        ]
        click.secho(wanted, bold=True)
        click.echo(table(rows, ("name", "task", "plugin", "summary")) if rows else "  none")
        click.echo()
    say_broken(catalog)
