"""`bench calibrate` from end to end, with graphs that take no time."""

from contextlib import contextmanager

import pytest

from bench.errors import BenchError
from bench.roofline import Machine
from bench.run import calibrating
from bench.stages.calibration import Probe
from bench.store.calibration import read_calibrations
from bench.timing.request import Effort
from bench_runtimes.cuda import cuda_devices

SMALL = (Probe("call", 4, 1), Probe("noise", 64, 4), Probe("bandwidth", 256, 1), Probe("peak", 256, 64))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_it_measures_prints_and_keeps(command, cache, monkeypatch):
    monkeypatch.setitem(calibrating.PROBES, "cpu", SMALL)
    monkeypatch.setattr(calibrating, "EFFORT", Effort(0.0, 0.0, 0.01, 11, 1.0))
    answer = command("calibrate", "--processes", 2)
    assert answer.code == 0, answer.err
    for words in ("onnxruntime fp32 on cpu, 1 thread", "GFLOP/s", "GB/s", "against itself", "for 5 %", str(cache)):
        assert words in answer.out
    assert "measured 10 of 10 processes" in answer.err
    (found,) = read_calibrations(pytest.fail)
    assert (found.runtime, found.processes, found.software.partition(" ")[0].removesuffix("-gpu")) == (
        "onnxruntime",
        2,
        "onnxruntime",
    )
    assert isinstance(found.machine, Machine)
    assert found.peak_flop_per_s > 1e8


@pytest.mark.skipif(cuda_devices() > 0, reason="there is a GPU, which can be calibrated")
def test_a_device_that_is_not_here_is_one_error_before_anything_is_made(command, monkeypatch):
    monkeypatch.setattr(calibrating, "_subjects", pytest.fail)
    answer = command("calibrate", "--device", "cuda")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "error: runtime 'onnxruntime' cannot serve 'cuda' (it can serve here: cpu)\n"


def test_the_graphs_are_made_while_nobody_else_measures(command, monkeypatch):
    held = []

    @contextmanager
    def alone(_):
        held.append(True)
        yield
        held.clear()

    def subjects(*_):
        raise BenchError("held" if held else "free")

    monkeypatch.setattr(calibrating, "alone_on_this_host", alone)
    monkeypatch.setattr(calibrating, "_subjects", subjects)
    assert command("calibrate").err == "error: held\n"


def test_a_runtime_that_executes_no_graph_is_one_error(command, cache):
    answer = command("calibrate", "--runtime", "torch")
    assert (answer.code, answer.out) == (2, "")
    assert "calibrate onnxruntime" in answer.err
    assert not (cache / "bench").exists()
