"""Which cases are rehearsed, and what is taken for those that are not."""

from types import SimpleNamespace

import pytest

from bench.run import rehearsal
from bench.run.rehearsal import _like_the_others, _Listener, chosen


def cases(groups, seeds):
    return [SimpleNamespace(id=f"{group}#{seed}", group=group) for group in groups for seed in range(seeds)]


@pytest.mark.parametrize(
    ("groups", "seeds", "jobs", "expected"),
    [
        ("ab", 2, 2, ["a#0", "b#0"]),
        ("ab", 2, 1, ["a#0", "b#0"]),
        ("a", 3, 2, ["a#0", "a#1"]),  # side by side, as in the run
        ("abc", 2, 2, ["a#0", "b#0", "c#0", "a#1"]),
        ("abc", 1, 2, ["a#0", "b#0", "c#0"]),
    ],
)
def test_every_group_is_rehearsed_and_every_job_is_busy(groups, seeds, jobs, expected):
    assert [case.id for case in chosen(cases(groups, seeds), jobs)] == expected


def test_the_timing_of_parts_counts_from_when_the_host_is_free(monkeypatch):
    news = [("a", 0, 2, 100.0), ("a", 1, 2, 101.0), ("a", 2, 2, 103.0), ("b", 0, 2, 900.0), ("b", 2, 2, 907.0)]
    listener = _Listener(lambda: None)
    for case, done, total, now in news:
        monkeypatch.setattr(rehearsal.time, "monotonic", lambda now=now: now)
        listener.timing_parts(case, done, total)
    assert listener.parts_s == 3.0 + 7.0


def test_what_was_not_timed_is_like_its_runtime_or_like_all():
    ones = [SimpleNamespace(runtime=SimpleNamespace(name=name)) for name in ("graph", "graph", "graph", "eager")]
    known = {id(ones[0]): 1.0, id(ones[1]): 3.0}
    assert list(_like_the_others(ones, known).values()) == [1.0, 3.0, 2.0, 2.0]
    assert set(_like_the_others(ones, {}).values()) == {0.0}
