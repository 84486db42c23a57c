"""`bench plugins`: which plugins are installed, and what is broken."""

import click


@click.command("plugins", short_help="Show the installed plugins, their hooks, and what is broken and why.")
def command() -> None:
    """Show every plugin's name, distribution, version and hooks; for one that is broken, why; and names that clash."""
    from bench.catalog import Catalog
    from bench.cli import added_commands
    from bench.cli.text import table
    from bench.manager import load_plugins

    catalog = Catalog(load_plugins())  # asks every listing hook, so that one that raises is found
    added_commands(catalog.plugins)
    loaded = [plugin for plugin in catalog.plugins.loaded if plugin.name not in catalog.plugins.broken]
    rows = [(p.name, p.distribution, p.version, ", ".join(p.hooks)) for p in loaded]
    click.echo(table(rows, ("name", "distribution", "version", "hooks")))
    for name, reason in catalog.plugins.broken.items():
        click.echo()
        click.secho(f"  broken: {name}", fg="red")
        click.echo(f"    {reason}")
    for clash in catalog.clashes:
        click.echo()
        click.secho(f"  {clash}", fg="red")
