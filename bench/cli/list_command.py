"""`bench list`: what a suite can use."""

from typing import Any

import click

from bench.cli.usage import OneOf

KINDS = ("models", "datasets", "metrics", "runtimes", "reporters")


@click.command("list", short_help="Show the models, datasets, metrics and runtimes that are there.")
@click.argument("kind", type=OneOf("kind", KINDS), required=False)
def command(kind: str | None) -> None:
    """Show everything that the installed plugins offer, or one KIND of it."""
    from bench.catalog import Catalog
    from bench.cli.text import say_broken, table
    from bench.manager import load_plugins

    catalog = Catalog(load_plugins())
    for wanted in [kind] if kind else KINDS:
        rows = [
            (name, _task(entry.info), entry.plugin, _about(entry.info))
            for name, entry in sorted(catalog.entries(wanted).items())
        ]
        click.secho(wanted, bold=True)
        click.echo(table(rows, ("name", "task", "plugin", "summary")) if rows else "  none")
        click.echo()
    say_broken(catalog)


def _task(info: Any) -> str:
    task = getattr(info, "task", "")
    return task if isinstance(task, str) else ", ".join(task)


def _about(info: Any) -> str:
    """The summary; of a runtime also what it can serve, and whether something that it needs is missing here."""
    from bench.catalog import how_to_install, missing
    from bench.records import SCENARIOS, RuntimeInfo

    if not isinstance(info, RuntimeInfo):
        return str(info.summary)
    parts = [info.summary, f"[{', '.join(info.precisions)}]"]
    if info.scenarios != SCENARIOS:
        parts.append(f"[{', '.join(info.scenarios)}]")
    if absent := missing(info):
        hint = how_to_install(info)
        parts.append(f"[not installed: {', '.join(absent)}" + (f"; {hint}]" if hint else "]"))
    return " ".join(part for part in parts if part)
