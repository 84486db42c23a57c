"""Figures and changes in words."""

from dataclasses import replace
from math import inf

import pytest

from bench.compare.records import Threshold
from bench.compare.scales import MOST
from bench.report.comparison import figures


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
    assert figures.figure(value, unit) == text


def test_a_change_of_a_time_is_slower_or_faster(made):
    assert figures.change(made.row(change=0.062)) == "6.2 % slower"
    assert figures.change(made.row(change=-0.062)) == "6.2 % faster"
    throughput = made.row("throughput", unit="/s", higher_is_better=True, base=8.0, head=7.0, change=0.125)
    assert figures.change(throughput) == "12.5 % slower"


def test_a_change_of_a_quality_is_also_told_in_its_own_unit(made):
    assert figures.change(made.quality()) == "64 % worse (0.009 lower)"
    error = made.quality(unit="%", higher_is_better=False, base=1.4, head=2.3, change=9 / 14)
    assert figures.change(error) == "64.3 % worse (0.9 points higher)"
    assert figures.change(made.quality(change=-0.5, head=0.993)) == "50 % better (0.007 higher)"


def test_a_change_of_which_nobody_says_whether_it_is_better_is_more_or_less(made):
    open_ = {"higher_is_better": None, "head": 0.9, "base": 1.0}
    assert figures.change(made.quality(change=-0.1, **open_)) == "10 % less (0.1 lower)"
    assert figures.change(made.fact(unit="", change=0.1, higher_is_better=None)) == "10 % more"
    assert figures.change(made.row(change=0.1, higher_is_better=None)) == "10 % more"


def test_a_change_of_a_size_is_larger_or_smaller(made):
    assert figures.change(made.fact(change=0.5)) == "50 % larger"
    assert figures.change(made.row("memory", unit="B", change=-0.5)) == "50 % smaller"
    # Of what is better when it is large, a loss is worse.
    assert figures.change(made.fact(unit="", higher_is_better=True, change=0.5)) == "50 % less"


def test_no_change_is_the_same(made):
    assert figures.change(made.row(change=0.0)) == "the same"


def test_a_change_from_nothing_is_told(made):
    assert figures.change(made.fact(unit="", base=0.0, change=inf)) == "more than 1,000 times as much"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (8.9, "890 % slower"),
        (14.2, "15 times as slow"),
        (-0.95, "20 times as fast"),
        (-1.0, "more than 1,000 times as fast"),
    ],
)
def test_a_change_that_is_tenfold_is_told_as_so_many_times(made, change, text):
    assert figures.change(made.row(change=change)) == text


def test_a_throughput_that_falls_to_a_tenth_is_told_as_a_latency_that_grows_tenfold(made):
    throughput = made.row("throughput", unit="/s", higher_is_better=True, base=1.0)
    assert figures.change(replace(throughput, head=0.05, change=0.95)) == "20 times as slow"
    assert figures.change(replace(throughput, head=20.0, change=-19.0)) == "20 times as fast"


def test_what_is_no_timing_falls_by_a_share(made):
    assert figures.change(made.fact(base=100.0, head=5.0, change=-0.95)) == "95 % smaller"
    assert figures.change(made.fact(base=5.0, head=100.0, change=19.0)) == "20 times as large"
    assert figures.change(made.quality(change=14.0, base=0.99, head=0.85)) == "15 times as bad (0.14 lower)"
    slope = made.quality(higher_is_better=None, change=-14.0, base=0.1, head=-1.3, interval=(-15.0, 12.0))
    assert figures.change(slope) == "1400 % less (1.4 lower)"
    assert figures.interval(slope) == "1500 % less to 13 times as much"


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
    assert figures.interval(made.row(change=change, interval=ends)) == text


@pytest.mark.parametrize(
    ("change", "ends", "text"),
    [
        (0.01, (-0.9999, MOST), "more than 1,000 times as fast to more than 1,000 times as slow"),
        (0.01, (-0.18, 340.0), "18 % faster to 341 times as slow"),
        (0.5, (0.1, MOST), "10 % slower to more than 1,000 times as slow"),
        (14.0, (13.0, 15.0), "14 times as slow to 16 times as slow"),
        (5e6, (4e6, 6e6), "more than 1,000 times as slow"),
        (-0.5, (-0.99, -0.1), "10 % faster to 100 times as fast"),
    ],
)
def test_an_interval_that_is_nearly_open_has_ends_that_can_be_read(made, change, ends, text):
    assert figures.interval(made.row(change=change, interval=ends)) == text


def test_ends_that_read_alike_are_told_once(made):
    assert figures.interval(made.row(change=0.47, interval=(0.4701, 0.4702))) == "47 %"
    assert figures.interval(made.row(change=-0.01, interval=(0.4701, 0.4702))) == "47 % slower"


def test_two_processes_that_say_nothing_look_as_open_for_a_throughput(made):
    row = made.row("throughput", unit="/s", higher_is_better=True, change=0.01, interval=(-MOST, 1.0))
    assert figures.interval(row) == "more than 1,000 times as fast to more than 1,000 times as slow"


def test_values_have_as_many_digits_as_tell_them_apart(made):
    assert figures.base_and_head(made.row()) == ("1.2 ms", "1.27 ms")
    assert figures.base_and_head(made.fact()) == ("246,824 B", "246,830 B")
    assert figures.base_and_head(made.quality(base=0.98765, head=0.98766)) == ("0.98765", "0.98766")
    assert figures.base_and_head(made.quality(base=0.5, head=0.5)) == ("0.5", "0.5")


def test_a_threshold_says_whose_it_is(made):
    assert figures.threshold(made.row()) == "5 % (gate)"
    assert figures.threshold(made.row(threshold=Threshold(0.03, ""))) == "3 %"


def test_a_row_in_a_sentence(made):
    assert figures.told(made.row()) == (
        "1.2 ms -> 1.27 ms, 6.2 % slower, 95 % interval 5.1 % to 7.3 %, tolerated 5 % (gate)"
    )


def test_what_is_known_exactly_says_so(made):
    fact = made.fact(unit="", base=1.0, head=8.0, change=7.0, interval=(7.0, 7.0))
    assert figures.interval(fact) == "exactly"
    assert figures.told(fact) == "1 -> 8, 700 % more, exactly, tolerated 0 % (nobody)"


def test_values_that_differ_little_keep_their_unit(made):
    near = made.row("memory", unit="B", base=68_075_515.0, head=68_091_864.0)
    assert figures.base_and_head(near) == ("64.92 MiB", "64.94 MiB")
    assert figures.base_and_head(made.row(base=1.23451e-3, head=1.23452e-3)) == ("1.23451 ms", "1.23452 ms")
