"""What an NVIDIA GPU tells of itself while something is timed: clock, throttling, energy, memory.

Asked of NVIDIA's management library through `nvidia-ml-py`, https://docs.nvidia.com/deploy/nvml-api. No framework is
imported, and no CUDA context is made.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Reasons for a lowered clock that make a figure another one: the limit of power, heat, and the hardware's own brakes.
# A GPU that is idle or was set to a clock is not among them. The bits are stated in nvml.h.
POWER_CAP, HARDWARE, HEAT, HARDWARE_HEAT, POWER_BRAKE = 0x4, 0x8, 0x20, 0x40, 0x80
THROTTLED = POWER_CAP | HARDWARE | HEAT | HARDWARE_HEAT | POWER_BRAKE


@dataclass(frozen=True)
class GpuReading:
    """What a GPU tells at one moment. None where it does not tell.

    :param clock_mhz: the clock of its multiprocessors
    :param throttled: whether power, heat or the hardware lowers the clock
    :param energy_mj: millijoules since its driver was loaded
    :param process_memory_bytes: what this process holds; None too where process numbers are a container's own
    """

    clock_mhz: int | None
    throttled: bool | None
    energy_mj: int | None
    process_memory_bytes: int | None


class Gpu:
    """A GPU that can be read; `Gpu.open()` makes it."""

    def __init__(self, library: Any, handle: Any) -> None:
        self._library = library
        self._handle = handle

    @classmethod
    def open(cls, index: int = 0) -> "Gpu | None":
        """The GPU that CUDA counts as `index` in this process; None without the package, the driver or the GPU."""
        try:
            import pynvml
        except ImportError:
            return None
        address = bus_address(index)
        if address is None:
            return None
        try:
            pynvml.nvmlInit()
            return cls(pynvml, pynvml.nvmlDeviceGetHandleByPciBusId(address))
        except pynvml.NVMLError:
            return None

    def reading(self) -> GpuReading:
        """What the GPU tells now."""
        library = self._library
        reasons = self._told(library.nvmlDeviceGetCurrentClocksThrottleReasons)
        return GpuReading(
            clock_mhz=self._told(library.nvmlDeviceGetClockInfo, library.NVML_CLOCK_SM),
            throttled=None if reasons is None else bool(reasons & THROTTLED),
            energy_mj=self._told(library.nvmlDeviceGetTotalEnergyConsumption),
            process_memory_bytes=self._own_memory(),
        )

    def _own_memory(self) -> int | None:
        processes = self._told(self._library.nvmlDeviceGetComputeRunningProcesses) or []
        return next((one.usedGpuMemory for one in processes if one.pid == os.getpid()), None)

    def _told(self, ask: Callable[..., Any], *arguments: Any) -> Any:
        """The answer to one question; None if this GPU does not answer it."""
        try:
            return ask(self._handle, *arguments)
        except self._library.NVMLError:
            return None


def bus_address(index: int) -> str | None:
    """Where the GPU sits that CUDA counts as `index`, asked of the driver; None without a driver or such a GPU.

    The management library counts in an order of its own and does not know what `CUDA_VISIBLE_DEVICES` hides.
    """
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return None
    device, address = ctypes.c_int(), ctypes.create_string_buffer(32)
    if driver.cuInit(0) != 0 or driver.cuDeviceGet(ctypes.byref(device), index) != 0:
        return None
    if driver.cuDeviceGetPCIBusId(address, len(address), device) != 0:
        return None
    return address.value.decode()
