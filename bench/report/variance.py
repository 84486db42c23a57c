"""How much of the spread of timings comes from training with another seed."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, variance

# A variance takes two values at least.
LEAST = 2


def seed_spread(medians: Sequence[Sequence[float]]) -> float | None:
    """The standard deviation that the training seed adds, against the mean: a nested model's outer component.

    With m[i][j] the median of the j-th process of seed i, n[i] its number of processes and M[i] the mean of m[i]:

        seed variance = variance(M) - mean(variance(m[i]) / n[i]), at least 0

    where `variance` is the sample's: the second term is what the processes alone would make the M[i] differ by.

    :param medians: for each seed, the medians of its processes
    :returns: None if there are not two seeds, each with two processes
    """
    if len(medians) < LEAST or any(len(processes) < LEAST for processes in medians):
        return None
    means = [fmean(processes) for processes in medians]
    explained = fmean(variance(processes) / len(processes) for processes in medians)
    centre = fmean(means)
    return sqrt(max(0.0, variance(means) - explained)) / centre if centre else None
