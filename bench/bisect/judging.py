"""Whether a commit is good or bad: its figures against those of the two commits that the search began with."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

from bench.bisect.git import Commit, Mark
from bench.bisect.measuring import Unmeasured
from bench.compare import again
from bench.compare.records import Comparison, Key, Row
from bench.errors import UnknownName

# Base, head, how often this has been asked before, the share of the error that this look may spend, and the figures
# that matter if it is not all -> what the two commits say about each other.
Look = Callable[[Commit, Commit, int, float, Collection[Key]], Comparison]


@dataclass(frozen=True)
class Question:
    """Which figure is searched for.

    :param metric: its name, such as `accuracy` or `latency-p50`
    :param place: part of which place, such as `int8-static` or `batch=1`
    """

    metric: str
    place: str = ""

    def rows(self, comparison: Comparison) -> tuple[Row, ...]:
        """The rows that are asked for, those that matter first.

        :raises UnknownName: if there are none
        """
        asked = self.keys([row.key for row in comparison.rows])
        return tuple(row for row in comparison.rows if row.key in asked)

    def keys(self, known: Collection[Key]) -> set[Key]:
        """Which of the figures that there are is asked for.

        :raises UnknownName: if there are none
        """
        named = [key for key in known if key.name == self.metric]
        if not named:
            raise UnknownName("figure", self.metric, {key.name for key in known})
        chosen = {key for key in named if self.place in key.place}
        if not chosen:
            raise UnknownName(f"place of {self.metric}", self.place, {f"{key.group}, {key.place}" for key in named})
        return chosen


@dataclass(frozen=True)
class Ends:
    """The two commits that the search begins with.

    :param rows: of the comparison, as asked for: `bad` against `good`
    :param watched: those that have regressed; the commits between are judged by these alone
    """

    good: Commit
    bad: Commit
    rows: tuple[Row, ...]

    @property
    def watched(self) -> dict[Key, Row]:
        """The rows that have regressed, by their figure."""
        return {row.key: row for row in self.rows if row.verdict == "regressed"}


@dataclass(frozen=True)
class Decision:
    """What was decided of a commit.

    :param row: its figure against that of `good`, where it has one: the worst of those that are watched
    :param reason: why it was skipped
    :param is_uncertain: whether no verdict was reached, and it is of that side which its figure lies nearer to
    """

    commit: Commit
    mark: Mark
    row: Row | None = None
    reason: str = ""
    is_uncertain: bool = False


@dataclass(frozen=True)
class Judge:
    """Looks at commits and says how they are.

    Each repetition is a look at new data. Whoever looks until he sees something is wrong more often, so each look may
    spend a share of the error alone, as in `bench.compare.again`. That against the bad commit is the last of them.

    :param most_repeats: how often timings that say nothing are repeated, each time twice as long
    """

    question: Question
    look: Look
    most_repeats: int = 2

    def ends(self, good: Commit, bad: Commit) -> Ends:
        """Compare both, again if that says nothing.

        :raises Unmeasured: if one of them gives no figures
        """
        found, _ = self._repeated(lambda repeat, share: self.question.rows(self.look(good, bad, repeat, share, ())))
        return Ends(good, bad, found)

    def decide(self, commit: Commit, ends: Ends) -> Decision:
        """How a commit is: bad if any of the watched figures has regressed against the good commit.

        What stays inconclusive is held against the bad commit too: one that has its figure, unchanged, is bad, and one
        that is better than that is good. Only then it is the distance that decides.
        """
        try:
            rows, looks = self._repeated(lambda repeat, share: self._watched(ends.good, commit, ends, repeat, share))
            if _is_bad(rows):
                return Decision(commit, "bad", rows[0])
            unclear = [row for row in rows if row.verdict == "inconclusive"]
            if not unclear:
                return Decision(commit, "good", rows[0])
            return self._by_distance(commit, ends, unclear, again.share(looks + 1))
        except Unmeasured as error:
            return Decision(commit, "skip", reason=error.reason)
        except UnknownName as error:
            return Decision(commit, "skip", reason=str(error))

    def between(self, before: Commit, after: Commit, ends: Ends) -> Row:
        """The worst of the watched figures, from one commit that has been measured to another."""
        return self._watched(before, after, ends)[0]

    def _repeated(self, look: Callable[[int, float], tuple[Row, ...]]) -> tuple[tuple[Row, ...], int]:
        """What the last look has found that was needed, and how many there were.

        :param look: how often this has been asked before, and the share of the error that it may spend -> rows
        """
        for number in range(1, self.most_repeats + 2):
            rows = look(number - 1, again.share(number))
            if _is_bad(rows) or not _can_be_repeated(rows):
                break
        return rows, number

    def _by_distance(self, commit: Commit, ends: Ends, unclear: list[Row], share: float) -> Decision:
        against_bad = {row.key: row.verdict for row in self._watched(ends.bad, commit, ends, share=share)}
        sides = {row.key: _side(row, ends.watched[row.key], against_bad.get(row.key)) for row in unclear}
        bad = next((row for row in unclear if sides[row.key][0] == "bad"), None)
        row = bad or unclear[0]
        mark: Mark = "bad" if bad else "good"
        is_clear = all(is_clear for side, is_clear in sides.values() if side == mark)
        return Decision(commit, mark, row, is_uncertain=not is_clear)

    def _watched(self, base: Commit, head: Commit, ends: Ends, repeat: int = 0, share: float = 1.0) -> tuple[Row, ...]:
        """The rows of the figures that had regressed, the worst first.

        :raises UnknownName: if one of the runs has none of them
        """
        comparison = self.look(base, head, repeat, share, ends.watched)
        rows = [row for row in self.question.rows(comparison) if row.key in ends.watched]
        if not rows:
            raise UnknownName("figure", self.question.metric, (str(key) for key in ends.watched))
        return tuple(sorted(rows, key=lambda row: (row.verdict != "regressed", -row.change)))


def _is_bad(rows: tuple[Row, ...]) -> bool:
    return any(row.verdict == "regressed" for row in rows)


def _can_be_repeated(rows: tuple[Row, ...]) -> bool:
    """Whether more timing processes could tell; they move no quality."""
    return any(row.verdict == "inconclusive" and row.kind == "timing" for row in rows)


def _side(row: Row, end: Row, against_bad: str | None) -> tuple[Mark, bool]:
    """Where a figure that is inconclusive against the good commit belongs, and whether the bad one makes it clear."""
    if against_bad in ("unchanged", "regressed"):
        return "bad", True
    if against_bad == "improved":
        return "good", True
    from_good, from_bad = _distance(row.kind, row.head, end.base), _distance(row.kind, row.head, end.head)
    return ("bad" if from_bad < from_good else "good"), False


def _distance(kind: str, one: float, other: float) -> float:
    """Timings by their ratio, all else by the difference."""
    if kind == "timing" and one > 0 and other > 0:
        return abs(math.log(one / other))
    return abs(one - other)
