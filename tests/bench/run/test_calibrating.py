"""What a calibration makes of durations, and what it refuses."""

import pytest

from bench.catalog import Entry
from bench.cores import cores
from bench.errors import BenchError
from bench.records import Artifact, RuntimeInfo
from bench.roofline import Bandwidth
from bench.run.calibrating import Subject, Task, findings, noise_floor, refuse
from bench.stages.calibration import Probe

CALL = 2e-6


def subject(purpose, side, batch, moved, *medians):
    """One that moves so many bytes: its weights, and in and out a row of four bytes for each column."""
    artifact = Artifact("probe", "calibration", "fp32", "", "", (), ())
    return Subject(Probe(purpose, side, batch), artifact, moved - 8 * batch * side, list(medians))


def test_weights_that_are_stored_in_halves_and_computed_in_32_bits_are_read_in_32():
    half = Artifact("probe", "calibration", "fp16", "", "", (), ())
    moved = {kind: Subject(Probe("bandwidth", 64, 1, 4), half, 10_000, [], {kind: 1}).moved for kind in ("f16", "f32")}
    assert moved == {"f16": 4 * (10_000 + 512), "f32": 4 * (20_000 + 512)}


def subjects(*bandwidths):
    return [
        subject("call", 16, 1, 1000, CALL, CALL, 9e-6),
        subject("noise", 256, 64, 1000, 1.0e-5, 1.2e-5),
        *bandwidths,
        subject("peak", 1024, 1024, 1000, 0.02, 0.02, 0.03),
        subject("noise", 256, 64, 1000, 1.1e-5, 1.3e-5),
    ]


def test_durations_become_figures():
    found = findings(
        subjects(subject("bandwidth", 1024, 1, 4_000_000, 42e-6), subject("bandwidth", 256, 1, 200_000, 4e-6))
    )
    assert found["call_s"] == CALL
    assert found["peak_flop_per_s"] == pytest.approx(2 * 1024**3 / 0.02)
    assert found["bandwidths"] == (
        Bandwidth(200_000, pytest.approx(100e9)),  # beyond the cost of a call
        Bandwidth(4_000_000, pytest.approx(100e9)),
    )
    assert found["noise"].apart == pytest.approx(0.1e-5 / 1.15e-5)


def test_a_read_that_is_lost_in_the_noise_of_a_call_has_no_bandwidth():
    large = subject("bandwidth", 1024, 1, 4_000_000, 42e-6)
    assert len(findings(subjects(large, subject("bandwidth", 256, 1, 9000, CALL)))["bandwidths"]) == 1
    with pytest.raises(BenchError, match="no memory bandwidth"):
        findings(subjects(subject("bandwidth", 256, 1, 9000, CALL)))


def test_a_shift_between_two_rows_is_no_deviation_within_them():
    found = noise_floor([1.0, 1.2], [2.0, 2.2])
    assert found.graph_s == pytest.approx(1.6)
    assert found.apart == pytest.approx(1.0 / 1.6)
    assert found.deviation == pytest.approx(0.02**0.5 / 1.6)


def refused(info, **changes):
    task = {"runtime": info.name, "precisions": ("fp32",), "device": "cpu", "threads": 1, "processes": 2, **changes}
    with pytest.raises(BenchError) as caught:
        refuse(Task(**task), Entry(info, "plugin"))
    return str(caught.value)


def test_what_cannot_be_calibrated_is_refused_with_what_can():
    assert "calibrate onnxruntime" in refused(RuntimeInfo("torch", "", needs_torch=True))
    assert "pip install 'some[extra]'" in refused(RuntimeInfo("absent", "", requires=("no_such",), extra="some[extra]"))
    assert "it serves fp32" in refused(RuntimeInfo("graph", ""), precisions=("fp32", "fp16"))
    assert f"on {cores()} cores" in refused(RuntimeInfo("graph", ""), threads=cores() + 1)
