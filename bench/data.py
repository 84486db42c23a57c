"""Where datasets keep their files."""

import os
from pathlib import Path

VARIABLE = "BENCH_DATA"


def data_root() -> Path:
    """The folder for downloaded data: `$BENCH_DATA`, which `--data DIR` sets, else a folder in the user's cache."""
    given = os.environ.get(VARIABLE)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(given) if given else Path(cache) / "bench" / "data"
