"""Why figures stay open, what would settle them, and notes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compare.judging import AMONG
from bench.compare.quality import OTHER_DATA
from bench.report.comparison import remedies


def test_what_is_inconclusive_says_why_and_what_it_takes(made):
    timing = made.row(verdict="inconclusive", interval=(-0.02, 0.2), detectable=0.08)
    assert remedies.reason(timing) == (
        "so much data finds changes from 8 % on, tolerated are 5 %; what helps: `--remeasure`"
    )
    open_ = made.row(verdict="inconclusive", interval=(-0.99, 4e20), detectable=4e20)
    assert remedies.reason(open_).startswith(
        "so much data finds changes from a factor of more than 1,000 on, tolerated"
    )
    again = made.row(verdict="inconclusive", interval=(0.04, 0.07), is_remeasured=True)
    assert remedies.reason(again) == ("the interval reaches across the tolerated 5 %; what helps: more `--budget`")
    assert remedies.reason(made.quality(interval=None)) == "too little data to tell; what helps: more `seeds`"
    assert remedies.remedy(made.quality(interval=None, notes=(OTHER_DATA,))) == "the same test set"
    assert remedies.reason(made.fact(verdict="inconclusive")) == "too little data to tell"


def test_of_what_nobody_says_which_way_is_better_that_is_the_reason(made):
    row = made.quality(higher_is_better=None, notes=("nobody says which way is better",))
    assert remedies.remarks(row) + remedies.notes(row) == ["nobody says which way is better"]


def test_what_may_be_chance_among_many_says_so(made):
    row = made.row(verdict="inconclusive", interval=(0.06, 0.2), detectable=0.07)
    found = remedies.remarks(row) + remedies.notes(made.row(notes=(AMONG.format(count=10),)))
    assert found == [
        "beyond what is tolerated, but among so many figures, chance may explain it; what helps: `--remeasure`"
    ]


def test_notes_that_differ_in_numbers_alone_are_one(made):
    busy = "base: other processes kept {} of 2 cores busy"
    row = made.row(
        notes=(busy.format(1.4), busy.format(1.2), busy.format(1.3), "head: lenet5@mnist#0", "head: lenet5@mnist#1")
    )
    assert remedies.notes(row, 9) == [busy.format("1.2 to 1.4"), "head: lenet5@mnist#0", "head: lenet5@mnist#1"]


def test_numbers_in_names_and_versions_are_no_numbers(made):
    row = made.row(notes=("1.10 of 2", "1.9 of 10", "torch 1.2.3", "torch 1.2.4", "1,234 B", "1,235 B"))
    assert remedies.notes(row, 9) == ["1.10 to 1.9 of 2 to 10", "torch 1.2.3", "torch 1.2.4", "1,234 B", "1,235 B"]


@given(st.lists(st.text("0123456789.,% ax#-", max_size=12), max_size=6))
def test_any_notes_can_be_one(made, texts):
    assert len(remedies.notes(made.row(notes=tuple(texts)), 9)) <= len(set(texts))


def test_what_was_measured_again_is_not_sent_there_again(made):
    again = made.row(verdict="inconclusive", is_remeasured=True)
    spent = made.row(
        "latency-p90", verdict="inconclusive", notes=("not timed again: --budget had room for one process",)
    )
    hung = made.row("latency-p99", verdict="inconclusive", notes=("not timed again: it hung",))
    other = made.row(place="forward server", verdict="inconclusive")
    comparison = made.comparison(rows=(again, spent, hung, other))
    assert [remedies.remedy(row, remedies.was_remeasured(comparison)) for row in comparison.rows] == [
        remedies.BUDGET, remedies.BUDGET, remedies.PROCESSES, remedies.PROCESSES,
    ]  # fmt: skip
    assert "--remeasure" not in remedies.advice(comparison)
    assert remedies.remedy(other) == remedies.REMEASURE


def test_notes_on_both_runs_come_before_those_on_one_and_are_few(made):
    row = made.row(notes=("base: it was busy", "head: it was busy", "head: it was busy", "base: it moved", "elsewhere"))
    assert remedies.notes(row) == ["elsewhere", "base: it was busy", "and 2 notes more"]
    assert len(remedies.notes(row, 9)) == 4


@pytest.mark.parametrize("name", ["memory", "highest-rate"])
def test_nobody_is_sent_to_remeasure_what_that_does_not_measure(made, name):
    row = made.row(name, verdict="inconclusive")
    assert remedies.remedy(row) == "more `measure.processes`, or a quieter machine"


def test_advice_is_given_once(made):
    rows = (made.quality(), made.quality(), made.row(verdict="inconclusive"), made.row())
    assert remedies.advice(made.comparison(rows=rows)) == (
        "What settles the inconclusive: for timings, `--remeasure`, which times both runs' graphs anew, in turn; "
        "for qualities, more `seeds`."
    )
    assert remedies.advice(made.comparison(rows=(made.row(),))) == ""
