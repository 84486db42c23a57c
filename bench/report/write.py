"""Writes every reporter's report."""

import re
from collections.abc import Collection
from pathlib import Path

from bench.catalog import Catalog, resolve
from bench.errors import BenchError
from bench.results import RunResult
from bench.store.folder import RESULTS, write_text


def write_reports(results: RunResult, folder: Path, catalog: Catalog) -> list[Path]:
    """Write every reporter's report into the run directory. One that fails becomes broken; the others are written."""
    written: list[Path] = []
    taken = {RESULTS}
    for name, entry in sorted(catalog.entries("reporters").items()):
        try:
            filename = _usable(entry.info.filename, taken)
            taken.add(filename.casefold())  # some file systems take upper and lower case for the same
            written.append(write_text(folder / filename, resolve(entry.info)(results, folder)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a plugin raises
            catalog.plugins.mark_broken(entry.plugin, f"reporter {name}", error)
    return written


def _usable(filename: str, taken: Collection[str]) -> str:
    """The name of a report's file: one in the run directory itself, and no other's.

    :raises BenchError: if it is not
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", filename):
        raise BenchError(f"{filename!r} is no plain file name", "letters, digits, `.`, `_`, `+`, `-`")
    if filename.casefold() in taken:
        raise BenchError(f"the file name {filename!r} is taken")
    return filename
