"""Two commits -> a comparison: their runs are made if need be, and their graphs timed side by side."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.bisect.git import Commit
from bench.bisect.judging import Question
from bench.catalog import Catalog
from bench.compare.again import FIGURES, Remeasured
from bench.compare.observed import observed
from bench.compare.records import Comparison, Key
from bench.compare.runs import Pair, Run
from bench.compare.thresholds import Tolerance
from bench.errors import BenchError
from bench.results import CaseResult
from bench.run.contests import Contest, contests_of
from bench.store.figures import place_of
from bench.store.folder import read_results

# How long to time two graphs under one load at most, at first; each repetition takes twice as long.
BUDGET_S = 30.0

# Of which cases, and where of them.
Place = tuple[str, str]


@dataclass(frozen=True)
class Looker:
    """Compares commits.

    Runs of different hours may differ by what the machine did meanwhile, which would lead a search astray. So what can
    be timed side by side always is. What needs torch cannot: it would be built by the code that is installed now, not
    by that of the commit. That, and what is no latency or throughput, is measured in more processes if asked again.

    :param measure: a commit and how many times as many timing processes as the suite asks for -> its run directory
    :param only: patterns of cases, as for `bench run`
    :param tolerance_of: what is tolerated, as far as the run at hand does not say it
    :param time_again: times two runs again, for so many seconds a place
    """

    question: Question
    measure: Callable[[Commit, int], Path]
    catalog: Catalog
    only: Sequence[str]
    tolerance_of: Callable[[Run], Tolerance]
    time_again: Callable[[Pair, Tolerance, float], Sequence[Remeasured]]

    def __call__(
        self, base: Commit, head: Commit, repeat: int, share: float, watched: Collection[Key] = ()
    ) -> Comparison:
        """What they say about each other.

        :param repeat: how often this has been asked before
        :param share: of the error, that this look may spend
        :param watched: the figures that matter; all of the question's if there are none
        :raises Unmeasured: if there is no run of one of them
        :raises UnknownName: if that of the base has no figure of the question; the head is not measured then
        """
        pair, is_asked = self._pair(base, head, 1, share), self._asked(watched)
        able = self._able(pair, is_asked)
        if not able:
            pair = self._pair(base, head, 2**repeat, share)
            return pair.compare(self.tolerance_of(pair.head))
        tolerance = self.tolerance_of(pair.head)
        again = self.time_again(_cut(pair, able.__contains__), tolerance, BUDGET_S * 2**repeat)
        return _cut(pair, is_asked).compare(tolerance, again)  # others would ask for more than was timed for

    def _pair(self, base: Commit, head: Commit, factor: int, share: float) -> Pair:
        old = self._run(base, factor)
        self.question.keys(observed(old.results, old.folder, self.only))
        return Pair(old, self._run(head, factor), self.only, share)

    def _run(self, commit: Commit, factor: int) -> Run:
        return Run(*read_results(self.measure(commit, factor)))

    def _asked(self, watched: Collection[Key]) -> Callable[[Place], bool]:
        """What tells whether a place matters."""
        wanted = {key.place_of_group for key in watched}
        return wanted.__contains__ if wanted else lambda place: self.question.place in place[1]

    def _able(self, pair: Pair, is_asked: Callable[[Place], bool]) -> set[Place]:
        """Where both runs can be timed side by side, of what matters."""
        if self.question.metric not in FIGURES:
            return set()
        contests = [one for one in contests_of(pair) if is_asked((one.group, one.place))]
        return {(one.group, one.place) for one in contests if not self._needs_torch(one)}

    def _needs_torch(self, contest: Contest) -> bool:
        try:
            return any(one.use(self.catalog).info.needs_torch for one in contest.entrants)
        except BenchError:  # its runtime is not installed here, but where `--install` has put it
            return True


def _cut(pair: Pair, is_kept: Callable[[Place], bool]) -> Pair:
    """The runs as if only some places had been timed, and nothing scored."""

    def cut(case: CaseResult) -> CaseResult:
        kept = [one for one in case.measurements if is_kept((case.group, place_of(one)))]
        return replace(case, measurements=kept, metrics=[])

    base, head = (
        Run(replace(run.results, cases=[cut(case) for case in run.results.cases]), run.folder)
        for run in (pair.base, pair.head)
    )
    return replace(pair, base=base, head=head)
