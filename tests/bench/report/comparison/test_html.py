"""The page of a comparison: one file that loads nothing, in which whatever came from outside is text."""

from html.parser import HTMLParser
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compare.records import Threshold
from bench.report.comparison.html import DRAWN, WIDTH, draw, no_baseline, render


class Page(HTMLParser):
    """What is in a page: its tags with their attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_everything_is_there(made):
    page = Page(render(made.comparison(), False))
    sections = [section["id"] for section in page.all("section") if "id" in section]
    assert sections == ["failed", "old", "worst", "all", "vanished", "new"]
    verdicts = [row["data-verdict"] for row in page.all("tr") if "data-verdict" in row]
    assert verdicts == [row.verdict for row in made.rows()]
    assert "the runs were made on different machines" in " ".join(page.texts)


def test_what_is_not_there_has_no_section(made):
    page = Page(render(made.empty(), False))
    assert [section for section in page.all("section") if "id" in section] == []
    assert page.texts.count("nothing to compare") == 1


def test_the_worst_have_a_drawing(made):
    assert len(Page(render(made.comparison(), False)).all("svg")) == 5
    many = Page(render(made.comparison(rows=(made.row(),) * 1000), False))
    assert len(many.all("svg")) == DRAWN
    assert "970 more are among all figures." in " ".join(many.texts)


def test_a_drawing_has_no_change_in_the_middle_and_worse_to_the_right(made):
    at = draw(made.row())
    assert at.zero == WIDTH / 2 < at.tolerated < at.low < at.change < at.high < WIDTH
    better = draw(made.row(change=-0.06, interval=(-0.07, -0.05)))
    assert 0 < better.low < better.change < better.high < better.zero


def test_a_drawing_has_room_for_all_and_infinity_is_at_its_edge(made):
    at = draw(made.row(change=0.3, interval=(-0.7, 0.9)))
    assert 0 < at.low < at.zero < at.tolerated < at.change < at.high < WIDTH
    assert not at.is_beyond
    assert draw(made.row(change=inf, interval=None)).change == at.high


@pytest.mark.parametrize(("change", "way"), [(7.0, 1), (-7.0, -1)])
def test_a_change_beyond_the_drawing_is_an_arrow_that_leads_out(made, change, way):
    row = made.fact(change=change, interval=(change, change), threshold=Threshold(0.05, ""), verdict="regressed")
    at = draw(row)
    assert at.is_beyond
    assert at.tolerated - at.zero > 4
    page = Page(render(made.comparison(rows=(row,)), False))
    (arrow,) = [tag["d"] for tag in page.all("path") if tag.get("class") == "beyond"]
    assert f"l{8 * way} 7l" in arrow
    assert page.all("circle") == []


def test_options_are_code_without_backticks(made):
    text = render(made.comparison(), False)
    assert "`" not in text.partition("<body>")[2].partition("<script>")[0]
    assert "more <code>seeds</code>" in text


def test_every_cell_of_a_stacked_figure_says_what_it_is(made):
    cells = Page(render(made.comparison(rows=(made.row(),)), False)).all("td")
    labels = ["base", "head", "change", "95 % interval", "tolerated"]
    assert [cell["data-label"] for cell in cells if cell.get("class") == "figure"] == labels


def test_a_drawing_where_nothing_is_tolerated_or_nothing_known(made):
    at = draw(made.fact(change=0.5))
    assert (at.tolerated, at.low, at.high) == (None, None, None)
    assert at.zero < at.change < WIDTH
    still = draw(made.fact(change=0.0, threshold=Threshold(0.0, "")))
    assert still.change == still.zero


def test_figures_of_one_run_stand_together_by_place_and_none_is_left_out(made):
    names = [f"m{number}" for number in range(100)]
    keys = (*(made.row(name).key for name in names), made.row("bytes", place="forward fp32").key)
    page = Page(render(made.comparison(rows=(), broken=(), new=keys, vanished=()), False))
    cells = [cell["data-label"] for cell in page.all("td")]
    assert cells == ["case", "where", "figures"] * 2
    assert "New: 101 figures that only the head has" in page.texts
    assert ", ".join(names) in page.texts


def test_the_page_loads_nothing(made):
    page = Page(render(made.comparison(), False))
    assert [tag["href"] for tag in page.all("link")] == ["data:,"]
    assert not [attributes for _, attributes in page.tags if "src" in attributes]
    policies = [tag["content"] for tag in page.all("meta") if tag.get("http-equiv") == "Content-Security-Policy"]
    assert policies[0].startswith("default-src 'none';")


def test_a_run_with_a_report_is_linked(made, tmp_path):
    folder = tmp_path / "a run #1 <b>"
    folder.mkdir()
    (folder / "report.html").write_text("x")
    page = Page(render(made.comparison(head=made.side(folder=str(folder))), False))
    assert [link["href"] for link in page.all("a")] == [(folder / "report.html").as_uri()]


def test_a_page_whose_place_is_known_links_from_there(made, tmp_path):
    folder = tmp_path / "reports" / "a run #1"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("x")
    page = Page(render(made.comparison(head=made.side(folder=str(folder))), False, tmp_path / "pages"))
    assert [link["href"] for link in page.all("a")] == ["../reports/a%20run%20%231/report.html"]


def test_what_came_from_outside_is_text(made, hostile):
    plain, odd = Page(render(made.named("x"), True)), Page(render(made.named(hostile), True))
    assert [tag for tag, _ in odd.tags] == [tag for tag, _ in plain.tags]
    assert any("<script>window.hacked = true</script>" in text for text in odd.texts)


@given(st.text(max_size=40) | st.text("<>&\"'/{}%# =\n\x00ax", max_size=20))
def test_any_text_is_text(made, text):
    assert [tag for tag, _ in Page(render(made.named(text), True)).tags] == [
        tag for tag, _ in Page(render(made.named("x"), True)).tags
    ]


def test_ten_thousand_rows_are_there(made):
    rows = tuple(made.row(f"m{number}") for number in range(10_000))
    text = render(made.comparison(rows=rows), False)
    assert text.count("<tr data-verdict") == 10_000
    assert len(text) < 10_000_000


@pytest.mark.parametrize("strict", [False, True])
def test_the_pill_is_green_if_it_passed(made, strict):
    page = Page(render(made.comparison(rows=made.rows()[2:4], broken=(), vanished=()), strict))
    (pill,) = [tag["class"] for tag in page.all("span") if "pill" in (tag["class"] or "")]
    assert ("passed" in pill) == (not strict)


def test_a_missing_baseline():
    assert "There is no baseline main yet." in Page(no_baseline("main", [])).texts
