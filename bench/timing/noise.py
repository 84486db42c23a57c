"""Why a row is not to be trusted, and what would help."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import sqrt
from statistics import median, stdev

from bench.conditions import Conditions
from bench.results import ProcessResult
from bench.serving import Served

# How far the middle of the processes may be uncertain, at 95 %, before there are too few of them.
UNCERTAIN = 0.03

# Beyond so many, more processes are no advice.
MOST_PROCESSES = 50

# From which share of a core or of the time on it is told.
BUSY_CORES = 0.25
BUSY_OF_ALL = 0.02
WAITING = 0.01
MOVED = 0.06
STOLEN = 0.01


def is_calm(conditions: Conditions) -> bool:
    """Whether nothing took the core away for so long that a 99th percentile would show it."""
    return (conditions.waiting or 0.0) <= WAITING and (conditions.stolen or 0.0) <= STOLEN


def reasons(processes: Sequence[ProcessResult], cores: int, queued: bool) -> list[str]:
    """A sentence for each reason; none for a row that is calm.

    :param cores: of the machine
    :param queued: whether durations hold the waiting in a queue. It differs from process to process by itself, and what
        disturbs any one of them is in the percentiles of all
    """
    if len(processes) < 2:
        uncertain = ["one process alone does not show how far processes differ; measure.processes: 5 would"]
    else:
        uncertain = [] if queued else [*_uncertain(processes)]
    return [*uncertain, *_disturbed(processes, cores, queued), *_lukewarm(processes)]


def of_highest_rate(served: Sequence[Served], rates: Iterable[float], highest: float) -> list[str]:
    """A sentence for each reason for which the highest rate that a server keeps is not to be trusted.

    :param rates: all that were tried
    :param highest: the highest that most processes keep; 0 if there is none
    """
    apart = sum(not one.is_near(highest) for one in served)
    beyond = sum(not one.is_bracketed for one in served)
    found = []
    if not highest:
        found.append("it kept its bound at none of the rates that were tried")
    elif highest == max(rates):
        found.append("it kept its bound at every rate that was tried, so the highest is higher still")
    elif 2 * beyond >= len(served):
        found.append(
            f"in {beyond} of {len(served)} processes, it kept its bound at all rates that were tried or at none, "
            "which does not show the highest; more measure.processes would search again"
        )
    if apart:
        found.append(
            f"in {apart} of {len(served)} processes, the highest rate lies more than a step away; "
            "longer trials (measure.min_seconds) would help, or find out what disturbs them"
        )
    return found


def _uncertain(processes: Sequence[ProcessResult]) -> Iterator[str]:
    from scipy.stats import t as student

    deviation = min(stdev(medians) / median(medians) for medians in _medians(processes))

    def half_width(count: int) -> float:
        return float(student.ppf(0.975, count - 1)) * deviation / sqrt(count)

    doubt = half_width(len(processes))
    if doubt > UNCERTAIN:
        enough = (count for count in range(len(processes) + 1, MOST_PROCESSES + 1) if half_width(count) <= UNCERTAIN)
        needed = next(enough, MOST_PROCESSES + 1)
        help_ = f"measure.processes: {needed} would help" if needed <= MOST_PROCESSES else "find out what disturbs them"
        yield f"the processes' medians lie apart, which leaves ±{doubt:.1%} of doubt; {help_}"


def _medians(processes: Sequence[ProcessResult]) -> Iterator[list[float]]:
    """Each process's median, and where it is known, the same in units of the machine's own pace beside it.

    What moves the machine moves all rows alike, and is told as such: here it would hide which rows are uncertain. But
    not all rows move with it: what waits for memory, or for a GPU, does not.
    """
    yield [process.p50_s for process in processes]
    paces = [process.pace_s for process in processes]
    if all(paces):
        yield [process.p50_s / pace for process, pace in zip(processes, paces, strict=True) if pace]


def _disturbed(processes: Sequence[ProcessResult], cores: int, worst: bool) -> Iterator[str]:
    """What the machine did besides, to the middle one of the processes or to the worst."""
    where = " in the worst process" if worst else ""

    def share(pick: Callable[[ProcessResult], float | None]) -> float:
        values = [value for process in processes if (value := pick(process)) is not None]
        return (max if worst else median)(values) if values else 0.0

    busy = share(lambda process: process.busy_cores)
    if busy > max(BUSY_CORES, BUSY_OF_ALL * cores):
        yield f"other processes kept {busy:.1f} of {cores} cores busy{where}; stop them, or time at another hour"
    paces = [process.pace_s for process in processes if process.pace_s is not None]
    if paces and (moved := max(paces) / min(paces) - 1) > MOVED:
        yield f"the machine's own speed moved by {moved:.0%} between processes; a machine of one's own would help"
    waiting = share(lambda process: process.waiting)
    if waiting > WAITING:
        yield (
            f"a thread of it was ready and had no core for {waiting:.0%} of the time{where}; "
            "measure.cores can name another"
        )
    stolen = share(lambda process: process.stolen)
    if stolen > STOLEN:
        yield f"this virtual machine's host took {stolen:.0%} of the time{where}; a machine of one's own would help"
    throttled = max((process.throttled or 0.0 for process in processes), default=0.0)
    if throttled > 0:
        yield f"the GPU's clock was lowered in up to {throttled:.0%} of the time; let it cool, or lock its clock"


def _lukewarm(processes: Sequence[ProcessResult]) -> Iterator[str]:
    cold = sum(not process.warm for process in processes)
    if cold:
        yield f"calls had not become stable in {cold} of {len(processes)} processes; raise measure.warmup_max_s"
