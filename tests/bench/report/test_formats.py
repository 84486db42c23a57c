"""Figures are written for a reader."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.formats import counted, joules, number, percent, rough, seconds, size_of, spread


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (number, 0.123456, "0.1235"),
        (number, 1234567.8, "1,234,568"),
        (number, 0.0, "0"),
        (seconds, 1.5, "1.5 s"),
        (seconds, 0.0123, "12.3 ms"),
        (seconds, 20e-6, "20 µs"),
        (seconds, 5e-9, "5 ns"),
        (seconds, 999.9e-6, "1000 µs"),
        (seconds, 0.0, "0 ns"),
        (joules, 0.0035, "3.5 mJ"),
        (joules, 2.0, "2 J"),
        (size_of, 1023, "1023 B"),
        (size_of, 2048, "2 KiB"),
        (size_of, 1100 * 2**30, "1100 GiB"),
        (percent, 0.1234, "12.3 %"),
        (rough, 0.00123, "0.12 %"),
        (rough, 0.3142, "31 %"),
        (rough, 1.5, "150 %"),
        (percent, 25.0, "2500 %"),
        (spread, [], "-"),
        (spread, [0.5], "0.5"),
        (spread, [0.4, 0.6], "0.5 ± 0.14"),
    ],
)
def test_figures_are_written_for_a_reader(write, value, text):
    assert write(value) == text


UNITS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


@pytest.mark.parametrize("write", [seconds, size_of])
@given(st.floats(1e-9, 1e6))
def test_a_figure_has_three_digits_and_never_a_power_of_ten(write, value):
    if write is size_of:
        value *= 1e6
    digits, unit = write(value).split()
    assert re.fullmatch(r"\d+(\.\d+)?", digits)
    assert float(digits) * UNITS[unit] == pytest.approx(value, rel=0.0051)


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [(1, "case", "1 case"), (0, "case", "0 cases"), (1200, "case", "1,200 cases"), (2, "process", "2 processes")],
)
def test_one_is_not_several(count, noun, text):
    assert counted(count, noun) == text
