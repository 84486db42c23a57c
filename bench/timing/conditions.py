"""What else the machine does while something is timed. What this system cannot tell is None."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.conditions import Conditions

PROC = Path("/proc")

# The fixed piece of work that shows how fast the machine is: about a tenth of a millisecond in the interpreter, which
# needs no memory but the core's own. The fastest of a few times is the one that nothing interrupted.
WORK = 10_000
TIMES = 7


def bind(cores: Iterable[int]) -> tuple[int, ...]:
    """Bind this process to some cores, where the system can do that; to which it is bound."""
    chosen = tuple(cores)
    if not chosen or not hasattr(os, "sched_setaffinity"):
        return ()
    os.sched_setaffinity(0, chosen)
    return tuple(sorted(os.sched_getaffinity(0)))


def gpu_of(device: str) -> Any:
    """What reads the GPU that is timed; None on the CPU."""
    if device == "cpu":
        return None
    from bench.timing.nvml import Gpu

    return Gpu.open()


@dataclass(frozen=True)
class _Reading:
    wall_s: float
    own_s: float
    waited_s: dict[str, float]
    busy_s: float | None
    stolen_s: float | None
    joules: float | None


@dataclass
class Watch:
    """Readings before and after a load, and of the GPU's clock in between.

    :param gpu: what reads the GPU that is timed, if there is one
    """

    gpu: Any = None
    _throttled: list[bool] = field(default_factory=list)
    _clocks_mhz: list[int] = field(default_factory=list)
    _first: _Reading | None = None
    _pace_s: float = 0.0

    def begin(self) -> None:
        """Take the first reading."""
        self._throttled.clear()
        self._clocks_mhz.clear()
        self.look()
        self._pace_s = pace()
        self._first = self._read()

    def look(self) -> None:
        """Look at the GPU's clock, and whether it is lowered; called between queries, off the clock."""
        if self.gpu is None:
            return
        now = self.gpu.reading()
        self._throttled += [] if now.throttled is None else [now.throttled]
        self._clocks_mhz += [] if now.clock_mhz is None else [now.clock_mhz]

    def end(self) -> Conditions:
        """What has happened since `begin`."""
        self.look()
        first, last = self._first, self._read()
        assert first is not None
        wall = last.wall_s - first.wall_s
        own, busy = last.own_s - first.own_s, _since(first.busy_s, last.busy_s)
        waited = [seconds - first.waited_s.get(thread, 0.0) for thread, seconds in last.waited_s.items()]
        stolen = _since(first.stolen_s, last.stolen_s)
        gpu = self.gpu.reading() if self.gpu is not None else None
        return Conditions(
            pace_s=(self._pace_s + pace()) / 2,
            waiting=max(waited) / wall if waited else None,  # of several threads, a call ends with the last
            busy_cores=None if busy is None else max(0.0, busy - own) / wall,
            stolen=None if stolen is None else stolen / wall,
            throttled=sum(self._throttled) / len(self._throttled) if self._throttled else None,
            clock_least_mhz=min(self._clocks_mhz, default=None),
            clock_median_mhz=float(np.median(self._clocks_mhz)) if self._clocks_mhz else None,
            joules=_since(first.joules, last.joules),
            peak_memory_bytes=_peak_memory(),
            gpu_memory_bytes=gpu.process_memory_bytes if gpu is not None else None,
        )

    def _read(self) -> _Reading:
        energy = self.gpu.reading().energy_mj if self.gpu is not None else None
        busy, stolen = _cpu_seconds()
        return _Reading(
            wall_s=time.perf_counter(),
            own_s=time.process_time(),
            waited_s=_waited_seconds(),
            busy_s=busy,
            stolen_s=stolen,
            joules=None if energy is None else energy / 1000,
        )


def pace() -> float:
    """How many seconds the fixed piece of work takes now."""
    clock = time.perf_counter
    times = []
    for _ in range(TIMES):
        start = clock()
        sum(range(WORK))
        times.append(clock() - start)
    return min(times)


def _since(first: float | None, last: float | None) -> float | None:
    return None if first is None or last is None else last - first


def _waited_seconds() -> dict[str, float]:
    """How long each thread of this process has been ready to run and had no core, as the scheduler counts."""
    found = {}
    for path in (PROC / "self" / "task").glob("*/schedstat"):
        with suppress(OSError, IndexError, ValueError):  # a thread that has just ended
            found[path.parent.name] = int(path.read_text().split()[1]) / 1e9
    return found


def _cpu_seconds() -> tuple[float | None, float | None]:
    """The seconds that all cores together were busy, and those that the host of a virtual machine took away from each
    of the cores that this process is bound to (proc(5))."""
    tick = os.sysconf("SC_CLK_TCK")
    busy, stolen = None, []
    try:
        for line in (PROC / "stat").read_text().splitlines():
            name, *numbers = line.split()
            if name == "cpu":
                user, nice, system, _, _, irq, softirq = map(int, numbers[:7])
                busy = (user + nice + system + irq + softirq) / tick
            elif name.startswith("cpu") and int(name[3:]) in os.sched_getaffinity(0):
                stolen.append(int(numbers[7]) / tick)
    except (OSError, ValueError, IndexError, AttributeError):
        return None, None
    return busy, sum(stolen) / len(stolen) if stolen else None


def _peak_memory() -> int | None:
    """The most memory that this process has ever had resident."""
    try:
        lines = (PROC / "self" / "status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration, ValueError):
        return _largest_ever()


def _largest_ever() -> int | None:
    try:
        import resource
        import sys
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
