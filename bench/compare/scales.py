"""How an effect, as statistics take it, and a change, as a reader takes it, become one another.

Both are positive where a figure has become worse; where nobody says which way is better, where it has grown.
"""

from dataclasses import dataclass
from math import expm1, log, log1p
from typing import Protocol

# A quality nearer to its best than this share of it is taken to be so far away: a change is no share of nothing.
NEAREST = 0.01

# What so little data as two processes may leave open has no bounds; a number in a report has. As a logarithm, and as a
# change.
LARGEST = 50.0
MOST = expm1(LARGEST)


class Scale(Protocol):
    """An effect's unit."""

    def change(self, effect: float) -> float:
        """An effect as a share of what there was."""

    def effect(self, change: float) -> float:
        """The effect of which `change` makes this share."""


@dataclass(frozen=True)
class Ratio:
    """Effects are logarithms of ratios, as suits durations: twice as long is as far as half as long."""

    higher_is_better: bool | None

    def of(self, base: float, head: float) -> float:
        """The effect between two figures above 0."""
        return -log(head / base) if self.higher_is_better else log(head / base)

    def change(self, effect: float) -> float:
        """See `Scale`: a throughput that falls to nothing has lost all of it, and no more."""
        grown = min(-effect if self.higher_is_better else effect, LARGEST)
        return -expm1(grown) if self.higher_is_better else expm1(grown)

    def effect(self, change: float) -> float:
        """See `Scale`."""
        if self.higher_is_better:
            return -log1p(-min(change, 1 - 1e-12))
        return log1p(max(change, -1 + 1e-12))


@dataclass(frozen=True)
class Difference:
    """Effects are differences in the figure's own unit.

    :param per: what is a change of 100 %
    """

    higher_is_better: bool | None
    per: float

    def of(self, base: float, head: float) -> float:
        """The effect between two figures."""
        return base - head if self.higher_is_better else head - base

    def change(self, effect: float) -> float:
        """See `Scale`."""
        return max(-MOST, min(effect / self.per, MOST))

    def effect(self, change: float) -> float:
        """See `Scale`."""
        return change * self.per


def quality_scale(higher_is_better: bool | None, best: float | None, base: float, head: float) -> Difference:
    """A quality's differences count by how far the base lies from the best, if there is one; else by the base itself.

    An accuracy that falls from 99 % to 98 % has twice the errors: that is a change of 100 %, and not of one.
    """
    if best is None:
        return Difference(higher_is_better, abs(base) or abs(head) or 1.0)
    return Difference(higher_is_better, max(abs(best - base), NEAREST * abs(best)) or abs(head - best) or 1.0)
