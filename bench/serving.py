"""What processes tell of a server: each has a highest rate of its own. Standard library only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median, stdev

from bench.results import MeasurementResult


@dataclass(frozen=True)
class Served:
    """One process, and at which rates of queries a second it kept its bound.

    What it keeps at one rate, it keeps at every lower one.
    """

    kept: Mapping[float, bool]

    @property
    def highest(self) -> float:
        """The highest rate that it kept; 0 if it kept none."""
        return max((rate for rate, kept in self.kept.items() if kept), default=0.0)

    @property
    def next(self) -> float:
        """The lowest rate above that, which it did not keep; infinite if it kept the highest that it was tried at."""
        return min((rate for rate in self.kept if rate > self.highest), default=inf)

    @property
    def is_bracketed(self) -> bool:
        """Whether its rates tell its highest: some were kept and some were not."""
        return self.highest > 0 and self.next < inf

    def keeps(self, rate: float) -> bool | None:
        """Whether it keeps a rate; None if the rates that it was tried at do not tell."""
        if rate <= self.highest:
            return True
        return False if rate >= self.next else None

    def is_near(self, rate: float) -> bool:
        """Whether its highest rate is this one, or one step of its rates away; infinite is near to the last of them."""
        rates = [0.0, *sorted(self.kept), inf]
        place = rates.index(self.highest)
        return rates[max(0, place - 1)] <= rate <= rates[place + 1]


def processes(rows: Iterable[MeasurementResult]) -> list[Served]:
    """The processes of a server's rows, one for each rate that was tried."""
    kept: dict[int, dict[float, bool]] = {}
    for row in rows:
        for one in row.by_process:
            if row.rate_per_s is not None and one.meets_bound is not None:
                kept.setdefault(one.turn, {})[row.rate_per_s] = one.meets_bound
    return [Served(rates) for rates in kept.values()]


def bracketed(served: Iterable[Served]) -> list[Served]:
    """Those of the processes whose rates tell their highest."""
    return [one for one in served if one.is_bracketed]


def most_keep(served: Iterable[Served], rate: float) -> bool:
    """Whether most of the processes whose rates tell keep a rate."""
    told = [kept for one in served if (kept := one.keeps(rate)) is not None]
    return 2 * sum(told) > len(told)


def spread(served: Sequence[Served]) -> float | None:
    """The standard deviation of the processes' highest rates against their median; None if fewer than two are known."""
    rates = [one.highest for one in bracketed(served)]
    return stdev(rates) / median(rates) if len(rates) > 1 else None
