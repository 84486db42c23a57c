"""What a machine can attain, as `bench calibrate` has measured it, and a model's share of it. Standard library only.

Williams, Waterman & Patterson 2009, "Roofline: an insightful visual performance model for multicore architectures",
doi:10.1145/1498765.1498785.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Whose calibration stands for a runtime that has none of its own, such as those that execute no graph.
REFERENCE = "onnxruntime"


@dataclass(frozen=True)
class Bandwidth:
    """How fast so many bytes are read again and again: faster if they fit a cache."""

    working_set_bytes: int
    bytes_per_s: float


@dataclass(frozen=True)
class NoiseFloor:
    """What a machine finds between a graph and itself.

    :param graph_s: the median of a call, in seconds
    :param apart: how far the medians of the two lie apart, against their middle
    :param deviation: the standard deviation of the processes' medians, against their middle
    """

    graph_s: float
    apart: float
    deviation: float


@dataclass(frozen=True)
class Machine:
    """What figures were measured on, and so where they hold. `accelerator` is empty on the CPU."""

    cpu: str
    cores: int
    accelerator: str


@dataclass(frozen=True)
class Calibration:
    """What a machine attains under a runtime at a precision.

    :param software: the runtime's packages with their versions
    :param threads: of the runtime
    :param measured: when, in ISO 8601
    :param processes: how many timed each graph
    :param call_s: seconds of a call that computes next to nothing
    :param peak_flop_per_s: of a large matrix product
    :param bandwidths: by working set, ascending
    """

    machine: Machine
    runtime: str
    software: str
    device: str
    threads: int
    precision: str
    measured: str
    processes: int
    call_s: float
    peak_flop_per_s: float
    bandwidths: tuple[Bandwidth, ...]
    noise: NoiseFloor

    @property
    def key(self) -> tuple[object, ...]:
        """Of two with the same key, the newer one holds."""
        return (self.machine, self.runtime, self.software, self.device, self.threads, self.precision)

    def bandwidth(self, working_set_bytes: float) -> float:
        """Bytes a second from the nearest working set that was measured and is not smaller; else from the largest."""
        larger = (one for one in self.bandwidths if one.working_set_bytes >= working_set_bytes)
        return next(larger, self.bandwidths[-1]).bytes_per_s


@dataclass(frozen=True)
class Work:
    """What an artifact has to do.

    :param macs: multiply-accumulates of a sample
    :param weight_bytes: what every call reads, whatever its batch size
    :param sample_bytes: inputs and outputs of a sample
    """

    macs: int
    weight_bytes: int
    sample_bytes: float

    def call_bytes(self, batch_size: int) -> float:
        """The bytes that a call moves at least."""
        return self.weight_bytes + batch_size * self.sample_bytes


def is_widened(precision: str, arithmetic: Mapping[str, int]) -> bool:
    """Whether a graph is stored in 16 bits and computed in 32, since the processor's kernels have no narrower ones.

    :param arithmetic: how many of its nodes compute in which type; empty if nobody can tell
    """
    return precision == "fp16" and arithmetic.get("f32", 0) > arithmetic.get("f16", 0)


def bytes_read(stored: int, precision: str, arithmetic: Mapping[str, int]) -> int:
    """What a call reads of a graph that takes so many bytes on disk: its weights are widened once, when it is loaded.

    :param arithmetic: as for `is_widened`
    """
    return 2 * stored if is_widened(precision, arithmetic) else stored


def calibration_for(calibrations: Iterable[Calibration], runtime: str, precision: str) -> Calibration | None:
    """That of the runtime itself, else the reference's; None if neither is there at this precision."""
    found = {one.runtime: one for one in calibrations if one.precision == precision}
    return found.get(runtime) or found.get(REFERENCE)


def attainable(calibration: Calibration, work: Work, batch_size: int) -> float:
    """The floating-point operations a second that the machine allows: bound by arithmetic or by memory."""
    moved = work.call_bytes(batch_size)
    intensity = 2 * work.macs * batch_size / moved
    return min(calibration.peak_flop_per_s, intensity * calibration.bandwidth(moved))


def share(calibration: Calibration, work: Work, batch_size: int, samples_per_s: float) -> float | None:
    """What was achieved against what is attainable; None of a model without multiply-accumulates.

    Above 1 is possible: a graph whose weights are read less than once a call, or whose arithmetic is simpler than a
    direct product's, as with Winograd's convolutions, is faster than the model of the machine.
    """
    if work.macs == 0:
        return None
    return 2 * work.macs * samples_per_s / attainable(calibration, work, batch_size)
