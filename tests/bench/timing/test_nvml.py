"""What a GPU tells of itself, with a management library that answers as NVIDIA's does."""

import os
import sys
from types import ModuleType, SimpleNamespace

import pytest

from bench.timing import nvml
from bench.timing.nvml import Gpu, GpuReading


class NVMLError(Exception):
    """As in pynvml, the base of what it raises."""


class NVMLErrorNotSupported(NVMLError):
    """What a GPU answers that does not have a figure."""


def refuse(*_):
    raise NVMLErrorNotSupported


@pytest.fixture
def library(monkeypatch):
    """`pynvml` with one GPU on the bus."""
    fake = ModuleType("pynvml")
    fake.NVMLError, fake.NVML_CLOCK_SM = NVMLError, 1
    fake.nvmlInit = lambda: None
    fake.nvmlDeviceGetHandleByPciBusId = {"0000:65:00.0": "handle"}.get
    fake.nvmlDeviceGetClockInfo = lambda handle, clock: {("handle", 1): 1980}[handle, clock]
    fake.nvmlDeviceGetCurrentClocksThrottleReasons = lambda _: 0x1
    fake.nvmlDeviceGetTotalEnergyConsumption = lambda _: 123_456
    others = SimpleNamespace(pid=os.getpid() + 1, usedGpuMemory=7)
    own = SimpleNamespace(pid=os.getpid(), usedGpuMemory=500)
    fake.nvmlDeviceGetComputeRunningProcesses = lambda _: [others, own]
    monkeypatch.setitem(sys.modules, "pynvml", fake)
    monkeypatch.setattr(nvml, "bus_address", lambda index: "0000:65:00.0" if index == 0 else None)
    return fake


def test_a_reading_has_every_figure(library):
    assert Gpu.open().reading() == GpuReading(1980, False, 123_456, 500)


@pytest.mark.parametrize(
    ("reasons", "throttled"),
    [(0x0, False), (0x1, False), (0x2, False), (0x4, True), (0x8, True), (0x20, True), (0x40, True), (0x81, True)],
)
def test_only_power_heat_and_hardware_throttle(library, monkeypatch, reasons, throttled):
    """Neither a GPU that is idle, 0x1, nor one that was set to a clock, 0x2."""
    monkeypatch.setattr(library, "nvmlDeviceGetCurrentClocksThrottleReasons", lambda _: reasons)
    assert Gpu.open().reading().throttled is throttled


@pytest.mark.parametrize(
    ("function", "field"),
    [
        ("nvmlDeviceGetClockInfo", "clock_mhz"),
        ("nvmlDeviceGetCurrentClocksThrottleReasons", "throttled"),
        ("nvmlDeviceGetTotalEnergyConsumption", "energy_mj"),
        ("nvmlDeviceGetComputeRunningProcesses", "process_memory_bytes"),
    ],
)
def test_a_figure_that_a_gpu_does_not_have_leaves_the_others(library, monkeypatch, function, field):
    monkeypatch.setattr(library, function, refuse)
    reading = vars(Gpu.open().reading())
    assert [name for name, value in reading.items() if value is None] == [field]


def test_memory_is_unknown_where_process_numbers_are_others(library, monkeypatch):
    monkeypatch.setattr(library, "nvmlDeviceGetComputeRunningProcesses", lambda _: [])
    assert Gpu.open().reading().process_memory_bytes is None


def test_there_is_no_gpu_without_the_package(library, monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert Gpu.open() is None


@pytest.mark.parametrize("function", ["nvmlInit", "nvmlDeviceGetHandleByPciBusId"])
def test_there_is_no_gpu_where_the_library_cannot_reach_it(library, monkeypatch, function):
    monkeypatch.setattr(library, function, refuse)
    assert Gpu.open() is None


def test_there_is_no_gpu_that_cuda_does_not_count(library):
    assert Gpu.open(1) is None


class Driver:
    """A CUDA driver with one GPU."""

    def cuInit(self, _):  # noqa: N802
        return 0

    def cuDeviceGet(self, device, index):  # noqa: N802
        return 0 if index == 0 else 101

    def cuDeviceGetPCIBusId(self, address, length, device):  # noqa: N802
        assert length == len(address)
        address.value = b"0000:65:00.0"
        return 0


def test_the_address_is_asked_of_the_driver(monkeypatch):
    monkeypatch.setattr(nvml.ctypes, "CDLL", lambda _: Driver())
    assert (nvml.bus_address(0), nvml.bus_address(1)) == ("0000:65:00.0", None)


def test_there_is_no_address_without_a_driver(monkeypatch):
    def absent(name):
        raise OSError(name)

    monkeypatch.setattr(nvml.ctypes, "CDLL", absent)
    assert nvml.bus_address(0) is None


@pytest.mark.gpu
def test_a_real_gpu_tells_of_itself():
    reading = Gpu.open().reading()
    assert reading.clock_mhz > 0
    assert reading.throttled in (False, True)
