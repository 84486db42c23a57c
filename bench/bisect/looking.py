"""Two commits -> a comparison: their runs are made if need be, and their graphs timed side by side."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.bisect.git import Commit
from bench.bisect.judging import Question
from bench.catalog import Catalog
from bench.compare.again import FIGURES, Remeasured
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

Places = Collection[tuple[str, str]]


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

    def __call__(self, base: Commit, head: Commit, repeat: int, watched: Collection[Key] = ()) -> Comparison:
        """What they say about each other.

        :param repeat: how often this has been asked before
        :param watched: the figures that matter; all of the question's if there are none
        :raises Unmeasured: if there is no run of one of them
        """
        pair = self._pair(base, head, 1)
        places = self._able(pair, watched)
        if not places:
            pair = self._pair(base, head, 2**repeat)
            return pair.compare(self.tolerance_of(pair.head))
        tolerance = self.tolerance_of(pair.head)
        cut = Pair(_cut(pair.base, places), _cut(pair.head, places), self.only)
        return pair.compare(tolerance, self.time_again(cut, tolerance, BUDGET_S * 2**repeat))

    def _pair(self, base: Commit, head: Commit, factor: int) -> Pair:
        old, new = (Run(*read_results(self.measure(commit, factor))) for commit in (base, head))
        return Pair(old, new, self.only)

    def _able(self, pair: Pair, watched: Collection[Key]) -> Places:
        """Where both runs can be timed side by side."""
        if self.question.metric not in FIGURES:
            return set()
        base, head = ((run.results, run.folder) for run in (pair.base, pair.head))
        wanted = {key.place_of_group for key in watched}
        return {
            (one.group, one.place)
            for one in contests_of(base, head, self.only)
            if self.question.place in one.place and (not wanted or (one.group, one.place) in wanted)
            if not self._needs_torch(one)
        }

    def _needs_torch(self, contest: Contest) -> bool:
        try:
            return any(one.use(self.catalog).info.needs_torch for one in contest.entrants)
        except BenchError:  # its runtime is not installed here, but where `--install` has put it
            return True


def _cut(run: Run, places: Places) -> Run:
    """The run as if only these places had been timed."""

    def cut(case: CaseResult) -> CaseResult:
        kept = [one for one in case.measurements if (case.group, place_of(one)) in places]
        return replace(case, measurements=kept, metrics=[])

    return Run(replace(run.results, cases=[cut(case) for case in run.results.cases]), run.folder)
