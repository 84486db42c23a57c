"""What a comparison of two runs says. Standard library only."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Verdict = Literal["regressed", "improved", "unchanged", "inconclusive"]

# From what has to be seen first to what can wait.
VERDICTS: tuple[Verdict, ...] = ("regressed", "inconclusive", "improved", "unchanged")

# A timing has noise of a machine, a quality that of a sample of data and of training, a fact has none.
Kind = Literal["timing", "quality", "fact"]

# What a comparison ends with, besides 2 for a mistake in what was asked.
PASSED, REGRESSED, BROKEN, NOTHING = 0, 1, 3, 4

# What is noted of a figure that has changed, whichever way that is.
NO_DIRECTION = "nobody says which way is better"
BY_ITSELF = "beyond the threshold if it were the only figure"


@dataclass(frozen=True)
class Key:
    """Which figure it is: the same in both runs.

    :param group: of which cases: their identifier without the seed
    :param place: of which graph, at which precision, under which runtime and load
    :param name: a metric, or `latency-p50`, `throughput`, `memory`, `parameters` ...
    """

    group: str
    place: str
    name: str

    @property
    def place_of_group(self) -> tuple[str, str]:
        """Where it is: other figures are there too."""
        return self.group, self.place

    def __str__(self) -> str:
        return f"{self.name} of {self.group}, {self.place}" if self.place else f"{self.name} of {self.group}"


@dataclass(frozen=True)
class Threshold:
    """How much worse a figure may become, as a share, and who says so: a gate, `--threshold`, a calibration, nobody."""

    share: float
    source: str


@dataclass(frozen=True)
class Row:
    """One figure in both runs. Every number in it is finite.

    All changes are shares: of a timing or a fact, of its base; of a quality whose best value is known, of how far the
    base lies from that; positive, the figure has become worse, whichever way that is, or, where nobody says which way
    is better, it has grown.

    :param base: the mean over the seeds, in `unit`; of timings, the geometric mean over the processes
    :param change: how much worse
    :param interval: of the change, at 95 % confidence; None where there is too little to tell it
    :param detectable: the smallest change that so much data would find in four of five tries; None where `interval` is
    :param method: how the interval was found
    :param notes: why not to trust it, or what to do about it
    """

    key: Key
    kind: Kind
    unit: str
    higher_is_better: bool | None
    base: float
    head: float
    change: float
    interval: tuple[float, float] | None
    detectable: float | None
    threshold: Threshold
    verdict: Verdict
    method: str
    notes: tuple[str, ...] = ()
    is_remeasured: bool = False


@dataclass(frozen=True)
class Side:
    """One of the two runs, as a reader needs to know it.

    :param folder: its directory
    :param commit: of git, empty outside of a repository; `is_changed` tells whether files of it had been changed
    :param machine: its processor, its accelerators
    """

    run_id: str
    suite: str
    folder: str
    started: str
    commit: str
    machine: str
    is_changed: bool = False


@dataclass(frozen=True)
class Broken:
    """A case that failed in one of the runs; if it did in both, there are two of these."""

    case: str
    run: Literal["base", "head"]
    message: str


@dataclass(frozen=True)
class Comparison:
    """Everything that two runs say about each other.

    :param rows: all figures that both have, those that matter first
    :param new: figures that only the head has, `vanished` those that only the base has; neither is judged
    :param broken: cases that failed, in either run
    :param notes: what holds of all, such as that the machines differ
    """

    base: Side
    head: Side
    rows: tuple[Row, ...]
    new: tuple[Key, ...] = ()
    vanished: tuple[Key, ...] = ()
    broken: tuple[Broken, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, *verdicts: Verdict) -> tuple[Row, ...]:
        """The rows with one of these verdicts."""
        return tuple(row for row in self.rows if row.verdict in verdicts)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many rows have each verdict."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in VERDICTS}

    def exit_code(self, strict: bool = False) -> int:
        """What `bench compare` ends with.

        Broken are the head's cases that were whole in the base: without them, nothing can be said of them.

        :param strict: whether what is inconclusive, or has vanished, is as bad as a regression
        """
        if self.newly_broken:
            return BROKEN
        if not self.rows:
            return NOTHING
        bad = self.of("regressed", "inconclusive") if strict else self.of("regressed")
        return REGRESSED if bad or (strict and self.vanished) else PASSED

    @cached_property
    def newly_broken(self) -> tuple[Broken, ...]:
        """The cases that failed in the head; one that failed in the base already is not news."""
        old = {one.case for one in self.broken if one.run == "base"}
        return tuple(one for one in self.broken if one.run == "head" and one.case not in old)


def in_order(rows: Sequence[Row]) -> Iterator[Row]:
    """The worst first: by verdict, then by how far a change lies beyond what is tolerated."""
    rank = {verdict: number for number, verdict in enumerate(VERDICTS)}

    def weight(row: Row) -> tuple[int, float]:
        return rank[row.verdict], -row.change / max(row.threshold.share, 1e-9)

    yield from sorted(rows, key=weight)
