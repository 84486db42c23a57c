"""Files of run directories: as a results.json of unknown origin names them, and as a page links to them."""

import os
from pathlib import Path
from urllib.parse import quote


def inside(folder: Path, path: str) -> Path | None:
    """The file of this name, if it is one inside the run directory."""
    try:
        file = (folder / path).resolve()
        return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # no file can have such a name
        return None


def link(file: Path, folder: Path) -> str:
    """The address of a file as seen from a folder, right as long as both are moved together; empty if there is none."""
    return quote(Path(os.path.relpath(file, folder.resolve())).as_posix()) if file.is_file() else ""
