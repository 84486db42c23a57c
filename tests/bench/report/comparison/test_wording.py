"""A comparison as a whole, in words."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bench.compare.records import BY_ITSELF, Broken
from bench.report.comparison import lines, wording


def test_the_summary_has_what_there_is(made):
    assert wording.summary(made.comparison()) == (
        "2 regressed, 2 inconclusive, 1 improved, 3 unchanged; 1 case failed; 1 fails as in the base; 1 new; 1 vanished"
    )
    alone = made.quality(notes=(f"{BY_ITSELF}; among 9 one such is no surprise",))
    better = replace(alone, change=-0.5)
    suspect = made.comparison(rows=(made.quality(), alone, better), broken=(), new=(), vanished=())
    assert wording.summary(suspect) == "3 inconclusive (1 would be regressed alone)"
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


def test_what_is_the_same_at_one_place_is_named_together(made):
    keys = [made.row(name).key for name in ("accuracy", "latency-p50", "latency-p90", "throughput")]
    assert wording.places([*keys, made.row(place="").key]) == [
        "4 figures of lenet5@mnist, forward onnxruntime fp32 cpu (accuracy, latency-p50, latency-p90 ...)",
        "latency-p50 of lenet5@mnist",
    ]
    assert wording.places(keys, 4) == [
        "4 figures of lenet5@mnist, forward onnxruntime fp32 cpu (accuracy, latency-p50, latency-p90, throughput)"
    ]


def test_cases_that_failed_before_are_told_with_both_reasons(made):
    broken = (Broken("a#0", "base", "x"), Broken("a#0", "head", "y"), Broken("b#0", "base", "z"))
    assert wording.broken_before(made.comparison(broken=broken)) == [
        "a#0 fails as in the base: y (in the base: x)",
        "b#0 failed in the base alone; its figures in the head are compared with none: z",
    ]
    other_seed = made.comparison(broken=(Broken("lenet5@mnist#1", "base", "z"),))
    assert wording.broken_before(other_seed) == ["lenet5@mnist#1 failed in the base alone: z"]


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
    found = lines.line(text)
    assert len(found) <= lines.MOST
    assert found.isprintable() or all(ord(letter) > 0x9F for letter in found if not letter.isprintable())
    assert len(found.splitlines()) <= 1
