"""Effects as verdicts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.compare.effects import Effect
from bench.compare.estimates import TAIL, Student
from bench.compare.judging import AMONG, NO_DIRECTION, Candidate, judged
from bench.compare.observed import Nature
from bench.compare.records import Key, Row, Threshold
from bench.compare.scales import Difference

BETTER_LOW, NO_WAY = Nature("quality", "", False), Nature("quality", "", None)


def candidate(value, error=1.0, freedom=float("inf"), share=0.0, nature=BETTER_LOW, name="0", notes=()):
    """An effect in units of a share: 1 is a change of 100 %."""
    estimate = None if error is None else Student(value, error, freedom)
    effect = Effect(1.0, 1.0 + value, Difference(nature.higher_is_better, 1.0), value, estimate, "method", notes)
    return Candidate(Key("group", "place", name), nature, effect, Threshold(share, "gate"))


def judge(*args, **named) -> Row:
    (row,) = judged([candidate(*args, **named)])
    return row


@pytest.mark.parametrize(
    ("value", "error", "share", "verdict"),
    [
        (0.20, 0.05, 0.05, "regressed"),
        (-0.20, 0.05, 0.05, "improved"),
        (0.01, 0.01, 0.05, "unchanged"),
        (0.04, 0.01, 0.05, "inconclusive"),  # worse for sure, and perhaps by more than is tolerated
        (0.00, 0.50, 0.05, "inconclusive"),
        (0.06, 0.10, 0.05, "inconclusive"),
        (0.00, 0.00, 0.00, "unchanged"),
        (0.01, 0.00, 0.00, "regressed"),
        (-0.01, 0.00, 0.00, "improved"),
        (0.05, 0.00, 0.05, "unchanged"),  # no more than is tolerated
        (0.019, 0.01, 0.00, "inconclusive"),
        (0.03, 0.01, 0.00, "regressed"),
    ],
)
def test_the_whole_interval_has_to_lie_beyond_what_is_tolerated_or_within(value, error, share, verdict):
    assert judge(value, error, share=share).verdict == verdict


@given(st.floats(-1, 1), st.floats(0.001, 0.3), st.floats(0, 0.5), st.sampled_from([2.0, 8.0, float("inf")]))
def test_of_one_figure_the_interval_tells_the_verdict(value, error, share, freedom):
    row = judge(value, error, freedom, share)
    low, high = row.interval
    if row.verdict == "regressed":
        assert low >= share - 1e-9
    elif row.verdict == "improved":
        assert high <= -share + 1e-9
    elif row.verdict == "unchanged":
        assert -share <= low <= high <= share
    else:
        assert low < share or high > -share
        assert not -share < low <= high < share


@given(st.floats(-1, 1), st.floats(0.001, 0.3), st.floats(0, 0.5))
def test_the_other_direction_has_the_other_verdict(value, error, share):
    mirrored = {"regressed": "improved", "improved": "regressed"}
    one, other = judge(value, error, share=share), judge(-value, error, share=share)
    assert other.verdict == mirrored.get(one.verdict, one.verdict)


def test_a_row_has_all_that_was_found():
    row = judge(0.2, 0.05, share=0.05, notes=("a note",))
    assert (row.key, row.kind, row.base, row.head, row.change) == (Key("group", "place", "0"), "quality", 1, 1.2, 0.2)
    assert row.interval == pytest.approx((0.2 - 0.05 * stats.norm.isf(TAIL), 0.2 + 0.05 * stats.norm.isf(TAIL)))
    assert row.detectable == pytest.approx(0.05 * (stats.norm.isf(TAIL) + stats.norm.ppf(0.8)))
    assert (row.threshold, row.method, row.notes) == (Threshold(0.05, "gate"), "method", ("a note",))


def test_without_an_estimate_nothing_is_said():
    row = judge(5.0, None, notes=("one process",))
    assert (row.verdict, row.interval, row.detectable) == ("inconclusive", None, None)
    assert (row.change, row.notes) == (5.0, ("one process",))


class TestManyFigures:
    @given(st.lists(st.floats(-6, 6), min_size=1, max_size=40))
    def test_it_is_the_procedure_of_benjamini_and_hochberg(self, values):
        rows = list(judged([candidate(value, name=str(n)) for n, value in enumerate(values)]))
        for sign, verdict in ((1, "regressed"), (-1, "improved")):
            adjusted = stats.false_discovery_control(stats.norm.sf(sign * np.array(values)))
            if np.abs(adjusted - TAIL).min() > 1e-6:
                assert [row.verdict == verdict for row in rows] == list(adjusted <= TAIL)

    @given(st.lists(st.floats(-6, 6), min_size=1, max_size=20))
    def test_rows_come_in_the_order_of_the_candidates(self, values):
        rows = judged([candidate(value, name=str(n)) for n, value in enumerate(values)])
        assert [row.change for row in rows] == values

    def test_what_looks_bad_by_itself_is_no_surprise_among_many(self):
        alone = judge(2.2)
        rows = list(judged([candidate(2.2), *(candidate(0.0, name=str(n)) for n in range(1, 100))]))
        assert (alone.verdict, alone.notes) == ("regressed", ())
        assert (rows[0].verdict, rows[0].notes) == ("inconclusive", (AMONG.format(count=100),))
        assert rows[0].interval[0] > 0
        assert not any(row.notes for row in rows[1:])

    def test_facts_and_what_has_no_direction_and_no_estimate_are_not_among_them(self):
        """None of them could be called by chance: they neither hide a change nor vouch for one."""
        fact = Nature("fact", "", False)
        others = [
            *(candidate(0.0, 0.0, nature=fact, name=f"fact {n}") for n in range(100)),
            *(candidate(0.0, None, name=f"unknown {n}") for n in range(100)),
            *(candidate(50.0, nature=NO_WAY, name=f"way {n}") for n in range(100)),
        ]
        assert next(judged([candidate(2.2), *others])).verdict == "regressed"
        weak = [candidate(2.2), *(candidate(0.0, name=str(n)) for n in range(1, 50))]
        assert next(judged([*weak, *others])).verdict == "inconclusive"

    def test_a_fact_is_judged_alone(self):
        fact = candidate(0.1, 0.0, share=0.05, nature=Nature("fact", "", False), name="fact")
        rows = list(judged([fact, *(candidate(0.0, name=str(n)) for n in range(1, 500))]))
        assert rows[0].verdict == "regressed"


class TestWithoutDirection:
    @pytest.mark.parametrize(
        ("value", "error", "verdict"),
        [(0.01, 0.01, "unchanged"), (0.5, 0.01, "inconclusive"), (0.0, 1.0, "inconclusive")],
    )
    def test_it_may_only_be_unchanged(self, value, error, verdict):
        row = judge(value, error, share=0.05, nature=NO_WAY)
        assert row.verdict == verdict
        assert row.notes == (() if verdict == "unchanged" else (NO_DIRECTION,))

    def test_of_a_fact_that_moved_in_its_parts_alone_nothing_is_said(self):
        operators = Nature("fact", "", None)
        assert judge(0.0, 0.0, nature=operators, notes=("Gemm 1 -> 2",)).verdict == "inconclusive"
        assert judge(0.0, 0.0, nature=operators).verdict == "unchanged"


@given(st.floats(-1, 1), st.floats(0.001, 0.3), st.integers(1, 200))
def test_what_is_clear_stays_so_among_as_many(value, error, count):
    """Whoever stops to measure when it is clear gets the same verdict in the end."""
    one = candidate(value, error, share=0.05)
    others = [candidate(0.0, name=str(n)) for n in range(1, count)]
    if one.is_clear(count):
        assert next(judged([one, *others])).verdict != "inconclusive"
