"""Plain tables and notices for the terminal."""

import math
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import fmean

import click

from bench.catalog import Catalog

# A last column that is narrower than this goes below the others, so far from the edge.
NARROWEST, BELOW = 16, 6

# The heights of a line of blocks, and how many it has at most.
BLOCKS = "▁▂▃▄▅▆▇█"
LONGEST = 60


def table(rows: Sequence[Sequence[str]], headers: Sequence[str] = ()) -> str:
    """Aligned columns, indented, without empty ones; on a terminal the last is wrapped to its width, or goes below."""
    everything = [list(headers), *map(list, rows)] if headers else [list(row) for row in rows]
    kept = [column for column in range(len(everything[0])) if any(row[column] for row in map(list, rows))]
    widths = [max(len(row[column]) for row in everything) for column in kept]
    indent = 2 + sum(width + 2 for width in widths[:-1])
    is_below = _room(indent) < NARROWEST
    lines = []
    for row in everything:
        *cells, last = [row[column].ljust(width) for column, width in zip(kept, widths, strict=True)] or [""]
        first, *more = ["", *_wrapped(last.rstrip(), BELOW)] if is_below else _wrapped(last.rstrip(), indent)
        lines.append("  " + "  ".join([*cells, first]))
        lines += [" " * (BELOW if is_below else indent) + line for line in more]
    lines = [line.rstrip() for line in lines]
    if headers:
        lines[0] = click.style(lines[0], dim=True)
    return "\n".join(lines)


def sparkline(values: Sequence[float]) -> str:
    """A line of blocks, as high as the values; of many values, each stands for the mean of some."""
    parts = min(len(values), LONGEST)
    cuts = [len(values) * part // parts for part in range(parts + 1)]
    means = [fmean(values[start:end]) for start, end in pairwise(cuts)]
    least, reach = min(means), max(means) - min(means)
    heights = [(mean - least) / reach if reach else 0.5 for mean in means]
    return "".join(BLOCKS[min(int(height * len(BLOCKS)), len(BLOCKS) - 1)] for height in heights)


def duration(seconds: float) -> str:
    """About how long, as one says it: `45 s`, `1 min 10 s`, `2 h 5 min`."""
    whole = round(seconds) if seconds < 60 else round(seconds / 5) * 5
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    units = [(hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((n for n, (count, _) in enumerate(units) if count), 2)
    return " ".join(f"{count} {unit}" for count, unit in units[first : first + 2] if count or whole == 0)


def _wrapped(text: str, indent: int) -> list[str]:
    """The lines of a text that fit a terminal beside `indent`."""
    room = _room(indent)
    return [text] if room == math.inf else textwrap.wrap(text, max(int(room), 1), break_on_hyphens=False) or [""]


def _room(indent: int) -> float:
    """What a terminal leaves beside `indent`, in characters; whatever else reads the output takes any length."""
    return shutil.get_terminal_size((120, 24)).columns - indent if sys.stdout.isatty() else math.inf


def say_warning(text: str) -> None:
    """Say on standard error what is not as it should be."""
    click.secho(text, fg="yellow", err=True)


def say_broken(catalog: Catalog) -> None:
    """Say on standard error which plugins are missing because they are broken, and which names because they clash."""
    for clash in catalog.clashes:
        say_warning(str(clash))
    for name in catalog.plugins.broken:
        say_warning(f"plugin {name} is broken; `bench plugins` says why")


def say_failed(catalog: Catalog, known: Mapping[str, str] | None = None) -> None:
    """Say on standard error which plugins have broken since those that are known, and why.

    :param known: plugin -> the reason that it was broken for already
    """
    for name, reason in catalog.plugins.broken.items():
        if (known or {}).get(name) != reason:
            click.secho(f"plugin {name} failed: {reason}", fg="red", err=True)
