"""Bounds on a figure."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.bounds import holds, share, written


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.9, 0.9, None, True),
        (0.8999, 0.9, None, False),
        (0.1, None, 0.1, True),
        (0.1001, None, 0.1, False),
        (5.0, None, None, True),
        (math.nan, None, None, False),
        (math.nan, 0.0, 1.0, False),
    ],
)
def test_a_bound_includes_itself_and_no_number_holds_nothing(value, low, high, expected):
    assert holds(value, low, high) is expected


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_both_bounds_hold_if_each_does(value, low, high):
    assert holds(value, low, high) == (holds(value, low, None) and holds(value, None, high))


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.95, None, "at least 0.95"),
        (None, 1e-5, "at most 1e-05"),
        (0.1, 0.2, "at least 0.1, at most 0.2"),
        (None, 0, "at most 0"),
    ],
)
def test_a_bound_is_written_for_a_reader(low, high, text):
    assert written(low, high) == text


@given(st.integers(0, 10_000), st.sampled_from(["%", " %"]))
def test_a_share_is_written_in_per_cent(hundredths, sign):
    assert share(f"{hundredths / 100:g}{sign}") == pytest.approx(hundredths / 10_000)


@pytest.mark.parametrize(
    "text", ["", "%", "5", "0.05", "-5%", "+5%", "5%%", "5%\n", "5  %", " 5%", "5.%", ".5%", "1e2%"]
)
def test_what_is_no_share_is_refused(text):
    with pytest.raises(ValueError, match="is no share in per cent, such as 5%"):
        share(text)
