"""Results -> reports. Pure over what is stored: a report can be written again at any time."""

from pathlib import Path

from bench.catalog import Catalog, resolve
from bench.results import RunResult
from bench.store.folder import write_text


def write_reports(results: RunResult, folder: Path, catalog: Catalog) -> list[Path]:
    """Write every reporter's report into the run directory. One that raises becomes broken; the others are written."""
    written = []
    for name, entry in catalog.entries("reporters").items():
        try:
            text = resolve(entry.info)(results, folder)
        except Exception as error:
            catalog.plugins.mark_broken(entry.plugin, f"reporter {name}", error)
        else:
            written.append(write_text(folder / entry.info.filename, text))
    return written
