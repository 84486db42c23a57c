"""Changes in words."""

import pytest

from bench.compare.change_points import ChangePoint
from bench.report.trends import by_how_much, direction, since, size


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [(1.0, 1.12, "+12 %"), (4.0, 1.0, "-75 %"), (1.0, 1.12345, "+12.3 %"), (0.0, 3.0, "from 0 to 3")],
)
def test_a_change_is_told_as_a_share(before, after, words):
    assert by_how_much(ChangePoint(3, before, after, after / before - 1 if before else None)) == words


@pytest.mark.parametrize(
    ("after", "higher_is_better", "expected"),
    [(2, True, "better"), (2, False, "worse"), (0.5, True, "worse"), (0.5, False, "better"), (2, None, "changed")],
)
def test_what_is_worse_depends_on_the_figure(after, higher_is_better, expected):
    assert direction(ChangePoint(3, 1.0, after, after - 1.0), higher_is_better) == expected


def test_a_run_is_told_with_its_commit_if_it_has_one():
    assert since("run-1", "3026e83b0c7d") == "since run-1 (3026e83)"
    assert since("run-1", "") == "since run-1"


def test_halving_is_as_large_as_doubling_and_nothing_is_larger_than_from_nothing():
    def change(before, after):
        return ChangePoint(3, before, after, None)

    assert size(change(2.0, 1.0)) == size(change(1.0, 2.0)) == size(change(-1.0, -2.0)) == 2
    assert size(change(0.0, 1.0)) == size(change(1.0, -1.0)) == float("inf")
