"""A comparison in the terminal."""

import re
from dataclasses import replace

from bench.compare.records import Broken
from bench.report.comparison.text import SCREEN, no_baseline, render


def test_the_worst_comes_first_under_its_verdict(made):
    lines = render(made.comparison(), False).splitlines()
    assert lines[0] == "digits: cases failed"
    assert lines[2] == "mlp@mnist#0 failed in the head: RuntimeError: out of memory"
    assert [line for line in lines if line.endswith(":")] == ["regressed:", "inconclusive:", "improved:"]
    named = lines.index("  latency-p50 of lenet5@mnist, forward onnxruntime fp32 cpu")
    assert lines[named + 1].startswith("    1.2 ms -> 1.27 ms, 6.2 % slower")


def test_an_open_figure_says_why_on_its_own_line(made):
    chance = made.row("latency-p99", verdict="inconclusive")
    lines = render(made.comparison(rows=(made.row(), chance)), False).splitlines()
    settled, unsettled = (line for line in lines if line.startswith("    "))
    assert settled.endswith("tolerated 5 % (gate)")
    reason = "beyond what is tolerated, but among so many figures, chance may explain it"
    assert unsettled.endswith(f"tolerated 5 % (gate); {reason}")


def test_verdicts_and_nothing_else_can_be_painted(made, hostile):
    named = made.named(f"{hostile} regressed")
    painted = render(named, False, lambda word: f"<{word}>")
    found = re.findall("^<(.*?)>:$", painted, re.MULTILINE)
    assert found == ["regressed", "inconclusive", "improved"]
    title, counts, *_ = painted.splitlines()
    assert title.endswith(" regressed: <regressed>")
    assert counts.startswith("2 <regressed>, 2 <inconclusive>, 1 <improved>, 3 <unchanged>; ")
    assert painted.count("<regressed>") == 3
    assert re.sub("<(regressed|inconclusive|improved|unchanged)>", r"\1", painted) == render(named, False)


def test_notes_advice_and_both_runs_follow(made):
    *_, note, advice, base, head = render(made.comparison(), False).splitlines()
    assert note == "note: the runs were made on different machines"
    assert advice.startswith("What settles the inconclusive: ")
    assert base == "base: 20260101-120000-1a2b, 2026-01-01T12:00:00, commit 3026e83a51, AMD EPYC, 2 cores, no GPU"
    assert head.startswith("head: 20260102-120000-3c4d, ")


def test_it_fits_a_screen_and_says_what_does_not(made):
    text = render(made.huge(), True)
    assert len(text.splitlines()) <= SCREEN
    shown = text.count("tolerated")
    assert f"and {10_000 - shown:,} more; `--format html` shows all" in text


def test_it_fits_a_screen_however_many_cases_failed_before(made):
    huge = made.huge()
    old = tuple(Broken(f"old{number}", "base", "it hung") for number in range(50))
    text = render(replace(huge, broken=(*huge.broken, *old)), False)
    assert len(text.splitlines()) <= SCREEN
    assert all(f"\n{what}" in text for what in ("old0 failed", "only the base has", "only the head has", "note: "))


def test_what_has_vanished_or_is_new_is_named_and_comes_first_where_it_counts(made):
    loose, strict = (render(made.comparison(), is_strict).splitlines() for is_strict in (False, True))
    vanished, new = (
        "only the base has: nodes of vae@mnist, decoder fp32",
        "only the head has: macs of mlp@mnist, forward fp32",
    )
    assert (
        loose.index(new)
        == loose.index(vanished) + 1
        > loose.index("improved:" if "improved:" in loose else "regressed:")
    )
    assert strict.index(vanished) < strict.index("regressed:") < strict.index(new)


def test_cases_that_failed_before_are_told_after_the_news(made):
    broken = (*made.comparison().broken, Broken("vae@mnist#0", "base", "export: no such operator"))
    lines = render(made.comparison(broken=broken), False).splitlines()
    still = lines.index("pca@mnist#0 fails as in the base: it hung")
    assert lines.index("mlp@mnist#0 failed in the head: RuntimeError: out of memory") < still
    assert lines[still + 1] == (
        "vae@mnist#0 failed in the base alone; its figures in the head are compared with none: export: no such operator"
    )


def test_what_was_not_timed_again_is_told(made):
    rows = (made.row(notes=("not timed again: a process hung",)), made.row("memory", verdict="unchanged"))
    text = render(made.comparison(rows=rows), False)
    assert (
        "\nnote: not timed again: latency-p50 of lenet5@mnist, forward onnxruntime fp32 cpu: a process hung\n" in text
    )


def test_a_name_makes_no_line_and_no_escape_sequence_of_its_own(made, hostile):
    plain, odd = render(made.named("x"), True), render(made.named(hostile), True)
    assert len(odd.splitlines()) == len(plain.splitlines())
    assert not {"\x1b", "\x00", "\r"} & set(odd)


def test_two_runs_that_have_nothing_in_common(made):
    assert render(made.empty(), False).startswith("digits -> other: nothing to compare\nbase: ")


def test_where_there_is_nothing_to_compare_the_note_that_says_why_comes_first(made):
    none = made.comparison(rows=(), new=(), vanished=(), broken=(), notes=("--only nix matches no case",))
    assert render(none, False).startswith("note: --only nix matches no case\ndigits: nothing to compare\nbase: ")
    assert render(made.comparison(rows=(), broken=()), False).splitlines()[2] == "1 new; 1 vanished"


def test_a_missing_baseline():
    assert no_baseline("main", []).splitlines()[0] == "There is no baseline main yet."
