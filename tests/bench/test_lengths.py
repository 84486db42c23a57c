"""At which lengths of its sequences an artifact is scored and timed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import BenchError
from bench.lengths import check_sequences, longest_length, other_lengths, timed_lengths, usual_length
from bench.records import Export, TensorSpec

IMAGE = TensorSpec("image", (1, 8, 8))
TOKENS = TensorSpec("tokens", (16,), "int64", sequence=0)
STATES = TensorSpec("states", (4, 16), source="normal", sequence=1, longest=24)


def test_the_usual_length_is_that_of_the_shape():
    assert usual_length((IMAGE, STATES)) == 16
    assert usual_length((IMAGE,)) is None
    assert (longest_length((TOKENS, STATES)), longest_length((IMAGE, TOKENS))) == (24, None)


def test_a_shape_changes_in_its_sequence_axis_alone():
    assert STATES.shape_at(7) == (4, 7)
    assert TOKENS.shape_at(7) == (7,)
    assert (STATES.shape_at(None), IMAGE.shape_at(7)) == (STATES.shape, IMAGE.shape)


def test_what_has_no_sequences_is_timed_once_whatever_is_asked():
    assert timed_lengths((IMAGE,), (8, 16)) == timed_lengths((IMAGE,), ()) == (None,)
    assert other_lengths((IMAGE,), (8, 16)) == ()


def test_what_has_sequences_is_timed_at_the_lengths_asked_for_or_the_usual_one():
    assert timed_lengths((TOKENS,), (8, 32)) == (8, 32)
    assert timed_lengths((TOKENS,), ()) == (16,)


@pytest.mark.parametrize(
    ("inputs", "asked", "expected"),
    [
        ((TOKENS,), (), (8, 32)),
        ((TOKENS, STATES), (), (8, 24)),
        ((TOKENS,), (16,), (8, 32)),
        ((TOKENS,), (16, 5, 40), (5, 40)),
        ((TensorSpec("x", (1,), sequence=0),), (), (2,)),
        ((TensorSpec("x", (6,), sequence=0, longest=6),), (), (3,)),
    ],
)
def test_other_lengths_are_those_that_are_timed_or_one_shorter_and_one_longer(inputs, asked, expected):
    assert other_lengths(inputs, asked) == expected


@given(st.integers(1, 40), st.integers(0, 40), st.sets(st.integers(1, 40)))
def test_other_lengths_are_never_the_usual_one_nor_too_long(usual, beyond, asked):
    inputs = (TensorSpec("x", (usual,), sequence=0, longest=usual + beyond),)
    others = other_lengths(inputs, {length for length in asked if length <= usual + beyond})
    assert usual not in others
    assert all(1 <= length <= usual + beyond for length in others)
    assert others or usual == 1


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            (TensorSpec("x", (4,), sequence=1),),
            r"'x' of net has no axis 1 \(its shape without the batch axis is \(4,\)",
        ),
        ((TensorSpec("x", (4,), sequence=-1),), "has no axis -1"),
        ((TOKENS, TensorSpec("x", (4,), sequence=0)), r"one length, and that of 'x' is 4 \(that of another is 16\)"),
        ((TensorSpec("x", (4,), sequence=0, longest=3),), "usually have 4 steps, and 3 are the longest"),
    ],
)
def test_a_sequence_axis_that_cannot_be_is_refused(inputs, message):
    with pytest.raises(BenchError, match=message):
        check_sequences(Export("net", None, "", inputs))


def test_a_sequence_axis_that_can_be_is_not():
    check_sequences(Export("net", None, "", (IMAGE, TOKENS, STATES)))
