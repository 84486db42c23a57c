"""How many processes a comparison needs."""

from math import ceil
from statistics import NormalDist

CONFIDENCE = 0.95
POWER = 0.8


def processes_needed(deviation: float, change: float, confidence: float = CONFIDENCE, power: float = POWER) -> int:
    """The processes that each of two runs needs for a change to be seen; at least 2.

    n = 2 ((z[1 - (1 - confidence) / 2] + z[power]) deviation / change)^2, rounded up, with z the quantiles of the
    standard normal distribution: the size of two equal samples for a two-sided test of their means, if these are normal
    and their deviation is known (Chow, Shao & Wang, Sample Size Calculations in Clinical Research, section 3.2).

    :param deviation: the standard deviation of a process's median, against the median
    :param change: the smallest change that is to be seen, against the median
    :param confidence: how often no change is taken for none
    :param power: how often such a change is seen
    :raises ValueError: if the change is not above 0
    """
    if change <= 0:
        raise ValueError(f"a change of {change:g} cannot be seen; it has to be above 0")
    z = NormalDist().inv_cdf
    return max(2, ceil(2 * ((z((1 + confidence) / 2) + z(power)) * deviation / change) ** 2))
