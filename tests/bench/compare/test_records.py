"""What a comparison says as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compare.records import VERDICTS, Broken, Comparison, Key, Row, Side, Threshold, in_order

SIDE = Side("run", "suite", "folder", "2024-05-01", "", "machine")
KEY = Key("group", "place", "name")


def row(verdict, change=0.1, share=0.05, name="name") -> Row:
    return Row(
        Key("group", "place", name), "timing", "s", False, 1.0, 1.0 + change, change, None, None,
        Threshold(share, "gate"), verdict, "method",
    )  # fmt: skip


def of(*verdicts, **more) -> Comparison:
    return Comparison(SIDE, SIDE, tuple(map(row, verdicts)), **more)


@given(st.lists(st.builds(row, st.sampled_from(VERDICTS), st.floats(-1, 5), st.floats(0, 1))))
def test_the_worst_verdict_comes_first_and_of_one_the_farthest_beyond_what_is_tolerated(rows):
    ordered = list(in_order(rows))
    keys = [(VERDICTS.index(one.verdict), -one.change / max(one.threshold.share, 1e-9)) for one in ordered]
    assert keys == sorted(keys)
    assert sorted(map(id, ordered)) == sorted(map(id, rows))


def test_equals_stay_in_their_order():
    rows = [row("unchanged", name=str(n)) for n in range(20)]
    assert list(in_order(rows)) == rows


def test_a_loose_threshold_counts():
    rows = [row("regressed", 0.2, 0.1), row("regressed", 0.1, 0.01)]
    assert list(in_order(rows)) == rows[::-1]


BROKEN = Broken("case#0", "head", "train: it broke")


@pytest.mark.parametrize(
    ("comparison", "code", "strict"),
    [
        (of("unchanged", "improved"), 0, 0),
        (of("unchanged", "regressed"), 1, 1),
        (of("unchanged", "inconclusive"), 0, 1),
        (of("unchanged", vanished=(KEY,)), 0, 1),
        (of("unchanged", new=(KEY,)), 0, 0),
        (of("regressed", broken=(BROKEN,)), 3, 3),
        (of(broken=(BROKEN,)), 3, 3),
        (of("unchanged", broken=(Broken("case#0", "base", "it broke"), BROKEN)), 0, 0),
        (of("unchanged", broken=(Broken("other#0", "base", "it broke"), BROKEN)), 3, 3),
        (of("unchanged", broken=(Broken("case#0", "base", "it broke"),)), 0, 0),
        (of(), 4, 4),
        (of(vanished=(KEY,)), 4, 4),
    ],
)
def test_exit_codes(comparison, code, strict):
    assert comparison.exit_code() == code
    assert comparison.exit_code(strict=True) == strict


def test_rows_are_counted_and_chosen_by_verdict():
    comparison = of("regressed", "unchanged", "unchanged")
    assert comparison.counts == {"regressed": 1, "inconclusive": 0, "improved": 0, "unchanged": 2}
    assert list(comparison.counts) == list(VERDICTS)
    assert comparison.of("unchanged", "improved") == comparison.rows[1:]


@pytest.mark.parametrize(("place", "text"), [("place", "name of group, place"), ("", "name of group")])
def test_a_figure_is_named_in_words(place, text):
    assert str(Key("group", place, "name")) == text
