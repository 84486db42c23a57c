"""What a timing process says of the conditions of a measurement, and how many samples a percentile needs.

Apart from the other results, which a timing process would load for nothing: it starts anew for every measurement.
"""

from dataclasses import dataclass

# The fewest samples from which a percentile may be stated, by the early-stopping rule of MLPerf's LoadGen at 99 %
# confidence: fewer could all have been lucky.
LEAST_SAMPLES: dict[float, int] = {50: 11, 90: 64, 99: 662, 99.9: 6636}


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What else the machine did while a load was measured. None where it cannot be told.

    `pace_s` is how long a fixed piece of work took just before and after: how fast the machine itself was. `waiting` is
    the share of the time in which one of its threads, the one that waited longest, was ready and had no core: a call
    ends with the last of its threads. `busy_cores` is how many cores others kept busy, `stolen` the share of the time
    that a virtual machine's host took away. `throttled` is the share of looks at the GPU that found its clock lowered,
    `clock_least_mhz` and `clock_median_mhz` what its clock was at them; `joules` is the GPU's energy.
    `peak_memory_bytes` is the most that the process ever held.
    """

    pace_s: float | None = None
    waiting: float | None = None
    busy_cores: float | None = None
    stolen: float | None = None
    throttled: float | None = None
    clock_least_mhz: float | None = None
    clock_median_mhz: float | None = None
    joules: float | None = None
    peak_memory_bytes: int | None = None
    gpu_memory_bytes: int | None = None
