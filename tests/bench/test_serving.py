"""The word of several processes on a server."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.serving import Served, most_keep, processes, spread

LADDER = (50, 75, 90, 95, 100, 105)


def served(highest: float, ladder=LADDER) -> Served:
    return Served({rate: rate <= highest for rate in ladder})


@pytest.mark.parametrize(
    ("highest", "found", "after", "bracketed"), [(95, 95, 100, True), (0, 0, 50, False), (105, 105, inf, False)]
)
def test_a_process_has_a_highest_rate_and_a_next(highest, found, after, bracketed):
    one = served(highest)
    assert (one.highest, one.next, one.is_bracketed) == (found, after, bracketed)


@pytest.mark.parametrize(
    ("highest", "rate", "kept"),
    [(95, 20, True), (95, 95, True), (95, 97, None), (95, 100, False), (95, 500, False), (105, 500, None)],
)
def test_a_process_tells_of_rates_that_it_was_not_tried_at(highest, rate, kept):
    assert served(highest).keeps(rate) is kept


def test_what_is_kept_at_a_rate_is_kept_at_every_lower_one():
    assert Served({50: True, 75: False, 90: True, 95: False}).keeps(75)


def test_most_processes_decide_and_a_bad_one_does_not():
    assert most_keep([served(100)] * 3 + [served(0), served(50)], 100)
    assert not most_keep([served(100)] * 3 + [served(0), served(50)], 105)
    assert not most_keep([served(100), served(50)], 100)
    assert not most_keep([], 100)


def test_those_whose_rates_do_not_tell_have_no_word():
    half = [rate / 2 for rate in LADDER]
    assert most_keep([served(50, half), served(52.5, half), *[served(100)] * 2], 100)
    assert not most_keep([served(50, half), served(50, half), *[served(100)] * 2], 100)


@given(st.lists(st.tuples(st.sampled_from((0, *LADDER)), st.floats(0.1, 10)), min_size=1, max_size=7))
def test_of_two_rates_the_lower_is_kept_if_the_higher_is(pairs):
    told = [served(highest * scale, [rate * scale for rate in LADDER]) for highest, scale in pairs]
    rates = sorted({rate for one in told for rate in one.kept})
    kept = [most_keep(told, rate) for rate in rates]
    assert kept == sorted(kept, reverse=True)


@pytest.mark.parametrize(
    ("highest", "rate", "near"),
    [
        (95, 90, True),
        (95, 95, True),
        (95, 100, True),
        (95, 105, False),
        (95, 75, False),
        (95, 0, False),
        (0, 0, True),
        (0, 50, True),
        (0, 75, False),
        (105, 1000, True),
        (105, 95, False),
        (100, 1000, False),
    ],
)
def test_a_step_of_the_ladder_is_near(highest, rate, near):
    assert served(highest).is_near(rate) == near


def test_the_spread_is_that_of_the_highest_rates_that_are_known():
    assert spread([served(95), served(100), served(105), served(0)]) == pytest.approx(3.5355 / 97.5, rel=1e-3)
    assert spread([served(95), served(105)]) is None


def test_rows_tell_each_process_at_every_rate(make):
    rows = [
        make.measurement(rate_per_s=rate, by_process=[make.process(turn=n, meets_bound=rate <= n) for n in (60, 80)])
        for rate in (50.0, 75.0)
    ]
    assert processes(rows) == [Served({50.0: True, 75.0: False}), Served({50.0: True, 75.0: True})]
