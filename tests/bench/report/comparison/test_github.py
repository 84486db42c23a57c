"""Workflow commands, read by GitHub's rules."""

import re
from collections import Counter
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.comparison.github import MOST, no_baseline, render

# https://github.com/actions/runner, src/Runner.Common/ActionCommand.cs: what the runner takes for a command.
COMMAND = re.compile(r"::(?P<name>[a-z-]+) (?P<properties>[^:]*)::(?P<data>.*)")


def commands(text: str) -> list[tuple[str, str, str]]:
    """Level, title and message of each line: every line is a command."""
    found = []
    assert text.endswith("\n")
    for line in re.split("[\r\n]", text.removesuffix("\n")):
        match = COMMAND.fullmatch(line)
        assert match, line
        (title,) = match["properties"].split(",")
        assert title.startswith("title=")
        found.append((match["name"], unquote(title[len("title=") :]), unquote(match["data"])))
    return found


def test_what_fails_is_an_error_what_is_open_a_warning_all_else_a_notice(made):
    found = commands(render(made.comparison(), False))
    assert [(level, title.partition(":")[0]) for level, title, _ in found] == [
        ("error", "failed"),
        ("error", "regressed"),
        ("error", "regressed"),
        ("warning", "inconclusive"),
        ("warning", "inconclusive"),
        ("warning", "vanished"),
        ("notice", "digits"),
        ("notice", "failed before"),
        ("notice", "note"),
        ("notice", "improved"),
        ("notice", "new"),
    ]
    assert found[1][1] == "regressed: latency-p50 of lenet5@mnist, forward onnxruntime fp32 cpu"
    assert "6.2 % slower" in found[1][2]


def test_strictly_what_is_open_is_an_error(made):
    found = Counter(level for level, _, _ in commands(render(made.comparison(), True)))
    assert found == {"error": 6, "notice": 5}


@pytest.mark.parametrize("count", [MOST, MOST + 1, 10_000])
def test_as_many_as_are_shown_and_the_rest_counted(made, count):
    rows = tuple(made.row(f"m{number}") for number in range(count))
    found = [
        title for level, title, _ in commands(render(made.comparison(rows=rows, broken=()), False)) if level == "error"
    ]
    assert len(found) == MOST
    assert (found[-1] == f"and {count - MOST + 1:,} more") == (count > MOST)


def test_what_came_from_outside_is_text(made, hostile):
    plain, odd = commands(render(made.named("x"), True)), commands(render(made.named(hostile), True))
    assert [level for level, _, _ in odd] == [level for level, _, _ in plain]
    assert any("::error::x,y" in title for _, title, _ in odd)
    assert any("%0A" in message for _, _, message in odd)


@given(st.text(max_size=40) | st.text(":,%\r\n\0A0D=a ", max_size=20))
def test_any_text_is_text(made, text):
    assert len(commands(render(made.named(text), True))) in {10, 11}  # without a name, both cases that failed are one
    assert len(commands(no_baseline(text, [text]))) == 1


def test_two_runs_that_have_nothing_in_common(made):
    assert commands(render(made.empty(), False)) == [
        ("notice", "digits -> other: nothing to compare", "nothing to compare")
    ]
