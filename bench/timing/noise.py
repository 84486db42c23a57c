"""Why a row is not to be trusted, and what would help."""

from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from statistics import median, stdev

from bench.results import ProcessResult

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


def reasons(processes: Sequence[ProcessResult], cores: int, queued: bool) -> list[str]:
    """A sentence for each reason; none for a row that is calm.

    :param cores: of the machine
    :param queued: whether durations hold the waiting in a queue, which differs from process to process by itself
    """
    uncertain = [] if queued else _uncertain(processes)
    return [*uncertain, *_disturbed(processes, cores), *_lukewarm(processes)]


def _uncertain(processes: Sequence[ProcessResult]) -> Iterator[str]:
    from scipy.stats import t as student

    if len(processes) < 2:
        yield "one process alone does not show how far processes differ; measure.processes: 5 would"
        return
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


def _disturbed(processes: Sequence[ProcessResult], cores: int) -> Iterator[str]:
    busy = _middle(processes, lambda process: process.busy_cores)
    if busy > max(BUSY_CORES, BUSY_OF_ALL * cores):
        yield f"other processes kept {busy:.1f} of {cores} cores busy; stop them, or time at another hour"
    paces = [process.pace_s for process in processes if process.pace_s is not None]
    if paces and (moved := max(paces) / min(paces) - 1) > MOVED:
        yield f"the machine's own speed moved by {moved:.0%} between processes; a machine of one's own would help"
    waiting = _middle(processes, lambda process: process.waiting)
    if waiting > WAITING:
        yield f"a thread of it was ready and had no core for {waiting:.0%} of the time; measure.cores can name another"
    stolen = _middle(processes, lambda process: process.stolen)
    if stolen > STOLEN:
        yield f"the host of this virtual machine took {stolen:.0%} of the time; a machine of one's own would help"
    throttled = max((process.throttled or 0.0 for process in processes), default=0.0)
    if throttled > 0:
        yield f"the GPU's clock was lowered in up to {throttled:.0%} of the time; let it cool, or lock its clock"


def _lukewarm(processes: Sequence[ProcessResult]) -> Iterator[str]:
    cold = sum(not process.warm for process in processes)
    if cold:
        yield f"calls had not become stable in {cold} of {len(processes)} processes; raise measure.warmup_max_s"


def _middle(processes: Sequence[ProcessResult], pick: Callable[[ProcessResult], float | None]) -> float:
    values = [value for process in processes if (value := pick(process)) is not None]
    return median(values) if values else 0.0
