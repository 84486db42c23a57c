"""What two runs' artifacts took when they were timed again, side by side, until the answer was clear.

Whoever looks again and again, and stops when he sees something, sees something by chance more often than in 5 of 100
cases. So each look has a share of that error, alpha x 6 / (pi n)^2 for the n-th, and all looks together, however many
there are, no more than the whole: the shares add up to 1 (Bonferroni, with the sum of Euler's Basel problem).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import log, pi
from statistics import geometric_mean

from bench.compare.effects import EXACTLY, NONE, Effect
from bench.compare.estimates import Shared, paired
from bench.compare.scales import Ratio
from bench.conditions import LEAST_SAMPLES

# The figures that are timed again, by the percentile that they are; a throughput is none.
FIGURES: dict[str, float | None] = {**{f"latency-p{q:g}": q for q in LEAST_SAMPLES}, "throughput": None}

FIRST_LOOK = 4

SAME_GRAPH = "the same graph, bit by bit: whatever the runs found between them is chance"

# How a note begins that tells why a figure was not timed again.
NOT_AGAIN = "not timed again"
ONE_PROCESS = "--budget had room for one process alone"
FEW_QUERIES = "a process has too few queries to state it"


def looks() -> Iterator[int]:
    """After how many processes one looks: each time at half as many again."""
    count = FIRST_LOOK
    while True:
        yield count
        count = count * 3 // 2


def share(look: int) -> float:
    """The share of the whole error that a look may spend.

    :param look: its number, from 1 on
    """
    return 6 / (pi * look) ** 2


@dataclass(frozen=True)
class Paired:
    """A figure of both sides.

    :param base_s: the base's seconds in each process; for a rate, those for one sample
    :param head_s: the head's in the same processes
    """

    base_s: tuple[float, ...]
    head_s: tuple[float, ...]
    is_rate: bool = False

    @property
    def log_ratios(self) -> tuple[float, ...]:
        """The logarithm of the head's time over the base's in each process; positive: the head is slower."""
        return tuple(log(head / base) for base, head in zip(self.base_s, self.head_s, strict=True))

    @property
    def base(self) -> float:
        """The geometric mean of the base over the processes, in seconds, or a second."""
        return self._mean(self.base_s)

    @property
    def head(self) -> float:
        """The same of the head."""
        return self._mean(self.head_s)

    def _mean(self, seconds: tuple[float, ...]) -> float:
        mean = geometric_mean(seconds)
        return 1 / mean if self.is_rate else mean


@dataclass(frozen=True)
class Remeasured:
    """What is timed at one place, and what came of it.

    :param group: of cases
    :param place: as `bench.store.figures.place_of` has it
    :param figures: by name, one of `FIGURES`; those that too few samples state in some process are left out
    :param looks: how many times one has looked whether it is clear
    :param processes: how many there were
    :param seconds: that they took
    :param is_same: both runs have the same graph under the same runtime: nothing was timed, and nothing has changed
    :param failure: why it could not be timed, or not on
    :param notes: what a reader has to know of it
    """

    group: str
    place: str
    figures: dict[str, Paired] = field(default_factory=dict)
    looks: int = 0
    processes: int = 0
    seconds: float = 0.0
    is_same: bool = False
    failure: str = ""
    notes: tuple[str, ...] = ()

    def estimate(self, name: str) -> Shared | None:
        """How much slower the head is, as a logarithm, by a figure; None where there is too little to tell it."""
        found = self.figures.get(name)
        if found is None or len(found.log_ratios) < 2 or not self.looks:
            return None
        return Shared(paired(found.log_ratios), share(self.looks))

    @property
    def leading(self) -> str:
        """The figure that one looks at first: of a load without single queries, how much of it is done."""
        return "throughput" if " offline" in self.place else "latency-p50"


def effect_in_place(found: Remeasured, name: str, before: Effect) -> Effect:
    """What stands in the place of what the runs say of a figure; that, and why, if timing it again told nothing.

    :param before: what the runs say of it by themselves
    """
    if found.is_same:
        return replace(before, value=0.0, estimate=NONE, method=EXACTLY, notes=(SAME_GRAPH,), is_remeasured=True)
    effect = None if found.failure else effect_again(found, name)
    too_little = ONE_PROCESS if name in found.figures else FEW_QUERIES
    return effect or replace(before, notes=(*before.notes, f"{NOT_AGAIN}: {found.failure or too_little}"))


def effect_again(found: Remeasured, name: str) -> Effect | None:
    """What came of timing a figure again; None if there is too little to tell it."""
    estimate, figure = found.estimate(name), found.figures.get(name)
    if estimate is None or figure is None:
        return None
    looks = f"{found.looks} look{'s' if found.looks > 1 else ''}"
    return Effect(
        base=figure.base,
        head=figure.head,
        scale=Ratio(higher_is_better=figure.is_rate),
        value=estimate.value,
        estimate=estimate,
        method=f"paired t over {found.processes} processes that timed both in turn, {looks}",
        notes=found.notes,
        is_remeasured=True,
    )
