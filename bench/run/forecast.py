"""What is left of a run under way, from what has ended of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean

from bench.results import STAGES, CaseResult
from bench.run.estimate import makespan
from bench.run.progress import Progress

# Each stage's share of a case until one case has ended and told better.
WEIGHTS = dict(zip(STAGES, (0.6, 0.3, 0.1), strict=True))

# A smaller share of a case says nothing yet.
TELLING = 0.05


@dataclass
class _Standing:
    group: str
    began: float | None = None
    share: float = 0.0
    stage: str = ""
    seconds: float | None = None


class Forecast(Progress):
    """Listens to a run, and tells at any time how long it still takes.

    :param clock: gives seconds
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._cases: dict[str, _Standing] = {}
        self._jobs = 1
        self._timing_s = 0.0
        self._timing_began: float | None = None
        self._timed = (0, 0)

    def started(self, folder: str, groups: dict[str, str], jobs: int, timing_s: float) -> None:
        self._cases = {case: _Standing(group) for case, group in groups.items()}
        self._jobs, self._timing_s = jobs, timing_s

    def stage(self, case: str, name: str) -> None:
        standing = self._cases[case]
        standing.stage, standing.share = name, 0.0
        if standing.began is None:
            standing.began = self._clock()

    def advanced(self, case: str, share: float) -> None:
        self._cases[case].share = share

    def finished(self, case: CaseResult) -> None:
        standing = self._cases[case.id]
        standing.seconds = self._clock() - standing.began if standing.began is not None else 0.0

    def measuring(self, case: str, done: int, total: int) -> None:
        if self._timing_began is None:
            self._timing_began = self._clock()
        self._timed = (done, total)

    def left(self) -> float | None:
        """The seconds that are left, but for the reports; None as long as nothing is known."""
        if self._timing_began is not None:
            done, total = self._timed
            return (self._clock() - self._timing_began) / done * (total - done) if done else self._timing_s
        expected = self._expected()
        open_ones = [standing for standing in self._cases.values() if standing.seconds is None]
        if not expected and open_ones:
            return None
        usual = mean(expected.values()) if expected else 0.0
        rests = [max(0.0, expected.get(one.group, usual) - self._spent(one)) for one in open_ones]
        running_first = sorted(zip(open_ones, rests, strict=True), key=lambda pair: pair[0].began is None)
        return makespan([rest for _, rest in running_first], self._jobs) + self._timing_s

    def _expected(self) -> dict[str, float]:
        """Group -> the seconds of a whole case: of those that have ended, else what running ones promise."""
        ended = [(one.group, one.seconds) for one in self._cases.values() if one.seconds is not None]
        promised = [
            (one.group, self._spent(one) / _done(one))
            for one in self._cases.values()
            if one.seconds is None and _done(one) >= TELLING
        ]
        known = {group for group, _ in ended}
        found: dict[str, list[float]] = {}
        for group, seconds in [*ended, *(pair for pair in promised if pair[0] not in known)]:
            found.setdefault(group, []).append(seconds)
        return {group: mean(seconds) for group, seconds in found.items()}

    def _spent(self, standing: _Standing) -> float:
        return self._clock() - standing.began if standing.began is not None else 0.0


def _done(standing: _Standing) -> float:
    """The share of a running case's stages that is done."""
    if not standing.stage:
        return 0.0
    before = STAGES[: STAGES.index(standing.stage)]
    return sum(WEIGHTS[stage] for stage in before) + WEIGHTS[standing.stage] * standing.share
