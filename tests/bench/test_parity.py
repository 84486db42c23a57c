"""When two sets of outputs count as the same, against numpy's own idea of it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.parity import ATOL, RELATIVE, RTOL, Difference, Disagreement, bound, difference
from bench.records import PRECISIONS

outputs = arrays(np.float32, (3, 2), elements=st.floats(-1e6, 1e6, width=32))
errors = arrays(np.float64, (3, 2), elements=st.floats(-3, 3))


@given(outputs, errors)
def test_outputs_agree_where_numpy_finds_them_close(expected, errors):
    got = expected + errors * (ATOL + RTOL * np.abs(expected))
    excess = difference(expected, got).excess
    if not math.isclose(excess, 1):
        assert (excess < 1) == np.allclose(got, expected.astype(np.float64), rtol=RTOL, atol=ATOL)


@given(outputs, outputs)
def test_the_largest_difference_is_told(expected, got):
    largest = difference(expected, got).max_abs_error
    assert largest == np.linalg.norm((got.astype(np.float64) - expected).ravel(), np.inf)


@given(outputs, st.sampled_from(PRECISIONS))
def test_an_output_agrees_with_itself(output, precision):
    assert difference(output, output.copy(), precision) == Difference(0, 0, 0)


@pytest.mark.parametrize("precision", RELATIVE)
@pytest.mark.parametrize("share", [0.5, 0.99, 1.01, 3.0])
def test_a_lossy_output_agrees_within_a_share_of_the_references_length(precision, share):
    expected = np.random.default_rng(0).normal(size=(20, 10))
    noise = np.random.default_rng(1).normal(size=(20, 10))
    noise *= share * RELATIVE[precision] * np.linalg.norm(expected) / np.linalg.norm(noise)
    apart = difference(expected, expected + noise, precision)
    assert apart.relative_error == pytest.approx(np.linalg.norm(noise) / np.linalg.norm(expected))
    assert apart.excess == pytest.approx(share)
    assert difference(expected, expected + noise).relative_error == apart.relative_error


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(
    "wrong", [lambda x: -x, np.zeros_like, np.flip, lambda x: 2 * x], ids=["negative", "zero", "flip", "double"]
)
def test_another_answer_is_far_off_at_any_precision(wrong, precision):
    expected = np.random.default_rng(0).normal(size=(20, 10))
    assert difference(expected, wrong(expected), precision).excess > 4


@pytest.mark.parametrize("precision", PRECISIONS)
def test_an_output_of_zeros_is_no_division_by_zero(precision):
    assert difference(np.zeros(4), np.zeros(4), precision).excess == 0
    assert 1 < difference(np.zeros(4), np.ones(4), precision).excess < math.inf
    assert difference(np.zeros((0, 4)), np.zeros((0, 4)), precision).excess == 0


@pytest.mark.parametrize("precision", RELATIVE)
def test_a_few_numbers_near_zero_are_held_against_how_large_such_numbers_are(precision):
    expected, got = np.array([0.01, -0.02]), np.array([0.01, -0.02]) + 2 * RELATIVE[precision]
    assert difference(expected, got, precision).excess > 1
    assert difference(expected, got, precision, usual=10.0).excess == pytest.approx(0.2)
    assert difference(100 * expected, got, precision, usual=0.01) == difference(100 * expected, got, precision)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_precision_has_a_bound_in_words(precision):
    assert "reference" in bound(precision)


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
