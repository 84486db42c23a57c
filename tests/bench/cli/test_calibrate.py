"""`bench calibrate` from end to end, with graphs that take no time."""

import pytest

from bench.roofline import Machine
from bench.run import calibrating
from bench.stages.calibration import Probe
from bench.store.calibration import read_calibrations
from bench.timing.request import Effort

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


def test_a_runtime_that_executes_no_graph_is_one_error(command, cache):
    answer = command("calibrate", "--runtime", "torch")
    assert (answer.code, answer.out) == (2, "")
    assert "calibrate onnxruntime" in answer.err
    assert not (cache / "bench").exists()
