"""Files of a run directory, as a results.json of unknown origin names them."""

from pathlib import Path


def inside(folder: Path, path: str) -> Path | None:
    """The file of this name, if it is one inside the run directory."""
    try:
        file = (folder / path).resolve()
        return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # no file can have such a name
        return None
