"""Facts of graphs, which have no noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compare.facts import fact_effect
from bench.compare.judging import Candidate, judged
from bench.compare.observed import Nature, Observed, Seen
from bench.compare.records import Key, Threshold

BYTES, OPERATORS = Nature("fact", "B", higher_is_better=False), Nature("fact", "", higher_is_better=None)


def of(value, seed=0, nature=BYTES, **parts) -> Observed:
    return Observed(nature, {seed: Seen(value, parts=parts)})


def judge(base, head, threshold=0.05):
    (row,) = judged([Candidate(Key("g", "", "n"), base.nature, fact_effect(base, head), Threshold(threshold, "gate"))])
    return row


@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_a_change_is_known_exactly(base, head):
    row = judge(of(base), of(head))
    assert row.change == pytest.approx(head / base - 1)
    assert row.interval == (row.change, row.change)
    assert (row.base, row.head, row.method, row.detectable) == (base, head, "exactly", 0)


@pytest.mark.parametrize(
    ("head", "threshold", "verdict"),
    [
        (1000, 0.0, "unchanged"),
        (1001, 0.0, "regressed"),
        (999, 0.0, "improved"),
        (1050, 0.05, "unchanged"),
        (1051, 0.05, "regressed"),
        (949, 0.05, "improved"),
    ],
)
def test_its_verdict_knows_no_doubt(head, threshold, verdict):
    assert judge(of(1000), of(head), threshold).verdict == verdict


@pytest.mark.parametrize(("base", "head", "change"), [(0, 0, 0), (0, 10, 1), (10, 0, -1)])
def test_nothing_is_no_divisor(base, head, change):
    assert judge(of(base), of(head)).change == change


def test_any_seed_tells():
    assert fact_effect(of(1000, seed=0), of(2000, seed=5)).value == 1000


def test_of_seeds_that_both_have_the_first_tells():
    base, head = of(1, seed=9), of(2, seed=8)
    base.seeds[3], head.seeds[3] = Seen(1000), Seen(1100)
    assert fact_effect(base, head).value == 100


class TestOperators:
    def test_those_that_have_moved_are_named(self):
        base, head = of(2, nature=OPERATORS, Gemm=3, Relu=2), of(2, nature=OPERATORS, Gemm=4, Erf=1)
        row = judge(base, head)
        assert row.notes[0] == "Erf 0 -> 1, Gemm 3 -> 4, Relu 2 -> 0"
        assert row.verdict == "inconclusive"

    def test_the_same_ones_are_unchanged(self):
        assert judge(of(1, nature=OPERATORS, Gemm=3), of(1, nature=OPERATORS, Gemm=3)).verdict == "unchanged"
