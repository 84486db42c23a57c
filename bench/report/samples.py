"""Raw samples -> a curve of percentiles that is thin enough for a page."""

from pathlib import Path

import numpy as np

from bench.conditions import LEAST_SAMPLES
from bench.report.files import inside

# Points of a curve; a page has many.
POINTS = 120

# By the rule for percentiles, it takes so many times x queries to state what one query in x exceeds.
LEAST_OF_ONE = LEAST_SAMPLES[99.9] / 1000


def tail(folder: Path, path: str) -> tuple[list[float], list[float]] | None:
    """The latencies that one query in x exceeds, for x from 1 up to what so many samples can state.

    :param path: of the raw samples, relative to the run directory
    :returns: the values of x, and the latencies in seconds; None if there are no such samples
    """
    durations = _durations(folder, path)
    if durations is None or len(durations) <= LEAST_OF_ONE:
        return None
    rarity = np.geomspace(1, len(durations) / LEAST_OF_ONE, POINTS)
    latencies = np.quantile(durations, 1 - 1 / rarity) / 1e9
    return [_rounded(x) for x in rarity], [_rounded(y) for y in latencies]


def _durations(folder: Path, path: str) -> np.ndarray | None:
    """The nanoseconds of all queries; None if the file is not there, or not what the harness writes."""
    file = inside(folder, path)
    if file is None:
        return None
    try:
        samples = np.lib.format.open_memmap(file, mode="r")
    except (OSError, ValueError):
        return None
    is_ours = samples.dtype == np.int64 and samples.shape[1:] == (2,)
    return np.asarray(samples[:, 1]) if is_ours else None


def _rounded(value: float) -> float:
    """Five digits: a page need not hold more."""
    return float(f"{value:.5g}")
