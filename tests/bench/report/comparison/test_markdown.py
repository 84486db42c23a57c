"""A comparison as a comment, read by a Markdown parser as a code-hosting page would."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bench.report.comparison.markdown import LIMIT, MARKER, SCREEN, no_baseline, render

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OUR_TAGS = ["<!-- -->", "</details>", "</summary>", "<details>", "<summary>"]
anything = st.text(max_size=40) | st.text("\\`*_[]()<>&|~#!-+.:=\"' @\n\r\x00%,1ax", max_size=25)


class Page(HTMLParser):
    """What a browser gets: tags, and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(READER.render(text))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


def rows_of(text: str) -> list[int]:
    """How many rows each table has, without its head."""
    return [part.count("<tr>") - 1 for part in re.findall(r"<table>.*?</table>", READER.render(text), re.S)]


def test_the_verdict_is_the_heading_and_the_worst_come_first(made):
    text = render(made.comparison(), False)
    assert text.startswith(f"{MARKER}\n## digits: cases failed\n\n**2 regressed, ")
    page = Page(text)
    verdicts = [text for text in page.texts if text in {"regressed", "inconclusive", "improved", "unchanged"}]
    worst = ["regressed", "regressed", "inconclusive", "inconclusive", "improved"]
    assert verdicts == [*worst, *worst, "unchanged", "unchanged", "unchanged"]


def test_everything_else_is_folded(made):
    text = render(made.comparison(), False)
    titles = re.findall("<details><summary>(.*?) \\((.*?)\\)</summary>\n\n.*?\n\n</details>", text, re.S)
    assert [count for _, count in titles] == ["1", "1", "1", "1", "8"]
    assert titles[-1] == ("All figures", "8")
    assert rows_of(text) == [5, 8]


def test_figures_of_one_run_stand_together_by_place(made):
    keys = tuple(made.row(f"m{number}", place=place).key for place in ("here", "there") for number in range(25))
    text = render(made.comparison(rows=(), broken=(), notes=(), new=(), vanished=keys), False)
    assert "<summary>Vanished: 50 figures that only the base has, by place (2)</summary>" in text
    items = [line for line in text.splitlines() if line.startswith("- ")]
    assert [item.partition(" (")[0] for item in items] == [
        f"- 25 figures of lenet5@<!-- -->mnist, {place}" for place in ("here", "there")
    ]
    assert all(item.endswith("m18, m19 ...)") for item in items)


def test_remarks_stand_once(made):
    text = render(made.comparison(), False)
    assert text.count("three seeds are few") == 1
    assert text.count("| see above |") == 2
    many = render(made.comparison(rows=(*(made.row(),) * SCREEN, made.quality())), False)
    assert many.count("three seeds are few") == 1


def test_where_there_is_nothing_to_compare_the_note_that_says_why_is_not_folded(made):
    none = made.comparison(rows=(), new=(), vanished=(), broken=(), notes=("--only nix matches no case",))
    assert render(none, False).startswith(f"{MARKER}\n## digits: nothing to compare\n\n- --only nix matches no case\n")
    assert render(none, False).count("nothing to compare") == 1


def test_a_part_without_anything_is_left_out(made):
    text = render(made.comparison(rows=(made.fact(),), new=(), vanished=(), broken=(), notes=()), False)
    assert text.count("<details>") == 1
    assert rows_of(text) == [1]
    assert render(made.empty(), False).count("<details>") == 0


def test_a_screen_of_the_worst_says_how_many_more_there_are(made):
    text = render(made.comparison(rows=(made.row(),) * 50), False)
    assert rows_of(text) == [SCREEN, 50]
    assert "\n\nand 38 more below.\n" in text


@pytest.mark.parametrize("text", ["x", "&#@|", "😀"])
def test_it_is_never_longer_than_github_takes(made, text):
    found = render(made.huge(text), True)
    assert LIMIT * 0.8 < len(found.encode()) < LIMIT
    assert found.count("<details>") == found.count("</details>") > 1
    left = [int(count.replace(",", "")) for count in re.findall(r"and ([\d,]+)", found)]
    assert all(0 < count < 10_000 for count in left)
    shown = rows_of(found)
    assert f"and {10_000 - shown[-1]:,} more." in found


def test_what_came_from_outside_is_text(made, hostile):
    plain, odd = Page(render(made.named("x"), True)), Page(render(made.named(hostile), True))
    assert odd.tags == plain.tags
    assert any("<script>window.hacked = true</script>" in text for text in odd.texts)


@given(anything)
def test_any_text_is_text(made, text):
    found = render(made.named(text), True)
    tokens = READER.parse(found)
    children = [child for token in tokens for child in token.children or ()]
    assert {child.content for child in children if child.type == "html_inline"} <= set(OUR_TAGS)
    assert {child.type for child in children} <= {
        *("text", "html_inline", "strong_open", "strong_close", "code_inline", "softbreak"),
    }
    assert sum(rows_of(found)) == 5 + 8


def test_nobody_is_called_and_no_issue_is_pointed_at(made):
    found = render(made.named("@somebody and #123"), True)
    assert "@somebody" not in found
    assert "#123" not in found


def test_a_missing_baseline(hostile):
    page = Page(no_baseline("main", []))
    assert "There is no baseline main yet." in page.texts
    assert "script" not in Page(no_baseline(hostile, [hostile])).tags
