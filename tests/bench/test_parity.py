"""When two sets of outputs count as the same, against numpy's own idea of it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.parity import ATOL, RTOL, Disagreement, difference

outputs = arrays(np.float32, (3, 2), elements=st.floats(-1e6, 1e6, width=32))
errors = arrays(np.float64, (3, 2), elements=st.floats(-3, 3))


@given(outputs, errors)
def test_outputs_agree_where_numpy_finds_them_close(expected, errors):
    got = expected + errors * (ATOL + RTOL * np.abs(expected))
    _, excess = difference(expected, got)
    if not math.isclose(excess, 1):
        assert (excess < 1) == np.allclose(got, expected.astype(np.float64), rtol=RTOL, atol=ATOL)


@given(outputs, outputs)
def test_the_largest_difference_is_told(expected, got):
    largest, _ = difference(expected, got)
    assert largest == np.linalg.norm((got.astype(np.float64) - expected).ravel(), np.inf)


@given(outputs)
def test_an_output_agrees_with_itself(output):
    assert difference(output, output.copy()) == (0, 0)


def test_outputs_of_different_shapes_disagree():
    with pytest.raises(Disagreement, match=r"outputs of shape \(2, 1\), where the torch model's are \(1, 2\)"):
        difference(np.zeros((1, 2)), np.zeros((2, 1)))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("broken", [0, 1])
def test_what_is_no_number_disagrees(value, broken):
    pair = [np.zeros(3), np.zeros(3)]
    pair[broken][1] = value
    with pytest.raises(Disagreement, match="no numbers"):
        difference(*pair)


def test_what_is_no_number_in_both_disagrees_too():
    with pytest.raises(Disagreement, match="no numbers"):
        difference(np.array([math.nan]), np.array([math.nan]))
