"""Who says how much worse a figure may become."""

from dataclasses import replace

import pytest

from bench.compare.observed import Execution, Nature
from bench.compare.records import Key, Threshold
from bench.compare.thresholds import DEFAULT, LEAST, Tolerance
from bench.roofline import NoiseFloor

KEY = Key("tiny@points", "forward graph fp32 cpu threads=1 single-stream batch=1 length=128", "latency-p50")
NATURE = Nature("timing", "s", False, None, Execution("quick", "fp32", "cpu", 1), follows_pace=True)


@pytest.fixture
def every(make):
    """A tolerance by everybody who may say one."""
    return Tolerance(
        named={"latency-p50": 0.01},
        general=0.04,
        gates={"tiny@points": {"latency-p50 length=128": 0.02, "latency-p50": 0.03}},
        calibrations=(make.calibration(noise=NoiseFloor(30e-6, 0.02, 0.04)),),
        runtimes={"quick": "onnxruntime"},
    )


def test_the_most_particular_goes_before_all_else(every):
    """In order: `--threshold` by name, a gate with its length, without, `--threshold` for all, calibration, 5 %."""
    order = [
        (every, Threshold(0.01, "--threshold")),
        (unnamed := replace(every, named={"accuracy": 0.5}), Threshold(0.02, "gate")),
        (short := replace(unnamed, gates={"tiny@points": {"latency-p50": 0.03}}), Threshold(0.03, "gate")),
        (open_ := replace(short, gates={"other@points": {"latency-p50": 0.9}}), Threshold(0.04, "--threshold")),
        (quiet := replace(open_, general=None), Threshold(0.08, "calibration")),
        (replace(quiet, calibrations=()), Threshold(DEFAULT, "default")),
    ]
    for tolerance, expected in order:
        assert tolerance.of(KEY, NATURE) == expected


def test_a_gate_at_another_length_does_not_hold():
    tolerance = Tolerance(gates={"tiny@points": {"latency-p50 length=12": 0.5}})
    assert tolerance.of(KEY, NATURE).source == "default"


def test_nothing_is_a_tolerance_too():
    assert Tolerance(named={"latency-p50": 0.0}).of(KEY, NATURE) == Threshold(0.0, "--threshold")
    assert Tolerance(general=0.0).of(KEY, NATURE) == Threshold(0.0, "--threshold")


@pytest.mark.parametrize(("apart", "deviation", "share"), [(0.02, 0.04, 0.08), (0.1, 0.04, 0.1), (0.001, 0.001, LEAST)])
def test_a_machine_tolerates_what_it_finds_between_a_graph_and_itself(make, apart, deviation, share):
    noisy = make.calibration(noise=NoiseFloor(30e-6, apart, deviation))
    tolerance = Tolerance(calibrations=(noisy,), runtimes={"quick": "onnxruntime"})
    assert tolerance.of(KEY, NATURE) == Threshold(share, "calibration")


@pytest.mark.parametrize(
    "nature",
    [
        replace(NATURE, execution=Execution("quick", "fp32", "cpu", 2)),
        replace(NATURE, execution=Execution("quick", "fp32", "cuda", 1)),
        replace(NATURE, execution=Execution("quick", "int8", "cpu", 1)),
        replace(NATURE, follows_pace=False),
        Nature("quality", "", True, 1.0),
    ],
    ids=["threads", "device", "precision", "memory", "quality"],
)
def test_a_calibration_of_something_else_does_not_hold(every, nature):
    assert replace(every, named={}, gates={}, general=None).of(KEY, nature).source == "default"
