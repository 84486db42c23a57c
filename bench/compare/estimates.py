"""Estimates of an effect that know how sure they are: of a Student's t, of a bootstrap, or of whichever is less sure.

Effects are numbers without a scale here: 0 is no effect, positive is worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import hypot, inf, sqrt
from typing import Protocol

import numpy as np
from scipy.special import stdtr, stdtrit

# What a test may err in one direction, so that an interval of both holds the effect in 95 of 100 cases.
TAIL = 0.025

# An effect is called detectable that would be found in so many of all tries.
POWER = 0.8


class Estimate(Protocol):
    """An effect, and what the data let one say of the true one."""

    @property
    def value(self) -> float:
        """The effect as it was found."""

    def interval(self, tail: float = TAIL) -> tuple[float, float]:
        """Where the true effect lies; above it with no more than this chance of error, and below it likewise."""

    def p_above(self, bound: float) -> float:
        """The p-value of the hypothesis that the true effect is no larger than a bound: if small, it lies above."""

    def p_below(self, bound: float) -> float:
        """The p-value of the hypothesis that the true effect is no smaller than a bound: if small, it lies below."""

    def detectable(self) -> float:
        """The smallest true effect of which such data would say, in `POWER` of all tries, that there is one."""


@dataclass(frozen=True)
class Student:
    """A mean with its standard error, which was itself estimated with so many degrees of freedom; infinite: known.

    Student 1908, "The probable error of a mean", doi:10.1093/biomet/6.1.1.
    """

    value: float
    error: float
    freedom: float

    def interval(self, tail: float = TAIL) -> tuple[float, float]:
        """See `Estimate`."""
        reach = _quantile(self.freedom, 1 - tail) * self.error if self.error else 0.0
        return self.value - reach, self.value + reach

    def p_above(self, bound: float) -> float:
        """See `Estimate`."""
        return self._p(self.value - bound)

    def p_below(self, bound: float) -> float:
        """See `Estimate`."""
        return self._p(bound - self.value)

    def _p(self, beyond: float) -> float:
        if self.error == 0:
            return 0.0 if beyond > 0 else 1.0
        return float(stdtr(min(self.freedom, 1e9), -beyond / self.error))

    def detectable(self) -> float:
        """See `Estimate`. What the noncentral t distribution has, less 1 % at four degrees of freedom, 5 % at two."""
        if not self.error:
            return 0.0
        return (_quantile(self.freedom, 1 - TAIL) + _quantile(self.freedom, POWER)) * self.error


@lru_cache(maxsize=4096)
def _quantile(freedom: float, p: float) -> float:
    return float(stdtrit(min(freedom, 1e9), p))


def paired(differences: Sequence[float]) -> Student:
    """The mean of differences between partners.

    :param differences: at least two
    """
    return Student(*_mean_and_its_error(differences), len(differences) - 1)


def between(base: Sequence[float], head: Sequence[float]) -> Student:
    """The difference of two means, whose variances may differ: head less base.

    Welch 1947, "The generalization of Student's problem when several different population variances are involved",
    doi:10.1093/biomet/34.1-2.28.

    :param base: at least two values
    :param head: at least two values
    """
    (old, old_error), (new, new_error) = _mean_and_its_error(base), _mean_and_its_error(head)
    sides = [Student(new, new_error, len(head) - 1), Student(-old, old_error, len(base) - 1)]
    return combined(sides, is_sum=True)


def combined(estimates: Sequence[Student], is_sum: bool = False) -> Student:
    """The mean (or the sum) of independent estimates; degrees of freedom by Welch and Satterthwaite."""
    scale = 1.0 if is_sum else 1 / len(estimates)
    error = hypot(*(one.error for one in estimates))
    lost = sum((one.error / error) ** 4 / one.freedom for one in estimates) if error else 0.0
    return Student(sum(one.value for one in estimates) * scale, error * scale, 1 / lost if lost else inf)


def _mean_and_its_error(values: Sequence[float]) -> tuple[float, float]:
    """Without squares, which those of a loss that has diverged would not be numbers any more."""
    n, mean = len(values), sum(values) / len(values)
    return mean, hypot(*(one - mean for one in values)) / sqrt(n * (n - 1))


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a bootstrap has drawn: the effect in each of many samples made of the sample.

    Efron 1979, "Bootstrap methods: another look at the jackknife", doi:10.1214/aos/1176344552. It is sure of what the
    draws and a Student's t of their width are both sure of: where none or few of them lie, and of a small sample, draws
    alone are too sure.

    :param freedom: one less than what was drawn from
    """

    value: float
    draws: np.ndarray
    freedom: float = inf

    def interval(self, tail: float = TAIL) -> tuple[float, float]:
        """See `Estimate`."""
        low = np.quantile(self.draws, tail, method="lower")
        high = np.quantile(self.draws, 1 - tail, method="higher")
        ends = self.student.interval(tail)
        return min(float(low), ends[0]), max(float(high), ends[1])

    def p_above(self, bound: float) -> float:
        """See `Estimate`."""
        return self._p(float(np.mean(self.draws <= bound)), self.student.p_above(bound))

    def p_below(self, bound: float) -> float:
        """See `Estimate`."""
        return self._p(float(np.mean(self.draws >= bound)), self.student.p_below(bound))

    def _p(self, drawn: float, by_student: float) -> float:
        return max(drawn, by_student) if self.student.error else by_student

    @cached_property
    def student(self) -> Student:
        """The same as a Student's t; of n values, draws scatter by a factor of sqrt((n - 1) / n) too little."""
        return Student(self.value, float(self.draws.std()) * sqrt(1 + 1 / self.freedom), self.freedom)

    def detectable(self) -> float:
        """See `Estimate`."""
        return self.student.detectable()


@dataclass(frozen=True)
class Shared:
    """An estimate that may spend a share of the error alone, since the same is asked more than once (Bonferroni).

    :param share: all that are asked the same have no more than 1 together
    """

    once: Estimate
    share: float

    @property
    def value(self) -> float:
        """See `Estimate`."""
        return self.once.value

    def interval(self, tail: float = TAIL) -> tuple[float, float]:
        """See `Estimate`."""
        return self.once.interval(tail * self.share)

    def p_above(self, bound: float) -> float:
        """See `Estimate`."""
        return min(1.0, self.once.p_above(bound) / self.share)

    def p_below(self, bound: float) -> float:
        """See `Estimate`."""
        return min(1.0, self.once.p_below(bound) / self.share)

    def detectable(self) -> float:
        """See `Estimate`."""
        return self.once.detectable() + self.interval()[1] - self.once.interval()[1]


@dataclass(frozen=True)
class Doubted:
    """Several views of one effect, the first of which states it: sure of what all of them are sure of."""

    views: Sequence[Estimate]

    @property
    def value(self) -> float:
        """See `Estimate`."""
        return self.views[0].value

    def interval(self, tail: float = TAIL) -> tuple[float, float]:
        """See `Estimate`."""
        lows, highs = zip(*(view.interval(tail) for view in self.views), strict=True)
        return min(lows), max(highs)

    def p_above(self, bound: float) -> float:
        """See `Estimate`."""
        return max(view.p_above(bound) for view in self.views)

    def p_below(self, bound: float) -> float:
        """See `Estimate`."""
        return max(view.p_below(bound) for view in self.views)

    def detectable(self) -> float:
        """See `Estimate`."""
        return max(view.detectable() for view in self.views)
