"""The server scenario: random arrivals, and the highest rate at which the 99th percentile keeps its bound."""

from collections.abc import Callable, Sequence

import numpy as np

from bench.conditions import LEAST_SAMPLES

# A rate is tried for so many times the bound at least: a queue that grows by 2 % a service must have grown past it.
TRIAL_BOUNDS = 50

# The search: down to this share of a rate that did not meet the bound, so many times at most; then so many halvings.
STEP = 0.7
STEPS = 6
HALVINGS = 3

# What is measured around the rate that was found, to show how latency rises with load.
LADDER = (0.5, 0.75, 0.9, 0.95, 1.0, 1.05)

# The step of it that LoadGen measures too: its own cost comes on top of every query, and must not be too much for it.
SHARED = 0.5

# So many processes search at most: the next one does if one keeps the bound at all rates of the ladder, or at none.
SEARCHES = 3


def arrivals(rate_per_s: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """When each query of a Poisson process is due, in nanoseconds from the start, int64."""
    return (np.cumsum(rng.exponential(1e9 / rate_per_s, count))).astype(np.int64)


def queries(rate_per_s: float, min_seconds: float, min_samples: int, bound_s: float) -> int:
    """How many queries a trial of a rate takes."""
    return max(min_samples, LEAST_SAMPLES[99], round(rate_per_s * max(min_seconds, TRIAL_BOUNDS * bound_s)))


def ladder(highest: float, earlier: Sequence[float] = ()) -> tuple[float, ...]:
    """The rates to measure around the highest one.

    :param earlier: those around a highest rate that was found before; they stay if this one lies in their upper part
    """
    if earlier and earlier[LADDER.index(0.9)] <= highest < earlier[-1]:
        return tuple(earlier)
    return tuple(share * highest for share in LADDER)


def trial_s(rate_per_s: float, min_seconds: float, min_samples: int, bound_s: float) -> float:
    """How many seconds a trial of a rate takes."""
    return queries(rate_per_s, min_seconds, min_samples, bound_s) / rate_per_s


def queue(due_ns: np.ndarray, services_ns: np.ndarray) -> np.ndarray:
    """The latencies of queries that one server serves in order: its queue without a server.

    The query n ends at `end[n] = max(end[n - 1], due[n]) + service[n]`, which unrolls to a running maximum.
    """
    served = np.cumsum(services_ns)
    return served + np.maximum.accumulate(due_ns - (served - services_ns)) - due_ns


def highest_rate(meets: Callable[[float], bool], start: float, limit: float, halvings: int = HALVINGS) -> float | None:
    """The highest rate that meets a bound; None if none does.

    It steps down from `start` to the first rate that meets the bound, or up from `limit` while rates still do, and
    halves the interval above that.

    :param meets: whether a rate meets it; what meets it at one rate does so at every lower one
    """
    low, high = start, limit
    for _ in range(STEPS):
        if meets(low):
            break
        low, high = STEP * low, low
    else:
        return None
    for _ in range(STEPS):
        if low < start or high <= low or not meets(high):
            break
        low, high = high, high / STEP
    for _ in range(halvings):
        middle = (low + high) / 2
        low, high = (middle, high) if meets(middle) else (low, middle)
    return low


def expected_rate(services_ns: np.ndarray, bound_s: float, rng: np.random.Generator) -> float:
    """The highest rate that would meet a bound if queries took as long as those measured, found without a server.

    Close to what the server can do at all if the bound is wide; half of that if no rate meets it.
    """
    full = 1e9 / float(np.median(services_ns))
    count = queries(full, 0.0, 0, bound_s)
    services, unit = rng.choice(services_ns, count), rng.exponential(1.0, count)

    def meets(rate: float) -> bool:
        due = np.cumsum(unit * (1e9 / rate)).astype(np.int64)
        return float(np.percentile(queue(due, services), 99)) <= bound_s * 1e9

    return highest_rate(meets, full, full, halvings=8) or full / 2
