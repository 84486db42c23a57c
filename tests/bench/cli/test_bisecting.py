"""What is said of a search."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.bisect.git import Commit
from bench.bisect.judging import Decision, Ends
from bench.bisect.search import Found
from bench.cli.bisecting import print_decision, print_ends, print_found
from bench.compare.again import SAME_GRAPH
from bench.compare.records import Key, Row, Threshold

ROW = Row(
    key=Key("net@points", "forward graph fp32", "latency-p50"),
    kind="timing",
    unit="s",
    higher_is_better=False,
    base=20e-6,
    head=25e-6,
    change=0.25,
    interval=(0.2, 0.3),
    detectable=0.05,
    threshold=Threshold(0.05, "default"),
    verdict="regressed",
    method="Welch's t",
)
COMMITS = [Commit(name * 40, name * 7, f"Step {name}", "Ada", "2026-01-01T00:00:00+00:00") for name in "abcd"]


def test_what_is_uncertain_or_skipped_is_named_apart(capsys):
    decisions = (
        Decision(COMMITS[0], "good", ROW, is_uncertain=True),
        Decision(COMMITS[1], "skip", reason="it does not build"),
        Decision(COMMITS[2], "bad", ROW),
    )
    print_found(Found((COMMITS[2],), COMMITS[0], ROW, decisions, ""), Path("kept"))
    first, uncertain, skipped, last = capsys.readouterr().out.strip().split("\n\n")
    assert first.startswith("the first bad commit is ccccccc Step c\n")
    assert "before    20 µs  at aaaaaaa Step a\n" in first
    assert "change    25 % slower\n" in first
    assert "interval  20 % to 30 %\n" in first
    assert uncertain.splitlines()[1:] == ["  good  aaaaaaa  Step a"]
    assert skipped.splitlines() == ["skipped:", "  bbbbbbb  Step b"]
    assert last.endswith("git-bisect.log: kept")


def test_each_decision_is_a_line(capsys):
    print_decision(Decision(COMMITS[0], "good", ROW, is_uncertain=True))
    print_decision(Decision(COMMITS[1], "skip", reason="it does\nnot build"))
    fact = replace(ROW, kind="fact", unit="", base=1234567, head=1234568)
    print_decision(Decision(COMMITS[3], "good", replace(ROW, head=20.001e-6, change=0.0)))
    print_decision(Decision(COMMITS[3], "bad", fact))
    print_decision(Decision(COMMITS[1], "good", replace(ROW, change=0.0, notes=(SAME_GRAPH,))))
    hostile = replace(COMMITS[2], subject="Step\x1b[31m c")
    print_decision(Decision(hostile, "bad", ROW))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  good  aaaaaaa Step a: 25 µs, 25 % slower (uncertain)"
    assert lines[1] == "  skip  bbbbbbb Step b: it does not build"
    assert lines[2] == "  good  ddddddd Step d: 20 µs, the same"
    assert lines[3].startswith("  bad   ddddddd Step d: 1,234,568, ")
    assert lines[4] == "  good  bbbbbbb Step b: the same graph"
    assert "\x1b" not in lines[5]
    assert len(lines) == 6


@pytest.mark.parametrize(("kind", "advice"), [("timing", "more processes"), ("quality", "more seeds")])
def test_what_is_open_at_the_ends_comes_with_what_would_help(capsys, kind, advice):
    row = replace(ROW, verdict="inconclusive", kind=kind)
    print_ends(Ends(COMMITS[0], COMMITS[3], (row,)))
    out = capsys.readouterr().out
    assert "has not become worse from aaaaaaa to ddddddd" in out
    assert advice in out
