"""Good, bad or skipped; and what is done about a verdict that is none."""

from dataclasses import dataclass, field

import pytest

from bench.bisect.git import Commit
from bench.bisect.judging import Judge, Question
from bench.bisect.measuring import Unmeasured
from bench.compare.again import share
from bench.compare.records import Comparison, Key, Side
from bench.errors import UnknownName

SIDE = Side("", "trial", "", "", "", "")
GOOD, BAD, MIDDLE = (Commit(name * 40, name * 7, "", "", "") for name in "abc")
VALUES = {GOOD.id: 1.0, BAD.id: 4.0}
WIDE = {"verdict": "inconclusive", "interval": (-1.0, 1.0)}


@dataclass
class Noisy:
    """Compares figures.

    :param calm: how often a comparison with a commit is repeated before it has a verdict
    """

    row: object
    values: dict[str, float]
    calm: dict[str, int]
    changes: dict[str, object] = field(default_factory=dict)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)

    def look(self, base, head, repeat, share, watched):
        names = [base.id, head.id]
        self.asked.append((base.id, head.id, repeat))
        self.shares.append(share)
        is_clear = all(repeat >= self.calm.get(name, 0) for name in names)
        row = self.row(*(self.values[name] for name in names), **self.changes, **({} if is_clear else WIDE))
        return Comparison(SIDE, SIDE, (row,))

    def judge(self, most_repeats=2):
        return Judge(Question("loss"), self.look, most_repeats)


def decided(row, value, calm=0, most_repeats=2, **changes):
    """How a commit with this figure is judged."""
    noisy = Noisy(row, {**VALUES, MIDDLE.id: value}, {MIDDLE.id: calm}, changes)
    judge = noisy.judge(most_repeats)
    ends = judge.ends(GOOD, BAD)
    noisy.asked.clear()
    noisy.shares.clear()
    return judge.decide(MIDDLE, ends), noisy


@pytest.mark.parametrize(("value", "mark"), [(1.0, "good"), (0.5, "good"), (1.04, "good"), (1.1, "bad"), (9.0, "bad")])
def test_a_verdict_decides(row, value, mark):
    decision, noisy = decided(row, value)
    assert (decision.mark, decision.is_uncertain, decision.row.head) == (mark, False, value)
    assert noisy.asked == [(GOOD.id, MIDDLE.id, 0)]


@pytest.mark.parametrize(("value", "mark"), [(1.0, "good"), (1.9, "bad")])
def test_timings_are_repeated_until_there_is_a_verdict(row, value, mark):
    decision, noisy = decided(row, value, calm=2)
    assert (decision.mark, decision.is_uncertain) == (mark, False)
    assert noisy.asked == [(GOOD.id, MIDDLE.id, repeat) for repeat in range(3)]


@pytest.mark.parametrize(
    ("value", "kind", "mark"),
    [(1.9, "timing", "good"), (2.1, "timing", "bad"), (2.1, "quality", "good"), (2.6, "quality", "bad")],
)
def test_else_the_nearer_figure_decides_of_timings_by_their_ratio(row, value, kind, mark):
    decision, noisy = decided(row, value, calm=99, kind=kind)
    assert (decision.mark, decision.is_uncertain) == (mark, True)
    assert len(noisy.asked) == (4 if kind == "timing" else 2), "more processes move no quality"
    assert noisy.asked[-1] == (BAD.id, MIDDLE.id, 0)


def test_each_look_has_a_share_of_what_one_alone_may_err(row):
    _, noisy = decided(row, 1.9, calm=99, most_repeats=2)
    assert noisy.shares == [share(look) for look in (1, 2, 3, 4)]
    assert sum(noisy.shares) < 1


def test_the_last_question_is_asked_once(row):
    noisy = Noisy(row, VALUES, {})
    judge = noisy.judge()
    judge.between(GOOD, BAD, judge.ends(GOOD, BAD))
    assert noisy.shares == [share(1), 1.0]


def test_nothing_is_repeated_that_is_not_asked_for(row):
    _, noisy = decided(row, 1.9, calm=99, most_repeats=0)
    assert {repeat for *_, repeat in noisy.asked} == {0}


@pytest.mark.parametrize(("value", "mark"), [(2.5, "good"), (3.99, "bad"), (6.0, "bad")])
def test_what_the_good_commit_leaves_open_the_bad_one_may_tell(row, value, mark):
    """2.5 lies nearer to 4 than to 1, but is known to be better than 4."""

    def look(base, head, repeat, share, watched):
        verdict = {} if BAD in (base, head) else WIDE
        return Comparison(SIDE, SIDE, (row(values[base.id], values[head.id], **verdict),))

    values = {**VALUES, MIDDLE.id: value}
    judge = Judge(Question("loss"), look)
    decision = judge.decide(MIDDLE, judge.ends(GOOD, BAD))
    assert (decision.mark, decision.is_uncertain) == (mark, False)


def test_only_what_has_regressed_between_the_ends_is_watched(row):
    """`gain` is worse in the middle, but not at the end: it is not what is searched for."""
    values = {GOOD.id: (1.0, 1.0), MIDDLE.id: (1.0, 2.0), BAD.id: (2.0, 1.0)}
    places = ("forward batch=1", "forward batch=32")

    told = []

    def look(base, head, repeat, share, watched):
        told.append([key.place for key in watched])
        pairs = zip(places, values[base.id], values[head.id], strict=True)
        rows = [row(old, new, key=Key("net@points", place, "loss")) for place, old, new in pairs]
        return Comparison(SIDE, SIDE, tuple(rows))

    judge = Judge(Question("loss"), look)
    ends = judge.ends(GOOD, BAD)
    assert [key.place for key in ends.watched] == ["forward batch=1"]
    assert judge.decide(MIDDLE, ends).mark == "good"
    assert told == [[], ["forward batch=1"]]


def test_the_ends_are_repeated_too(row):
    noisy = Noisy(row, VALUES, {BAD.id: 2})
    assert noisy.judge().ends(GOOD, BAD).watched
    assert noisy.asked[-1] == (GOOD.id, BAD.id, 2)
    assert not Noisy(row, VALUES, {BAD.id: 3}).judge().ends(GOOD, BAD).watched


def test_a_commit_without_the_figure_is_skipped(row):
    def look(base, head, repeat, share, watched):
        name = "other" if MIDDLE in (base, head) else "loss"
        return Comparison(SIDE, SIDE, (row(1, 2, key=Key("net@points", "forward", name)),))

    judge = Judge(Question("loss"), look)
    decision = judge.decide(MIDDLE, judge.ends(GOOD, BAD))
    assert decision.mark == "skip"
    assert "'loss'" in decision.reason


def test_a_commit_that_fails_is_skipped(row):
    def look(base, head, repeat, share, watched):
        if head == MIDDLE:
            raise Unmeasured(head, "it does not build")
        return Comparison(SIDE, SIDE, (row(VALUES[base.id], VALUES[head.id]),))

    judge = Judge(Question("loss"), look)
    decision = judge.decide(MIDDLE, judge.ends(GOOD, BAD))
    assert (decision.mark, decision.reason) == ("skip", "it does not build")


def test_a_question_chooses_by_figure_and_place(row):
    keys = [Key(group, place, "loss") for group in ("net@points", "deep@points") for place in ("batch=1", "batch=32")]
    comparison = Comparison(SIDE, SIDE, tuple(row(1, 1, key=key) for key in keys))
    assert [one.key for one in Question("loss").rows(comparison)] == keys
    assert [one.key for one in Question("loss", "=32").rows(comparison)] == keys[1::2]
    with pytest.raises(UnknownName, match=r"unknown figure 'lose' .did you mean 'loss'"):
        Question("lose").rows(comparison)
    with pytest.raises(UnknownName, match="batch=1"):
        Question("loss", "batch=64").rows(comparison)
