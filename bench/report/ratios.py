"""Ratios of figures that were taken in turn or with the same seeds, and how far chance may have moved them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean, median, stdev

import numpy as np

# How often processes are drawn anew, and from how many on a side that tells anything.
RESAMPLES = 2000
LEAST_PROCESSES = 3

# From so many on, a bootstrap of their median is wide enough by itself.
ENOUGH_PROCESSES = 5

# The two ends of an interval of 95 % confidence, and what a normal distribution has there.
ENDS = (0.025, 0.975)
NORMAL = 1.96


@dataclass(frozen=True)
class Ratio:
    """A ratio, and an interval of 95 % confidence where there is enough to tell it."""

    value: float
    interval: tuple[float, float] | None = None


def ratio_of_medians(own: Sequence[Sequence[float]], rival: Sequence[Sequence[float]]) -> Ratio:
    """The ratio of two latencies: of the medians of their processes' medians, the geometric mean over the seeds.

    The interval is a bootstrap's: processes are drawn anew, on both sides and in each seed by itself. Of fewer than
    five, a median can take so few values that the bootstrap is too sure: with three, it holds the true ratio in 89 % of
    cases. There, its ends are moved away from the ratio by what Student's t asks for beyond a normal distribution, with
    as many degrees of freedom as there are processes less one a side, and by `sqrt(n / (n - 1))`: 95 % to 98 %.

    :param own: for each seed, the medians of the processes, above 0
    :param rival: the same of what it is held against, for the same seeds
    """
    value = fmean(log(median(a) / median(b)) for a, b in zip(own, rival, strict=True))
    sides = [*own, *rival]
    fewest = min(map(len, sides))
    if fewest < LEAST_PROCESSES:
        return Ratio(exp(value))
    rng = np.random.default_rng(0)
    drawn = [_drawn_anew(a, rng) - _drawn_anew(b, rng) for a, b in zip(own, rival, strict=True)]
    low, high = np.quantile(np.mean(drawn, axis=0), ENDS)
    wider = 1.0 if fewest >= ENOUGH_PROCESSES else _widened(sum(len(side) - 1 for side in sides), fewest)
    return Ratio(exp(value), (exp(value - wider * max(value - low, 0.0)), exp(value + wider * max(high - value, 0.0))))


def _widened(freedom: int, fewest: int) -> float:
    return _student(freedom) / NORMAL * sqrt(fewest / (fewest - 1))


def _drawn_anew(processes: Sequence[float], rng: np.random.Generator) -> np.ndarray:
    """Logarithms of the median of as many processes, drawn with replacement."""
    places = rng.integers(0, len(processes), (RESAMPLES, len(processes)))
    return np.log(np.median(np.asarray(processes)[places], axis=1))


def mean_ratio(own: Sequence[float], rival: Sequence[float]) -> Ratio | None:
    """The mean of the ratios of figures, seed by seed; None unless all are above 0.

    The interval is Student's: from two seeds on, if seeds differ as a normal distribution does.
    """
    if not own or min(*own, *rival) <= 0:
        return None
    ratios = [a / b for a, b in zip(own, rival, strict=True)]
    value = fmean(ratios)
    if len(ratios) == 1:
        return Ratio(value)
    away = _student(len(ratios) - 1) * stdev(ratios) / sqrt(len(ratios))
    return Ratio(value, (value - away, value + away))


def _student(freedom: int) -> float:
    # scipy is slow to import, and most runs compare nothing.
    from scipy.stats import t

    return float(t.ppf(ENDS[1], freedom))
