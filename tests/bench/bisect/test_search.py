"""The first bad commit is found, wherever it is, in few measurements."""

from dataclasses import dataclass, field, replace
from math import ceil, log2
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.bisect.git import worktree
from bench.bisect.judging import Judge, Question
from bench.bisect.measuring import Unmeasured
from bench.bisect.search import search


@dataclass
class Known:
    """Measures commits by looking their figures up; None for one that fails."""

    figures: dict[str, float | None]
    measured: list[str] = field(default_factory=list)

    def __call__(self, commit):
        if commit.id not in self.measured:
            self.measured.append(commit.id)
        if self.figures[commit.id] is None:
            raise Unmeasured(commit, "it does not build")
        return Path(str(self.figures[commit.id]))


def searched(made, good, bad, measure, compare):
    """A search, and what it has told."""

    def look(base, head, repeat, share, watched):
        return compare(measure(base), measure(head))

    judge, told = Judge(Question("loss"), look), []
    with worktree(made.repository, good) as tree:
        ends = judge.ends(good, bad)
        return search(tree, judge, ends, told.append), told


ENDS = st.tuples(st.integers(0, 22), st.integers(1, 23)).filter(lambda ends: ends[0] < ends[1])


@settings(max_examples=12)
@given(ends=ENDS, data=st.data())
def test_any_step_is_found_in_few_measurements(long, compared, ends, data):
    good, bad = ends
    step = data.draw(st.integers(good + 1, bad), label="step")
    fine, worse = st.floats(0.5, 1.04), st.floats(1.06, 9)  # of the good commit's figure
    shares = [data.draw(worse if number >= step else fine) for number in range(len(long.commits))]
    shares[good] = 1.0
    measure = Known({commit.id: 0.25 * share for commit, share in zip(long.commits, shares, strict=True)})
    found, told = searched(long, long.commits[good], long.commits[bad], measure, compared)
    assert found.suspects == (long.commits[step],)
    assert len(measure.measured) <= ceil(log2(bad - good)) + 2
    assert not any(one.is_uncertain for one in told)
    assert found.decisions == tuple(told)
    assert found.before == long.commits[step - 1]
    assert found.change.base == 0.25 * shares[step - 1]
    assert found.change.head == 0.25 * shares[step]


@settings(max_examples=10)
@given(step=st.integers(1, 11), failing=st.sets(st.integers(1, 10)))
def test_commits_that_fail_are_gone_around(long, compared, step, failing):
    commits = long.commits[:12]
    values = [None if number in failing else 2.0 if number >= step else 1.0 for number in range(12)]
    measure = Known({commit.id: value for commit, value in zip(commits, values, strict=True)})
    found, told = searched(long, commits[0], commits[11], measure, compared)
    # Whatever fails just before the first that is known to be bad is as suspect.
    first = next(number for number in range(step, 12) if number not in failing)
    last = max(number for number in range(step) if number not in failing)
    assert set(found.suspects) == set(commits[last + 1 : first + 1])
    assert all(one.mark == "skip" and "does not build" in one.reason for one in told if one.row is None)
    assert (found.change is None) == (len(found.suspects) > 1)


def test_the_culprit_on_a_merged_branch_is_found(scripted, stream, compared):
    merge = stream(5, "main", "from :3\nmerge :5\n")
    branch = stream(3, "topic", "from :1\n") + stream(4, "topic")
    made = scripted(stream=stream(0) + stream(1) + stream(2) + branch + merge)
    bad = {"Step 4", "Step 5"}
    measure = Known({commit.id: 2.0 if commit.subject in bad else 1.0 for commit in made.commits})
    by_subject = {commit.subject: commit for commit in made.commits}
    found, _ = searched(made, by_subject["Step 0"], by_subject["Step 5"], measure, compared)
    assert [commit.subject for commit in found.suspects] == ["Step 4"]
    assert found.before.subject == "Step 3"


def test_a_figure_that_comes_and_goes_is_no_regression_of_the_first(long, compared):
    """The ends decide: what is good in between is good."""
    values = [1.0, 1.0, 0.5, 1.0, 1.04, 1.2, 1.3, 1.4]
    commits = long.commits[: len(values)]
    measure = Known({commit.id: value for commit, value in zip(commits, values, strict=True)})
    found, _ = searched(long, commits[0], commits[-1], measure, compared)
    assert found.suspects == (commits[5],)
    assert found.change == replace(found.change, base=1.04, head=1.2)


@pytest.mark.parametrize("failing", [0, 7])
def test_ends_that_cannot_be_measured_are_said(long, compared, failing):
    commits = long.commits[:8]
    measure = Known({commit.id: None if number == failing else 1.0 for number, commit in enumerate(commits)})
    with pytest.raises(Unmeasured, match="does not build"):
        searched(long, commits[0], commits[-1], measure, compared)
