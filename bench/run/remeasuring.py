"""Times the artifacts of two runs again, side by side on this machine, until it is clear how they differ.

Two runs were timed at different hours, by a machine that may have been in another mood. What both have kept is timed
here in the same processes, in turn.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.catalog import Catalog
from bench.compare import again
from bench.compare.again import FIGURES, Paired, Remeasured
from bench.compare.runs import Pair
from bench.errors import BenchError
from bench.records import RuntimeUse
from bench.run.contests import Contest, check_files, contests_of
from bench.run.progress import Progress
from bench.run.timing_process import in_fork
from bench.run.workers import Workers
from bench.timing.host_lock import alone_on_this_host, check_host_lock
from bench.timing.interpreter import in_new_interpreter, timing_cores
from bench.timing.request import Effort, Rival, TimingAnswer, TimingRequest
from bench.timing.statistics import percentile

# Each process is short: two artifacts in turn are compared well within it, and what differs from process to process,
# such as where memory lies, only more of them can tell.
EFFORT = Effort(warmup_s=0.05, warmup_max_s=0.5, min_seconds=0.2, min_samples=11, bound_s=1.0)
PATIENCE_S = 600.0

ONE_GRAPH = (
    "both runs have the same graph, and what differs is its runtime, {before} and {after}; here is only one of them"
)
UPDATED = "both are timed under the runtime that is installed here; the runs used {before} and {after}"
ONE_MODEL = (
    "both runs have the same checkpoint, of which the code that is installed now would build the same model twice"
)
REBUILT = "the model is built anew from its checkpoint, by the code that is installed now"

IsClear = Callable[[Remeasured], bool]


@dataclass
class Bout:
    """A contest that is being timed, or is over.

    :param runtimes: what executes the base's artifact and the head's; none if nothing here can
    :param seconds: a figure's name -> the base's and the head's in each process; None where it has too few samples
    """

    contest: Contest
    runtimes: tuple[RuntimeUse, ...] = ()
    failure: str = ""
    notes: tuple[str, ...] = ()
    seconds: dict[str, list[tuple[float, float] | None]] = field(default_factory=dict)
    looks: int = 0
    processes: int = 0
    spent_s: float = 0.0
    is_over: bool = False
    schedule: Iterator[int] = field(default_factory=again.looks)
    next_look: int = 0

    def __post_init__(self) -> None:
        self.next_look = next(self.schedule)
        self.is_over = bool(self.failure) or self.contest.is_same

    @property
    def needs_torch(self) -> bool:
        """Whether it is timed in processes that have torch, from the checkpoints."""
        return any(one.info.needs_torch for one in self.runtimes)

    def take(self, base: np.ndarray, head: np.ndarray) -> None:
        """Take in the durations of a process."""
        for name, q in FIGURES.items():
            self.seconds.setdefault(name, []).append(self._figure(base, head, q))

    def _figure(self, base: np.ndarray, head: np.ndarray, q: float | None) -> tuple[float, float] | None:
        (size,) = self.contest.load.batch_sizes
        if q is None:
            return float(base.mean()) / 1e9 / size, float(head.mean()) / 1e9 / size
        own, other = percentile(base, q), percentile(head, q)
        return None if own is None or other is None else (own, other)

    def found(self) -> Remeasured:
        """What is known by now."""
        contest = self.contest
        complete = {name: values for name, values in self.seconds.items() if values and None not in values}
        figures = {name: _paired(values, is_rate=FIGURES[name] is None) for name, values in complete.items()}
        return Remeasured(
            group=contest.group,
            place=contest.place,
            figures=figures,
            looks=self.looks,
            processes=self.processes,
            seconds=self.spent_s,
            is_same=contest.is_same and not self.failure,
            failure=self.failure,
            notes=() if contest.is_same else self.notes,
        )


def remeasure(
    pair: Pair,
    catalog: Catalog,
    workers: Callable[[], Workers],
    progress: Progress,
    budget_s: float,
    is_clear: IsClear,
) -> list[Remeasured]:
    """Time every place again that both runs have, until `is_clear` or its budget is spent.

    :param workers: makes what starts processes that have torch; only called if something needs them
    :param budget_s: seconds for each place
    :param is_clear: asked with what is known by then, after 4, 6, 9, 13, 19 ... processes
    :raises RunError: if a file that is needed is missing or has changed; nothing has been timed then
    :raises BenchError: if the host's lock cannot be had
    """
    bouts = [_bout(contest, catalog) for contest in contests_of(pair)]
    able = [one for one in bouts if not one.failure]
    check_files([one.contest for one in able], [one.needs_torch for one in able])
    check_host_lock()
    forks = workers() if any(one.needs_torch and not one.is_over for one in bouts) else None
    if not all(one.is_over for one in bouts):
        with tempfile.TemporaryDirectory() as folder, alone_on_this_host(progress.waiting_for_host):
            _take_turns(bouts, Path(folder), forks, progress, budget_s, is_clear)
    return [one.found() for one in bouts]


def _bout(contest: Contest, catalog: Catalog) -> Bout:
    try:
        runtimes = tuple(one.use(catalog) for one in contest.entrants)
    except BenchError as error:
        return Bout(contest, failure=str(error))
    before, after = (one.software(catalog) for one in contest.entrants)
    needs_torch = any(one.info.needs_torch for one in runtimes)
    if contest.is_same and before != after:
        return Bout(contest, runtimes, ONE_GRAPH.format(before=before, after=after))
    if needs_torch and contest.has_same_weights and not contest.is_same:
        return Bout(contest, runtimes, ONE_MODEL)  # what has changed is the model's code
    notes = [REBUILT] if needs_torch else []
    notes += [UPDATED.format(before=before, after=after)] if before != after else []
    return Bout(contest, runtimes, notes=tuple(notes))


def _take_turns(
    bouts: Sequence[Bout], folder: Path, workers: Workers | None, progress: Progress, budget_s: float, is_clear: IsClear
) -> None:
    """A process for every open contest, in random order, then another for each that is still open, and so on."""
    order = random.Random(0)
    while still_open := [one for one in bouts if not one.is_over]:
        for bout in order.sample(still_open, len(still_open)):
            ended = sum(one.is_over for one in bouts)
            progress.remeasuring(str(bout.contest), ended, len(bouts))
            _one_process(bout, folder, workers)
            if not bout.is_over:
                _look(bout, budget_s, is_clear)
    progress.remeasuring("", len(bouts), len(bouts))


def _look(bout: Bout, budget_s: float, is_clear: IsClear) -> None:
    """See whether a contest is over: when it is time to look, or when the budget has no room for another process."""
    is_spent = bout.spent_s * (bout.processes + 1) / bout.processes > budget_s
    if bout.processes < bout.next_look and not is_spent:
        return
    bout.looks += 1
    bout.next_look = next(bout.schedule)
    bout.is_over = is_spent or is_clear(bout.found())


def _one_process(bout: Bout, folder: Path, workers: Workers | None) -> None:
    """Run one timing process to its end, and take in what it found; its failure ends the contest."""
    began = time.monotonic()
    log, request = folder / "process.log", _request(bout, folder / "samples")
    if bout.needs_torch:
        assert workers is not None
        answer = in_fork(request, workers, log, PATIENCE_S)
    else:
        answer = in_new_interpreter(request, log, PATIENCE_S)
    bout.spent_s += time.monotonic() - began
    bout.processes += 1
    if answer.error:
        bout.failure, bout.is_over = answer.error, True
    else:
        bout.take(*_durations(answer))


def _durations(answer: TimingAnswer) -> tuple[np.ndarray, np.ndarray]:
    """The base's and the head's."""
    by_side = {load.of_rival: np.load(load.path) for load in answer.loads}
    return by_side[False], by_side[True]


def _request(bout: Bout, samples: Path) -> TimingRequest:
    """The head is the base's rival; they change places from process to process, so that neither gains by its own."""
    contest, (own, other) = bout.contest, bout.runtimes
    base, head = contest.entrants
    return TimingRequest(
        runtime=own,
        artifact=base.artifact,
        rows=str(base.rows),
        device=contest.device,
        threads=contest.threads,
        cores=timing_cores(contest.threads),
        loads=(contest.load,),
        effort=EFFORT,
        samples=str(samples),
        rival=Rival(other, head.artifact, str(head.rows), goes_first=bout.processes % 2 == 1),
    )


def _paired(values: Sequence[tuple[float, float] | None], is_rate: bool) -> Paired:
    base_s, head_s = zip(*(one for one in values if one is not None), strict=True)
    return Paired(base_s, head_s, is_rate)
