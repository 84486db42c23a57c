"""Plain tables and notices for the terminal."""

import shutil
from collections.abc import Collection, Sequence

import click

from bench.catalog import Catalog


def table(rows: Sequence[Sequence[str]], headers: Sequence[str] = ()) -> str:
    """Aligned columns, indented, without empty ones; the last is cut to the width of the terminal."""
    everything = [list(headers), *map(list, rows)] if headers else [list(row) for row in rows]
    kept = [column for column in range(len(everything[0])) if any(row[column] for row in map(list, rows))]
    widths = [max(len(row[column]) for row in everything) for column in kept]
    room = shutil.get_terminal_size((120, 24)).columns
    lines = []
    for row in everything:
        cells = [row[column].ljust(width) for column, width in zip(kept, widths, strict=True)]
        line = ("  " + "  ".join(cells)).rstrip()
        lines.append(line if len(line) <= room else line[: room - 1] + "…")
    if headers:
        lines[0] = click.style(lines[0], dim=True)
    return "\n".join(lines)


def say_broken(catalog: Catalog) -> None:
    """Say on standard error which plugins are missing because they are broken, and which names because they clash."""
    for clash in catalog.clashes:
        click.secho(str(clash), fg="yellow", err=True)
    for name in catalog.plugins.broken:
        click.secho(f"plugin {name} is broken; `bench plugins` says why", fg="yellow", err=True)


def say_failed(catalog: Catalog, known: Collection[str] = ()) -> None:
    """Say on standard error which plugins have broken since those that are known, and why."""
    for name, reason in catalog.plugins.broken.items():
        if name not in known:
            click.secho(f"plugin {name} failed: {reason}", fg="red", err=True)
