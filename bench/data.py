"""Where datasets, and bench itself, keep their files."""

import os
from pathlib import Path

VARIABLE = "BENCH_DATA"


def data_root() -> Path:
    """The folder for downloaded data: `$BENCH_DATA`, which `--data DIR` sets, else a folder in the user's cache."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else cache_root() / "data"


def use_data_root(folder: Path | None) -> None:
    """Make the folder for downloaded data known to this process and to all that it starts; None leaves it as it is."""
    if folder is not None:
        os.environ[VARIABLE] = str(folder.resolve())


def cache_root() -> Path:
    """The folder for what bench keeps from run to run: in `$XDG_CACHE_HOME`, else in `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bench"
