"""report.html: one file that loads nothing, in which whatever came from outside is text."""

import base64
import json
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from bench.conditions import LEAST_SAMPLES
from bench.report.html import PICTURE_BUDGET, render
from bench.results import Failure, Latency, ParityResult, PictureResult

PNG = b"\x89PNG\r\n\x1a\n"


class Page(HTMLParser):
    """What is in a page: its tags with their attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        inside = self.tags[-1][0] if self.tags else ""
        (self.scripts if inside in {"script", "style"} else self.texts).append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    def charts(self) -> dict:
        script = next(text for text in self.scripts if text.startswith('{"'))
        return json.loads(script)


@pytest.fixture
def page(make, tmp_path):
    def make_page(**changes: object) -> Page:
        return Page(render(make.results(**changes), tmp_path))

    return make_page


def test_the_page_loads_nothing(page):
    found = page()
    addresses = [value for _, attributes in found.tags for key, value in attributes.items() if key in {"src", "href"}]
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)


def test_the_browser_is_told_to_load_nothing(page):
    policies = [tag["content"] for name, tag in page().tags if tag.get("http-equiv") == "Content-Security-Policy"]
    assert policies[0].startswith("default-src 'none';")


def test_every_table_is_there(page):
    chapters = ["Verdicts", "Quality", "Speed", "Trust", "Training", "Size", "Lineage"]
    found = page()
    assert [text for text in found.texts if text in chapters] == [*chapters, *chapters]  # once as a link
    links = {tag["href"] for name, tag in found.tags if name == "a"}
    assert links == {f"#{tag['id']}" for name, tag in found.tags if name == "section" and "id" in tag}
    assert {"Single-stream", "Start", "Variance", "Execution", "Parity"} < set(found.texts)


def test_every_chart_has_its_place_and_its_points(page):
    found = page()
    places = {tag["id"] for _, tag in found.tags if (tag.get("id") or "").startswith("chart-")} - {"chart-data"}
    charts = found.charts()
    assert places == {f"chart-{key}" for key in charts} == {"chart-throughput", "chart-front", "chart-curves"}
    (trace,) = charts["throughput"]["traces"]
    assert (trace["x"], trace["y"]) == ([1.0], [48_000.0])


def test_a_run_without_charts_needs_no_chart_library(make, tmp_path):
    assert len(render(make.results(cases=[]), tmp_path)) < 30_000


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"


def test_what_came_from_outside_is_text(make, page):
    plain = page(cases=[make.case(failures=[Failure("train", "E", "m")])])
    failure = Failure("train", HOSTILE, HOSTILE, HOSTILE)
    metric = make.metric(name=HOSTILE, unit=HOSTILE)
    row = make.measurement(runtime=HOSTILE, precision=HOSTILE, provider=HOSTILE, noise=[HOSTILE])
    server = make.measurement(scenario="server", rate_per_s=1.0, runtime=HOSTILE, latency_s=Latency(1.0, 1.0, 1.0))
    other = make.measurement(scenario=HOSTILE, instrument="loadgen", artifact=HOSTILE)
    case = make.case(
        group=HOSTILE,
        id=HOSTILE,
        failures=[failure],
        metrics=[metric, make.metric(precision=HOSTILE)],
        measurements=[row, make.measurement(), server, other],
        artifacts=[make.artifact(task=HOSTILE, precision=HOSTILE), make.artifact()],
        parity=[ParityResult(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 0.1, 0.1, 0.1)],
    )
    runtimes = [{"name": "graph"}, {"name": HOSTILE}]
    suite = {
        "name": HOSTILE,
        "description": HOSTILE,
        "measure": {"runtimes": runtimes},
        "targets": {HOSTILE: {"min": 0}},
    }
    environment = {**make.results().environment, "cpu": HOSTILE}
    found = page(cases=[case], suite=suite, environment=environment)
    assert [tag for tag, _ in found.tags].count("script") == plain.count("script")
    assert found.count("img") == plain.count("img")
    assert found.texts.count(HOSTILE) >= 20


def test_a_chart_takes_names_literally(make, page):
    case = make.case(group="<b>bold</b> & co", metrics=[make.metric(unit="<i>")])
    charts = page(cases=[case]).charts()
    assert charts["throughput"]["traces"][0]["name"] == "&lt;b&gt;bold&lt;/b&gt; &amp; co · graph"
    assert charts["front"]["axes"]["y"]["title"]["text"] == "accuracy [&lt;i&gt;]"


def test_a_tick_and_a_legend_take_names_literally(make, page):
    precisions = ("fp32", "<i>8</i>")
    case = make.case(metrics=[make.metric(precision=precision) for precision in precisions])
    charts = page(cases=[case]).charts()
    assert charts["precision"]["axes"]["x"]["ticktext"] == ["fp32", "&lt;i&gt;8&lt;/i&gt;"]
    rows = [make.measurement(runtime=runtime) for runtime in ("a", "b", "<i>")]
    charts = page(cases=[make.case(f"m{n}", measurements=rows) for n in range(4)]).charts()
    shown = [trace["name"] for trace in charts["throughput"]["traces"] if trace["showlegend"]]
    assert shown == [*(f"m{n}@points" for n in range(4)), "a", "b", "&lt;i&gt;"]


def test_a_name_in_the_legend_stands_for_all_lines_of_its_case(make, page):
    rows = [make.measurement(runtime=runtime) for runtime in "abc"]
    charts = page(cases=[make.case(f"m{n}", measurements=rows) for n in range(4)]).charts()
    groups = [trace["legendgroup"] for trace in charts["throughput"]["traces"]]
    assert groups == [*"000111222333", *"0123", "", "", ""]


def test_a_row_that_is_not_to_be_trusted_is_seen(make, page):
    found = page(cases=[make.case(measurements=[make.measurement(noise=["it was busy"])])])
    assert [tag for name, tag in found.tags if name == "td" and "noisy" in (tag["class"] or "")]
    assert "It was busy." in found.texts


def test_batch_sizes_are_the_ticks_and_the_front_is_a_step(make, page):
    rows = [make.measurement(batch_size=size) for size in (1, 32)]
    charts = page(cases=[make.case(measurements=rows)]).charts()
    assert charts["throughput"]["axes"]["x"]["tickvals"] == [1, 32]
    assert charts["front"]["traces"][0]["line"]["shape"] == "hv"


@pytest.mark.parametrize(("latencies", "ticks"), [((0.001, 0.002), None), ((0.001, 0.1), "D2")])
def test_a_narrow_axis_has_its_numbers_wherever_they_fit(make, tmp_path, latencies, ticks):
    cases = [
        make.case(f"tiny{n}", measurements=[make.measurement(latency_s=Latency(latency, None, None))])
        for n, latency in enumerate(latencies)
    ]
    charts = Page(render(make.results(cases=cases), tmp_path)).charts()
    assert charts["front"]["axes"]["x"].get("dtick") == ticks


def test_an_interval_is_a_bar(duel, tmp_path):
    charts = Page(render(duel({16: 2e-3, 64: 1e-3}, {16: 1e-3, 64: 4e-3}), tmp_path)).charts()
    level, line = charts["rivals-length"]["traces"]
    assert level["y"] == [1.0, 1.0]
    assert all(line["error_y"][side] == pytest.approx([0.0, 0.0]) for side in ("array", "arrayminus"))
    assert not line["error_y"]["symmetric"]


def test_pictures_are_in_the_page(make, page, tmp_path):
    (tmp_path / "a.png").write_bytes(PNG + b"...")
    found = page(cases=[make.case(pictures=[PictureResult("a picture", "forward", "a.png")])])
    (image,) = [tag for name, tag in found.tags if name == "img"]
    assert image["src"] == "data:image/png;base64," + base64.b64encode(PNG + b"...").decode()
    assert image["alt"] == "a picture of tiny@points"


def test_pictures_beyond_the_budget_are_counted_and_cost_no_other(make, page, tmp_path):
    for name, size in {"a.png": PICTURE_BUDGET // 2, "b.png": PICTURE_BUDGET, "c.png": PICTURE_BUDGET // 4}.items():
        (tmp_path / name).write_bytes(PNG + bytes(size))
    pictures = [PictureResult(name, "forward", name) for name in ("a.png", "b.png", "c.png")]
    found = page(cases=[make.case(pictures=pictures)])
    assert [tag["alt"][:5] for name, tag in found.tags if name == "img"] == ["a.png", "c.png"]
    assert any("1 more are in the run directory." in text for text in found.texts)


def test_pictures_that_are_lost_are_not_said_to_be_there(make, page):
    found = page(cases=[make.case(pictures=[PictureResult("lost", "forward", "lost.png")])])
    (note,) = [text for text in found.texts if "first seed of each case" in text]
    assert "1 of them cannot be shown" in note
    assert "more are in" not in note


def test_control_characters_do_not_reach_the_page(make, tmp_path):
    failure = Failure("train", "ValueError", "\x1b[31mred\x1b[0m\x07 \x9bend")
    case = make.case(group="\x1b[1mtiny", failures=[failure], training=None, measurements=[])
    text = render(make.results(cases=[case]), tmp_path)
    assert not set(text) & set("\x1b\x07\x9b")
    assert "ValueError: red end" in text


def test_a_file_of_the_largest_size_stays_below_six_megabytes(make, tmp_path, with_samples):
    (tmp_path / "a.png").write_bytes(PNG + bytes(PICTURE_BUDGET - len(PNG)))
    path = with_samples(np.random.default_rng(0).integers(1, 10**9, LEAST_SAMPLES[99.9]))
    rows = [make.measurement(runtime=f"runtime-{n}", samples_path=path) for n in range(3)]
    cases = [make.case(f"model-with-a-long-name-{n}", measurements=rows) for n in range(15)]
    cases[0] = replace(cases[0], pictures=[PictureResult("a", "forward", "a.png")])
    assert len(render(make.results(cases=cases), tmp_path).encode()) < 6_000_000
