"""Figures, changes and advice in words."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compare.judging import BY_ITSELF
from bench.compare.records import Broken, Threshold
from bench.report.comparison import wording


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.234e-3, "s", "1.23 ms"),
        (812_345.6, "/s", "812,346/s"),
        (2048.0, "B", "2 KiB"),
        (0.5, "J", "500 mJ"),
        (1.4, "%", "1.4 %"),
        (0.977, "", "0.977"),
        (3.0, "hPa", "3 hPa"),
    ],
)
def test_a_figure_has_the_unit_that_suits(value, unit, text):
    assert wording.figure(value, unit) == text


def test_a_change_of_a_time_is_slower_or_faster(made):
    assert wording.change(made.row(change=0.062)) == "6.2 % slower"
    assert wording.change(made.row(change=-0.062)) == "6.2 % faster"
    throughput = made.row("throughput", unit="/s", higher_is_better=True, base=8.0, head=7.0, change=0.125)
    assert wording.change(throughput) == "12.5 % slower"


def test_a_change_of_a_quality_is_also_told_in_its_own_unit(made):
    assert wording.change(made.quality()) == "64 % worse (0.009 lower)"
    error = made.quality(unit="%", higher_is_better=False, base=1.4, head=2.3, change=9 / 14)
    assert wording.change(error) == "64.3 % worse (0.9 points higher)"
    assert wording.change(made.quality(change=-0.5, head=0.993)) == "50 % better (0.007 higher)"


def test_a_change_of_which_nobody_says_whether_it_is_better_is_more_or_less(made):
    open_ = {"higher_is_better": None, "head": 0.9, "base": 1.0}
    assert wording.change(made.quality(change=-0.1, **open_)) == "10 % less (0.1 lower)"
    assert wording.change(made.fact(unit="", change=0.1, higher_is_better=None)) == "10 % more"
    assert wording.change(made.row(change=0.1, higher_is_better=None)) == "10 % more"


def test_a_change_of_a_size_is_larger_or_smaller(made):
    assert wording.change(made.fact(change=0.5)) == "50 % larger"
    assert wording.change(made.row("memory", unit="B", change=-0.5)) == "50 % smaller"
    # Of what is better when it is large, a loss is worse.
    assert wording.change(made.fact(unit="", higher_is_better=True, change=0.5)) == "50 % less"


def test_no_change_is_the_same(made):
    assert wording.change(made.row(change=0.0)) == "the same"


def test_a_change_from_nothing_is_told(made):
    assert wording.change(made.fact(unit="", base=0.0, change=inf)) == "inf % more"


@pytest.mark.parametrize(
    ("change", "ends", "text"),
    [
        (0.06, (0.04, 0.08), "4 % to 8 %"),
        (-0.06, (-0.08, -0.04), "4 % to 8 %"),
        (0.06, (-0.01, 0.13), "1 % faster to 13 % slower"),
        (0.06, (0.0, 0.12), "0 % to 12 %"),
        (-0.06, (-0.12, 0.0), "0 % to 12 %"),
        (-0.01, (0.01, 0.02), "1 % to 2 % slower"),  # a mean may lie beyond its interval, which has to be seen
        (0.06, None, ""),
    ],
)
def test_an_interval_says_which_way_it_reaches_where_the_change_does_not(made, change, ends, text):
    assert wording.interval(made.row(change=change, interval=ends)) == text


def test_values_have_as_many_digits_as_tell_them_apart(made):
    assert wording.base_and_head(made.row()) == ("1.2 ms", "1.27 ms")
    assert wording.base_and_head(made.fact()) == ("246,824 B", "246,830 B")
    assert wording.base_and_head(made.quality(base=0.98765, head=0.98766)) == ("0.98765", "0.98766")
    assert wording.base_and_head(made.quality(base=0.5, head=0.5)) == ("0.5", "0.5")


def test_a_threshold_says_whose_it_is(made):
    assert wording.threshold(made.row()) == "5 % (gate)"
    assert wording.threshold(made.row(threshold=Threshold(0.03, ""))) == "3 %"


def test_a_row_in_a_sentence(made):
    assert wording.told(made.row()) == (
        "1.2 ms -> 1.27 ms, 6.2 % slower, 95 % interval 5.1 % to 7.3 %, tolerated 5 % (gate)"
    )


def test_the_summary_has_what_there_is(made):
    assert wording.summary(made.comparison()) == (
        "2 regressed, 2 inconclusive, 1 improved, 3 unchanged; 1 case failed; 1 fails as in the base; 1 new; 1 vanished"
    )
    quiet = made.comparison(rows=(made.fact(),) * 1200, broken=(), new=(), vanished=())
    assert wording.summary(quiet) == "1,200 unchanged"
    assert wording.summary(made.empty()) == "nothing to compare"


def test_the_outcome_is_what_the_exit_code_says(made):
    whole = {"broken": (), "vanished": ()}
    rows = made.rows()
    assert wording.outcome(made.comparison(), False) == "cases failed"
    assert wording.outcome(made.comparison(broken=()), False) == "regressed"
    open_ = made.comparison(rows=rows[2:], **whole)
    assert (wording.outcome(open_, False), wording.outcome(open_, True)) == ("passed", "inconclusive")
    gone = made.comparison(rows=rows[4:], broken=())
    assert (wording.outcome(gone, False), wording.outcome(gone, True)) == ("passed", "figures vanished")
    assert wording.outcome(made.empty(), False) == "nothing to compare"


def test_what_is_inconclusive_says_why_and_what_it_takes(made):
    timing = made.row(verdict="inconclusive", interval=(-0.02, 0.2), detectable=0.08)
    assert wording.reason(timing) == (
        "so much data finds changes from 8 % on, tolerated are 5 %; what helps: `--remeasure`"
    )
    again = made.row(verdict="inconclusive", interval=(0.04, 0.07), is_remeasured=True)
    assert wording.reason(again) == ("the interval reaches across the tolerated 5 %; what helps: more `--budget`")
    assert wording.reason(made.quality(interval=None)) == "too little data to tell; what helps: more `seeds`"
    assert wording.reason(made.fact(verdict="inconclusive")) == "too little data to tell"


def test_of_what_nobody_says_which_way_is_better_that_is_the_reason(made):
    row = made.quality(higher_is_better=None, notes=("nobody says which way is better",))
    assert wording.remarks(row) + wording.notes(row) == ["nobody says which way is better"]


def test_what_may_be_chance_among_many_says_so(made):
    row = made.row(verdict="inconclusive", interval=(0.06, 0.2), detectable=0.07)
    found = wording.remarks(row) + wording.notes(made.row(notes=(BY_ITSELF.format(count=10),)))
    assert found == [
        "beyond what is tolerated, but among so many figures, chance may explain it; what helps: `--remeasure`"
    ]


def test_notes_that_differ_in_numbers_alone_are_one(made):
    busy = "base: other processes kept {} of 2 cores busy"
    row = made.row(
        notes=(busy.format(1.4), busy.format(1.2), busy.format(1.3), "head: lenet5@mnist#0", "head: lenet5@mnist#1")
    )
    assert wording.notes(row, 9) == [busy.format("1.2 to 1.4"), "head: lenet5@mnist#0", "head: lenet5@mnist#1"]


def test_numbers_in_names_and_versions_are_no_numbers(made):
    row = made.row(notes=("1.10 of 2", "1.9 of 10", "torch 1.2.3", "torch 1.2.4", "1,234 B", "1,235 B"))
    assert wording.notes(row, 9) == ["1.10 to 1.9 of 2 to 10", "torch 1.2.3", "torch 1.2.4", "1,234 B", "1,235 B"]


@given(st.lists(st.text("0123456789.,% ax#-", max_size=12), max_size=6))
def test_any_notes_can_be_one(made, texts):
    assert len(wording.notes(made.row(notes=tuple(texts)), 9)) <= len(set(texts))


def test_what_was_measured_again_is_not_sent_there_again(made):
    again = made.row(verdict="inconclusive", is_remeasured=True)
    spent = made.row(
        "latency-p90", verdict="inconclusive", notes=("not timed again: --budget had room for one process",)
    )
    hung = made.row("latency-p99", verdict="inconclusive", notes=("not timed again: it hung",))
    other = made.row(place="forward server", verdict="inconclusive")
    comparison = made.comparison(rows=(again, spent, hung, other))
    assert [wording.remedy(row, wording.was_remeasured(comparison)) for row in comparison.rows] == [
        wording.BUDGET, wording.BUDGET, wording.PROCESSES, wording.PROCESSES,
    ]  # fmt: skip
    assert "--remeasure" not in wording.advice(comparison)
    assert wording.remedy(other) == wording.REMEASURE


def test_what_is_the_same_at_one_place_is_named_together(made):
    keys = [made.row(name).key for name in ("accuracy", "latency-p50", "latency-p90", "throughput")]
    assert wording.places([*keys, made.row(place="").key]) == [
        "4 figures of lenet5@mnist, forward onnxruntime fp32 cpu (accuracy, latency-p50, latency-p90 ...)",
        "latency-p50 of lenet5@mnist",
    ]


def test_cases_that_failed_before_are_told_with_both_reasons(made):
    broken = (Broken("a#0", "base", "x"), Broken("a#0", "head", "y"), Broken("b#0", "base", "z"))
    assert wording.broken_before(made.comparison(broken=broken)) == [
        "a#0 fails as in the base: y (in the base: x)",
        "b#0 failed in the base alone; its figures in the head are compared with none: z",
    ]
    other_seed = made.comparison(broken=(Broken("lenet5@mnist#1", "base", "z"),))
    assert wording.broken_before(other_seed) == ["lenet5@mnist#1 failed in the base alone: z"]


def test_what_is_known_exactly_says_so(made):
    fact = made.fact(unit="", base=1.0, head=8.0, change=7.0, interval=(7.0, 7.0))
    assert wording.interval(fact) == "exactly"
    assert wording.told(fact) == "1 -> 8, 700 % more, exactly, tolerated 0 % (nobody)"


def test_values_that_differ_little_keep_their_unit(made):
    near = made.row("memory", unit="B", base=68_075_515.0, head=68_091_864.0)
    assert wording.base_and_head(near) == ("64.92 MiB", "64.94 MiB")
    assert wording.base_and_head(made.row(base=1.23451e-3, head=1.23452e-3)) == ("1.23451 ms", "1.23452 ms")


def test_notes_on_both_runs_come_before_those_on_one_and_are_few(made):
    row = made.row(notes=("base: it was busy", "head: it was busy", "head: it was busy", "base: it moved", "elsewhere"))
    assert wording.notes(row) == ["elsewhere", "base: it was busy", "and 2 notes more"]
    assert len(wording.notes(row, 9)) == 4


@pytest.mark.parametrize("name", ["memory", "highest-rate"])
def test_nobody_is_sent_to_remeasure_what_that_does_not_measure(made, name):
    row = made.row(name, verdict="inconclusive")
    assert wording.remedy(row) == "more `measure.processes`, or a quieter machine"


def test_advice_is_given_once(made):
    rows = (made.quality(), made.quality(), made.row(verdict="inconclusive"), made.row())
    assert wording.advice(made.comparison(rows=rows)) == (
        "What settles the inconclusive: for timings, `--remeasure`, which times both runs' graphs anew, in turn; "
        "for qualities, more `seeds`."
    )
    assert wording.advice(made.comparison(rows=(made.row(),))) == ""


def test_the_title_has_both_suites_where_they_differ(made):
    assert wording.title(made.comparison()) == "digits"
    assert wording.title(made.empty()) == "digits -> other"


def test_a_missing_baseline_is_told_with_the_nearest_and_how_to_make_it():
    first, passes, how = wording.missing("mian", ["main", "old"])
    assert first == "There is no baseline mian yet (did you mean 'main'? allowed: main, old)."
    assert "passes" in passes
    assert how == "Make one of a run: bench baseline set mian latest"
    assert wording.missing("main", []) == ("There is no baseline main yet.", passes, how.replace("mian", "main"))
    assert wording.how_to_make("my main") == "bench baseline set 'my main' latest"


@given(st.text(max_size=300))
def test_whatever_comes_from_outside_is_one_line_without_control_characters(text):
    found = wording.line(text)
    assert len(found) <= wording.MOST
    assert found.isprintable() or all(ord(letter) > 0x9F for letter in found if not letter.isprintable())
    assert len(found.splitlines()) <= 1
