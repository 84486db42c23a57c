"""Patterns of blocks: the published readings, and what the published rule says of any number of blocks."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import Unsuitable
from bench_models.sequences.patterns import letters


@pytest.mark.parametrize(
    ("blocks", "expected"), [(32, "sfff" * 6 + "f" * 8), (24, "sfff" * 4 + "f" * 8), (8, "s" + "f" * 7), (1, "s")]
)
def test_par_is_the_published_reading(blocks, expected):
    assert letters("par", blocks) == expected


def test_par_has_63_per_cent_less_attention_than_the_interleaved_baseline():
    par, interleaved = letters("par", 32).count("s"), letters("interleaved", 32).count("s")
    assert (par, interleaved) == (6, 16)
    assert 1 - par / interleaved == pytest.approx(0.63, abs=0.006)


@given(st.integers(5, 500))
def test_par_attends_in_one_block_of_five_evenly_and_within_the_first_two_thirds(blocks):
    pattern = letters("par", blocks)
    places = [place for place, letter in enumerate(pattern) if letter == "s"]
    assert len(pattern) == blocks
    assert len(places) == blocks // 5
    assert len({after - before for before, after in pairwise(places)}) <= 1
    assert places[0] == 0
    assert places[-1] < 2 / 3 * blocks


@given(st.integers(1, 100))
def test_interleaved_blocks_take_turns(blocks):
    pattern = letters("interleaved", blocks)
    assert set(pattern[::2]) <= {"s"}
    assert set(pattern[1::2]) <= {"f"}
    assert len(pattern) == blocks


@given(st.text("sfi", min_size=1).filter(lambda text: set(text) != {"i"}))
def test_an_explicit_pattern_is_as_it_is_whatever_the_number_of_blocks(text):
    assert letters(text, 3) == text


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("sfsx", "unknown letter 'x' in the pattern 'sfsx'"),
        ("interleavd", "did you mean 'interleaved'"),
        ("SF", "s is self-attention, f is feed-forward, i is identity"),
        ("", "no block that computes"),
        ("iii", "no block that computes"),
    ],
)
def test_what_is_no_pattern_is_told_in_one_line(pattern, message):
    with pytest.raises(Unsuitable) as caught:
        letters(pattern, 8)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
