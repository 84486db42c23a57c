"""Statistics of samples: percentiles, throughput, and where their spread comes from."""

from collections.abc import Sequence
from math import pi, sqrt

import numpy as np

from bench.conditions import LEAST_SAMPLES
from bench.results import Latency, Spread


def latency(durations_ns: np.ndarray) -> Latency:
    """The percentiles of the pooled durations of all processes, in seconds."""
    return Latency(**{f"p{q:g}".replace(".", ""): percentile(durations_ns, q) for q in LEAST_SAMPLES})


def percentile(durations_ns: np.ndarray, q: float) -> float | None:
    """The q-th percentile in seconds; None if there are too few samples to state it."""
    if len(durations_ns) < LEAST_SAMPLES[q]:
        return None
    return float(np.percentile(durations_ns, q)) / 1e9


def keeps(durations_ns: np.ndarray, bound_s: float) -> bool:
    """Whether the 99th percentile keeps a bound; what has too few samples to state it does not."""
    p99 = percentile(durations_ns, 99)
    return p99 is not None and p99 <= bound_s


def spread(processes_ns: Sequence[np.ndarray]) -> Spread:
    """Where the spread of durations comes from: within a process, or between processes.

    Within: the interquartile range over 1.349, which is the standard deviation if durations are normal and does not
    mind a few that are not. Between: the variance of the processes' medians less what sampling explains of it, which
    for the median of n normal durations is pi / 2 of their variance over n.

    :param processes_ns: the durations of each process
    """
    medians = np.array([np.median(durations) for durations in processes_ns])
    middle = float(np.median(medians))
    within = [_deviation(durations) for durations in processes_ns]
    between = None
    if len(medians) > 1:
        sampling = np.mean([pi / 2 * w**2 / len(ns) for w, ns in zip(within, processes_ns, strict=True)])
        between = sqrt(max(0.0, float(medians.var(ddof=1) - sampling))) / middle
    return Spread(within=float(np.median(within)) / middle, between=between)


def _deviation(durations: np.ndarray) -> float:
    low, high = np.percentile(durations, [25, 75])
    return float(high - low) / 1.349
