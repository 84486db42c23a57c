"""Statistics of samples."""

import numpy as np

from bench.results import LEAST_SAMPLES, Latency


def latency(durations_ns: np.ndarray) -> Latency:
    """The percentiles of the pooled durations of all processes, in seconds."""
    return Latency(**{f"p{q:g}".replace(".", ""): percentile(durations_ns, q) for q in LEAST_SAMPLES})


def percentile(durations_ns: np.ndarray, q: float) -> float | None:
    """The q-th percentile in seconds; None if there are too few samples to state it."""
    if len(durations_ns) < LEAST_SAMPLES[q]:
        return None
    return float(np.percentile(durations_ns, q)) / 1e9


def throughput(durations_ns: np.ndarray, batch_size: int) -> float:
    """Samples a second over all calls back to back."""
    return batch_size * len(durations_ns) / (float(durations_ns.sum()) / 1e9)
