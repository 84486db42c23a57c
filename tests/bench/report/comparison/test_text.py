"""A comparison in the terminal."""

from bench.report.comparison.text import SCREEN, no_baseline, render


def test_the_worst_comes_first_under_its_verdict(made):
    lines = render(made.comparison(), False).splitlines()
    assert lines[0] == "digits: cases failed"
    assert lines[2] == "mlp@mnist#0 failed in the head: RuntimeError: out of memory"
    assert [line for line in lines if line.endswith(":")] == ["regressed:", "inconclusive:", "improved:"]
    named = lines.index("  latency-p50 of lenet5@mnist, forward onnxruntime fp32 cpu")
    assert lines[named + 1].startswith("    1.2 ms -> 1.27 ms, 6.2 % slower")


def test_notes_advice_and_both_runs_follow(made):
    *_, note, advice, base, head = render(made.comparison(), False).splitlines()
    assert note == "note: the runs were made on different machines"
    assert advice.startswith("What is inconclusive takes ")
    assert base == "base: 20260101-120000-1a2b, 2026-01-01T12:00:00, commit 3026e83a51, AMD EPYC, 2 cores, no GPU"
    assert head.startswith("head: 20260102-120000-3c4d, ")


def test_it_fits_a_screen_and_says_what_does_not(made):
    text = render(made.huge(), True)
    assert len(text.splitlines()) <= SCREEN
    shown = text.count("tolerated")
    assert f"and {10_000 - shown:,} more; `--format html` shows all" in text


def test_what_has_vanished_is_named_where_it_counts(made):
    assert "nodes of vae@mnist" not in render(made.comparison(), False)
    assert "vanished: nodes of vae@mnist, decoder fp32" in render(made.comparison(), True)


def test_a_name_makes_no_line_and_no_escape_sequence_of_its_own(made, hostile):
    plain, odd = render(made.named("x"), True), render(made.named(hostile), True)
    assert len(odd.splitlines()) == len(plain.splitlines())
    assert not {"\x1b", "\x00", "\r"} & set(odd)


def test_two_runs_that_have_nothing_in_common(made):
    assert render(made.empty(), False).startswith("digits -> other: nothing to compare\nnothing to compare\n")


def test_a_missing_baseline():
    assert no_baseline("main", []).splitlines()[0] == "There is no baseline main yet."
