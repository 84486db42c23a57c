"""Statistics of samples."""

import numpy as np

from bench.results import Latency

# The fewest samples from which a percentile may be stated, by the early-stopping rule of MLPerf's LoadGen at 99 %
# confidence: fewer could all have been lucky.
LEAST_SAMPLES = {50: 11, 90: 64, 99: 662}


def latency(durations_ns: np.ndarray) -> Latency:
    """The percentiles of the pooled durations of all processes, in seconds."""
    return Latency(**{f"p{q}": percentile(durations_ns, q) for q in LEAST_SAMPLES})


def percentile(durations_ns: np.ndarray, q: int) -> float | None:
    """The q-th percentile in seconds; None if there are too few samples to state it."""
    if len(durations_ns) < LEAST_SAMPLES[q]:
        return None
    return float(np.percentile(durations_ns, q)) / 1e9


def throughput(durations_ns: np.ndarray, batch_size: int) -> float:
    """Samples a second over all calls back to back."""
    return batch_size * len(durations_ns) / (float(durations_ns.sum()) / 1e9)
