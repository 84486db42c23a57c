"""report.md, read by a Markdown parser as a code-hosting page would."""

import re
from itertools import pairwise
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bench.report.escaping import escape
from bench.report.markdown import render
from bench.results import Failure, PictureResult

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
anything = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)
tricky = st.text("\\`*_[]()<>&|~#!-+.:=\"' 1ax", max_size=20)


def literal(markdown: str) -> list[str]:
    """The texts of a document, provided that it has nothing but text in it."""
    inlines = [token for token in READER.parse(markdown) if token.type == "inline"]
    assert {child.type for inline in inlines for child in inline.children} <= {"text"}
    return ["".join(child.content for child in inline.children) for inline in inlines]


def headings(markdown: str) -> list[str]:
    tokens = READER.parse(markdown)
    return [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]


def table(markdown: str, title: str) -> list[list[str]]:
    """The rows of the table under a heading, the header first."""
    lines = re.search(rf"^##+ {title}\n\n((?:\|.*\n)+)", markdown, re.MULTILINE).group(1)
    tokens = READER.parse(lines)
    cells = [token.content for token in tokens if token.type == "inline"]
    width = sum(token.type == "th_open" for token in tokens)
    return [cells[start : start + width] for start in range(0, len(cells), width)]


@given(anything | tricky)
def test_text_in_a_cell_is_taken_literally(text):
    expected = " ".join(text.split())
    markdown = f"| a | b |\n|---|---|\n| {escape(text)} | end |\n"
    assert literal(markdown) == ["a", "b", expected, "end"]


@given(anything | tricky)
def test_text_in_a_heading_is_taken_literally(text):
    assert literal(f"# x{escape(text)}x\n") == [f"x{' '.join(text.split())}x"]


@given(anything | tricky)
def test_a_description_is_taken_literally(make, tmp_path, text):
    suite = {"name": "t", "description": text, "measure": {"runtimes": [{"name": "graph"}]}}
    paragraphs = literal(render(make.results(cases=[], suite=suite), tmp_path))
    expected = " ".join(text.split())
    assert paragraphs[1].startswith(expected or "0 of 0 cases passed.")


@pytest.mark.parametrize("text", ["- item", "+ item", "1. item", "2) item", "---", "# heading", "> quote", "    code"])
def test_a_description_begins_no_list_or_the_like(make, tmp_path, text):
    suite = {"name": "t", "description": text, "measure": {"runtimes": [{"name": "graph"}]}}
    assert literal(render(make.results(cases=[], suite=suite), tmp_path))[1] == text.strip()


@pytest.mark.parametrize(
    ("status", "verdict"), [("passed", "passed"), ("failed", "**failed**"), ("running", "**not finished**")]
)
def test_the_title_has_the_verdict(make, tmp_path, status, verdict):
    assert headings(render(make.results(cases=[], status=status), tmp_path))[0] == f"trial: {verdict}"


def test_verdicts_come_first_and_what_figures_rest_on_last(make, tmp_path):
    assert headings(render(make.results(), tmp_path))[1:] == [
        *("Verdicts", "Quality", "Speed", "Single-stream", "Start", "Trust", "Variance", "Execution", "Parity"),
        *("Training", "Size", "Lineage", "Machine"),
    ]


def test_a_failure_comes_right_after_the_verdicts(make, tmp_path):
    case = make.case(status="failed", failures=[Failure("train", "ValueError", "it broke")])
    assert headings(render(make.results(cases=[case]), tmp_path))[1:3] == ["Verdicts", "Failures"]


def test_tables_are_tables(make, tmp_path):
    markdown = render(make.results(cases=[make.case(), make.case("small")]), tmp_path)
    assert table(markdown, "Quality") == [
        ["case", "seeds", "accuracy ↑"],
        ["tiny@points", "1", "0.9"],
        ["small@points", "1", "0.9"],
    ]


def test_a_hostile_name_stays_in_its_cell(make, tmp_path):
    group = "x | y <img src=a onerror=b> **z**"
    markdown = render(make.results(cases=[make.case(group=group)]), tmp_path)
    rows = table(markdown, "Verdicts")
    assert len(rows[1]) == len(rows[0]) == 4
    assert "<img" not in markdown


def test_what_came_from_outside_stays_in_its_cell_everywhere(make, tmp_path):
    hostile = "x | y <img src=a onerror=b> **z** `c`"
    rows = [
        make.measurement(runtime=hostile, noise=[hostile], provider=hostile),
        make.measurement(scenario=hostile, precision=hostile, instrument="loadgen"),
    ]
    metrics = [make.metric(name=hostile, unit=hostile, precision=precision) for precision in ("fp32", hostile)]
    artifacts = [make.artifact(precision=precision, task=hostile) for precision in ("fp32", hostile)]
    case = make.case(metrics=metrics, measurements=rows, artifacts=artifacts)
    suite = {**make.results().suite, "targets": {hostile: {"min": 0.0}}}
    tokens = READER.parse(render(make.results(cases=[case], suite=suite), tmp_path))
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "image", "softbreak", "em_open", "em_close"}
    cells = [token for token in tokens if token.type in {"th_open", "td_open"}]
    rows_of_cells = [token for token in tokens if token.type == "tr_open"]
    assert len(cells) > len(rows_of_cells) > 10


def test_every_picture_exists(make, tmp_path):
    pictures = [PictureResult("a picture", "forward", "images/tiny@points-0/a picture.png")]
    path = tmp_path / pictures[0].path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    tokens = READER.parse(render(make.results(cases=[make.case(pictures=pictures)]), tmp_path))
    images = [child for token in tokens for child in token.children or () if child.type == "image"]
    sources = [unquote(image.attrs["src"]) for image in images]
    assert sources[-1] == pictures[0].path
    assert len(sources) == 4
    assert all((tmp_path / source).is_file() for source in sources)


def test_a_picture_that_is_lost_is_not_linked_but_told(make, tmp_path):
    pictures = [PictureResult("a picture", "forward", "images/lost.png")]
    markdown = render(make.results(cases=[make.case(pictures=pictures)]), tmp_path)
    assert "lost.png" not in markdown
    assert "1 of them cannot be shown" in markdown


def test_control_characters_are_left_out():
    assert escape("\x1b[1;31mred\x1b[0m\x07 \x1b]0;title\x07and\x9b \x00blue\nline") == "red and blue line"
