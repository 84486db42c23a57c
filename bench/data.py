"""Where datasets, and bench itself, keep their files."""

import os
from pathlib import Path

VARIABLE = "BENCH_DATA"


def data_root() -> Path:
    """The folder for downloaded data: `$BENCH_DATA`, which `--data DIR` sets, else a folder in the user's cache."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else cache_root() / "data"


def cache_root() -> Path:
    """The folder for what bench keeps from run to run: in `$XDG_CACHE_HOME`, else in `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bench"
