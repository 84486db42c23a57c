"""Timing answers -> rows."""

import numpy as np
import pytest

from bench.conditions import Conditions
from bench.roofline import Bandwidth, Work
from bench.run.rows import Part, Timed, rows_of
from bench.timing.request import Load, LoadAnswer, TimingAnswer


@pytest.fixture
def calibration(make):
    return make.calibration()


@pytest.fixture
def timed(tmp_path, calibration):
    """What is the same in all rows: `timed(calibration, precision)`."""

    def build(calibration=calibration, precision="fp32"):
        return Timed(
            artifact="forward",
            precision=precision,
            runtime="graph",
            device="cpu",
            threads=1,
            bound_s=0.1,
            folder=tmp_path,
            samples=tmp_path / "forward.graph",
            cores=2,
            works={
                None: Work(macs=50_000, weight_bytes=100, sample_bytes=4.0),
                16: Work(macs=90_000, weight_bytes=100, sample_bytes=8.0),
            },
            calibration=calibration,
        )

    return build


@pytest.fixture
def row(tmp_path, timed, calibration):
    """One row of two processes with ten calls of 1 ms each: `row(scenario, calibration)`."""

    def build(
        scenario="single-stream", calibration=calibration, batch_size=4, precision="fp32", length=None, **details
    ):
        rate = 100.0 if scenario == "server" else None
        parts = []
        for turn in range(2):
            path = tmp_path / f"turn{turn}.npy"
            np.save(path, np.full(10, 1_000_000))
            answer = LoadAnswer(0, batch_size, rate, str(path), 10 * batch_size, 0.01, 5, True, Conditions())
            parts.append(Part(turn, 0, TimingAnswer(provider="CPU", details=details), answer))
        (found,) = rows_of(timed(calibration, precision), [Load(scenario, (batch_size,), length=length)], parts)
        return found

    return build


def test_each_process_has_what_two_runs_are_compared_by(tmp_path, timed):
    """Its own percentiles, as far as it has enough samples, and its throughput, in samples a second."""
    durations = {0: np.arange(1, 101) * 1_000, 1: np.arange(1, 11) * 1_000}
    parts = []
    for turn, nanoseconds in durations.items():
        np.save(path := tmp_path / f"turn{turn}.npy", nanoseconds)
        answer = LoadAnswer(0, 4, None, str(path), 4 * len(nanoseconds), 0.5, 5, True, Conditions())
        parts.append(Part(turn, 0, TimingAnswer(provider="CPU"), answer))
    (found,) = rows_of(timed(), [Load("single-stream", (4,))], parts)
    long, short = found.by_process
    assert (long.p90_s, short.p90_s) == (pytest.approx(np.percentile(durations[0], 90) / 1e9, rel=0.02), None)
    assert (long.throughput_per_s, short.throughput_per_s) == (800, 80)


@pytest.mark.parametrize("scenario", ["single-stream", "multi-stream", "offline"])
def test_a_row_has_its_share_of_the_roofline(row, scenario):
    found = row(scenario)
    assert found.throughput_per_s == pytest.approx(4_000)
    assert found.roofline == pytest.approx(2 * 50_000 * 4_000 / 1e9)


def test_a_row_has_the_length_of_its_sequences_and_its_share_of_what_they_take(row):
    found = row(length=16)
    assert found.length == 16
    assert found.samples_path == "forward.graph.single-stream.b4.l16.npy"
    assert found.roofline == pytest.approx(2 * 90_000 * 4_000 / 1e9)
    assert row().length is None


def test_halves_that_are_computed_in_32_bits_have_the_share_of_what_is_read(row, make):
    slow = make.calibration(peak_flop_per_s=1e15, bandwidths=(Bandwidth(1_000, 1e6),))
    shares = [row(calibration=slow, precision="fp16", arithmetic={kind: 3}).roofline for kind in ("f16", "f32")]
    assert shares == pytest.approx([1_000 * (read + 4 * 4.0) / 1e6 for read in (100, 200)])


def test_a_server_and_a_machine_that_is_not_calibrated_have_none(row):
    assert row("server", batch_size=1).roofline is None
    assert row(calibration=None).roofline is None


def test_loadgens_test_is_valid_if_it_is_in_every_process(tmp_path, timed):
    parts = []
    for turn, (valid, reason) in enumerate([(True, ""), (False, "Too few."), (False, "Too few."), (True, "")]):
        path = tmp_path / f"turn{turn}.npy"
        np.save(path, np.full(10, 1_000_000))
        told = {"valid": valid, "reason": reason, "own_cost_s": 1e-6 * turn, "loadgen_version": "5.1"}
        answer = LoadAnswer(0, 1, None, str(path), 10, 0.01, 5, True, Conditions(), told)
        parts.append(Part(turn, 0, TimingAnswer(provider="CPU"), answer))
    (found,) = rows_of(timed(), [Load("single-stream", (1,), instrument="loadgen")], parts)
    assert found.details == {
        "valid": False,
        "reason": "Too few.",
        "own_cost_s": pytest.approx(1.5e-6),
        "loadgen_version": "5.1",
    }
    assert found.noise == ["LoadGen calls its test invalid: Too few."]
