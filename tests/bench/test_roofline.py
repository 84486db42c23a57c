"""The roofline in its closed forms."""

from dataclasses import replace

import pytest

from bench.roofline import (
    REFERENCE,
    Bandwidth,
    Work,
    attainable,
    bytes_read,
    calibration_for,
    share,
)

PEAK, FAST, SLOW = 100e9, 50e9, 10e9


@pytest.fixture
def calibration(make):
    bandwidths = (Bandwidth(1_000, FAST), Bandwidth(1_000_000, SLOW))
    return make.calibration(runtime=REFERENCE, peak_flop_per_s=PEAK, bandwidths=bandwidths)


def test_much_arithmetic_on_few_bytes_is_bound_by_the_peak(calibration):
    assert attainable(calibration, Work(1_000_000, 500, 100.0), 1) == PEAK


def test_little_arithmetic_on_many_bytes_is_bound_by_memory(calibration):
    work = Work(100, 700, 100.0)  # 200 operations on 800 bytes
    assert attainable(calibration, work, 1) == pytest.approx(200 / 800 * FAST)


def test_at_the_ridge_both_bounds_are_one(calibration):
    ridge = PEAK / FAST  # operations a byte
    work = Work(macs=int(ridge * 1_000 / 2), weight_bytes=900, sample_bytes=100.0)
    assert attainable(calibration, work, 1) == pytest.approx(PEAK)
    assert attainable(calibration, replace(work, weight_bytes=905), 1) < PEAK


def test_a_batch_reads_the_weights_once(calibration):
    work = Work(100, 400, 50.0)
    assert work.call_bytes(8) == 800
    assert attainable(calibration, work, 8) == pytest.approx(1600 / 800 * FAST)


@pytest.mark.parametrize(("bytes_", "expected"), [(1, FAST), (1_000, FAST), (1_001, SLOW), (9_000_000, SLOW)])
def test_the_bandwidth_is_that_of_the_next_larger_working_set(calibration, bytes_, expected):
    assert calibration.bandwidth(bytes_) == expected


def test_the_share_is_what_was_achieved_of_what_is_attainable(calibration):
    assert share(calibration, Work(1_000_000, 500, 100.0), 4, 25_000.0) == pytest.approx(2e6 * 25_000 / PEAK)


def test_no_arithmetic_has_no_share(calibration):
    assert share(calibration, Work(0, 500, 100.0), 1, 1000.0) is None


@pytest.mark.parametrize(
    ("precision", "arithmetic", "read"),
    [
        ("fp16", {"f16": 5, "f32": 1}, 1000),
        ("fp16", {"f32": 5, "f16": 1}, 2000),
        ("fp16", {}, 1000),
        ("fp32", {"f32": 5}, 1000),
        ("int8-static", {"f32": 5, "u8": 3}, 1000),
    ],
)
def test_halves_that_nothing_computes_in_are_read_as_wholes(precision, arithmetic, read):
    assert bytes_read(1000, precision, arithmetic) == read


def test_a_runtime_without_a_calibration_takes_the_reference(calibration):
    own, half = replace(calibration, runtime="other"), replace(calibration, precision="fp16")
    assert calibration_for([calibration, own, half], "other", "fp32") is own
    assert calibration_for([calibration, own, half], "torch", "fp32") is calibration
    assert calibration_for([calibration, own, half], "other", "fp16") is half
    assert calibration_for([own], "torch", "fp32") is None
    assert calibration_for([calibration], REFERENCE, "int8-static") is None
