"""dashboard.html: all runs in one file that loads nothing; what came from outside is text."""

import json
import time
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from bench.errors import RunError
from bench.report import dashboard
from bench.report.dashboard import render
from bench.results import Latency
from bench.store.history import WRITING, History, _insert

HOSTILE = "</script><script>window.hacked=true</script><img src=x onerror=alert(1)>\"'&amp;\x1b[31m"


class Page(HTMLParser):
    """What is in a page: its tags with their attributes, the text between them, and the data of its script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.data: dict = {}
        self.inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside not in {"script", "style"}:
            self.texts.append(data)
        elif self.tags[-1][1].get("id") == "data":
            self.data = json.loads(data)

    def links(self) -> list[str]:
        return [str(tag["href"]) for name, tag in self.tags if name == "a"]

    def words(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture
def reports(tmp_path):
    return tmp_path / "reports"


@pytest.fixture
def keep(make, reports):
    """Take a run for each latency into the history: `keep(latencies, accuracies, suite=, **changes of the case)`."""

    def fill(latencies, accuracies=None, suite="trial", written=True, **changes):
        history = History(reports, make=True)
        with history._open(WRITING) as connection:
            for number, latency in enumerate(latencies):
                metrics = [make.metric(value=accuracies[number])] if accuracies is not None else []
                rows = [make.measurement(latency_s=Latency(latency, None, None), throughput_per_s=1 / latency)]
                results = replace(
                    make.results(cases=[make.case(measurements=rows, metrics=metrics, **changes)]),
                    run_id=f"{suite}-{number}",
                    suite={"name": suite},
                    started=f"2026-01-01T{number // 60:02}:{number % 60:02}:00+00:00",
                    environment={"git": {"commit": f"{number:07x}{'0' * 33}"}},
                )
                folder = reports / "runs" / f"{number} of {len(suite)}"
                if written:
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / "report.html").write_text("a report")
                _insert(connection, results, folder.relative_to(reports).as_posix())
        return history

    return fill


def stepped(before=20, after=6, step=1.2, seed=0):
    random = np.random.default_rng(seed)
    return np.repeat([1e-3, step * 1e-3], [before, after]) * (1 + 0.02 * random.normal(size=before + after))


def test_the_page_loads_nothing_and_the_browser_is_told_so(keep, reports):
    found = Page(render(keep(stepped()), reports))
    assert not [tag for _, tag in found.tags if "src" in tag]
    assert [tag["href"] for name, tag in found.tags if name == "link"] == ["data:,"]
    policies = [tag["content"] for _, tag in found.tags if tag.get("http-equiv") == "Content-Security-Policy"]
    assert policies[0].startswith("default-src 'none';")


def test_what_has_become_worse_is_told_first_with_its_run_and_commit(keep, reports):
    keep(stepped(), suite="slower")
    found = Page(render(keep(stepped(step=0.5), suite="faster"), reports))
    words = found.words()
    amounts = {
        trend["suite"]: trend["changes"][0][2] for trend in found.data["trends"] if trend["figure"] == "latency-p50"
    }
    assert 15 < float(amounts["slower"].removesuffix(" %")) < 25
    assert all(f"latency-p50 {amount} " in words for amount in amounts.values())
    assert words.index("worse since slower-20 (0000014) tiny@points#0, in slower") < words.index(
        "better since faster-20 (0000014) tiny@points#0, in faster"
    )
    assert "Became worse in 1 of" in words
    assert "Became better in 1 of" in words


def test_what_is_neither_better_nor_worse_is_told_without_a_judgement(keep, reports, make):
    keep([1e-3] * 5, artifacts=[make.artifact()])
    history = keep([1e-3] * 5, artifacts=[make.artifact(parameters=617)])
    assert history.runs()[0].suite == "trial"
    with history._open(WRITING) as connection:  # the runs before are of another number of parameters
        connection.execute("UPDATE figures SET value = 1234 WHERE name = 'parameters' AND run < 10")
    found = Page(render(history, reports))
    assert "parameters -50 % since trial-4 (0000004)" in found.words()
    (trend,) = [one for one in found.data["trends"] if one["figure"] == "parameters"]
    assert trend["better"] is None
    assert trend["changes"] == [[4, "changed", "-50 %", 1234]]


def test_too_few_runs_to_tell_a_change_are_told(keep, reports):
    found = Page(render(keep([1e-3, 1.1e-3, 1.2e-3]), reports))
    assert "No figure has changed in the newest 3 runs of any suite; some have too few runs to tell." in found.words()
    assert "of the newest 3 runs" in found.words()
    assert all(trend["short"] for trend in found.data["trends"])


@pytest.mark.parametrize(("figure", "least"), [("latency-p50", 12), ("parameters", 4)])
def test_a_figure_that_repeats_exactly_needs_fewer_runs(keep, reports, figure, least):
    for count, is_short in ((least - 1, True), (least, False)):
        keep([1e-3 * (1 + number / 100) for number in range(count)], suite=f"of-{count}")
        found = Page(render(History(reports), reports, f"of-{count}"))
        assert {trend["short"] for trend in found.data["trends"] if trend["figure"] == figure} == {is_short}


def test_a_lonely_run_is_the_only_one(keep, reports):
    assert "No figure has changed in the only run of any suite" in Page(render(keep([1e-3]), reports)).words()


def test_what_changed_long_ago_is_marked_but_no_news(keep, reports):
    found = Page(render(keep(stepped(after=dashboard.RECENT + 1)), reports))
    assert "No figure has changed in the newest 30 runs of any suite." in found.words()
    assert [len(trend["changes"]) for trend in found.data["trends"] if trend["figure"] == "latency-p50"] == [1]


def test_a_link_leads_from_the_page_to_each_report_that_is_there(keep, reports, tmp_path):
    found = Page(render(keep(stepped()), tmp_path / "elsewhere" / "deep"))
    addresses = {link for link in found.links() if not link.startswith("#")}
    assert addresses == {f"../../reports/runs/{number}%20of%205/report.html" for number in range(26)}
    assert set(found.data["suites"][0]["reports"]) == addresses
    assert all(f"#{one}" in found.links() for one in ("changes", "trends", "runs"))


def test_a_run_without_a_report_has_no_link(keep, reports):
    found = Page(render(keep(stepped(), written=False), reports))
    assert all(link.startswith("#") for link in found.links())
    assert "trial-25" in found.texts


def test_a_trend_has_its_values_where_its_runs_are(keep, reports, make):
    keep([1e-3] * 2)
    history = keep([1e-3] * 4, [0.5, 0.25, 0.123456789, 1.0])
    with history._open(WRITING) as connection:
        numbers = [row[0] for row in connection.execute("SELECT number FROM runs ORDER BY started")]
        connection.execute("DELETE FROM figures WHERE name = 'accuracy' AND run IN (?, ?)", (numbers[0], numbers[2]))
    (trend,) = [one for one in Page(render(history, reports)).data["trends"] if one["figure"] == "accuracy"]
    assert (trend["first"], trend["values"], trend["better"]) == (1, [0.25, None, 1], True)


def test_one_suite_alone_or_none_that_is_there(keep, reports):
    keep([1e-3] * 3, suite="first")
    history = keep([1e-3] * 3, suite="second")
    found = Page(render(history, reports, "second"))
    assert [suite["name"] for suite in found.data["suites"]] == ["second"]
    assert "first-0" not in found.words()
    with pytest.raises(RunError, match=r"there are no runs of 'secnd' in .*did you mean 'second'"):
        render(history, reports, "secnd")


def test_without_runs_there_is_no_page(reports):
    with pytest.raises(RunError, match="there are no runs in"):
        render(History(reports, make=True), reports)


def test_what_came_from_outside_is_text(keep, reports, make):
    plain = Page(render(keep(stepped()), reports))
    artifacts = [make.artifact(name=HOSTILE, precision=HOSTILE)]
    text = render(keep(stepped(), suite=HOSTILE, id=HOSTILE, artifacts=artifacts), reports)
    found = Page(text)
    assert "\x1b" not in text
    tags = [name for name, _ in found.tags]
    assert (tags.count("script"), tags.count("img")) == ([name for name, _ in plain.tags].count("script"), 0)
    readable = HOSTILE.replace("\x1b[31m", "")
    assert {trend["case"] for trend in found.data["trends"]} == {readable, "tiny@points#0"}
    assert readable in found.texts


def test_many_changes_are_counted(keep, reports, monkeypatch):
    monkeypatch.setattr(dashboard, "TOLD", 1)
    keep(stepped(), suite="one")
    assert "1 more changes are marked" in Page(render(keep(stepped(), suite="two"), reports)).words()


def test_a_thousand_runs_of_twenty_cases_with_ten_figures_take_seconds_and_a_few_megabytes(reports):
    random = np.random.default_rng(0)
    history = History(reports, make=True)
    values = random.lognormal(size=(1000, 20, 10)).tolist()
    with history._open(WRITING) as connection:
        for run in range(1000):
            row = (run, f"run-{run}", "trial", f"trial/run-{run}", f"{run:05}", "passed", "", "")
            connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)", row)
            rows = [
                (f"figure-{figure}", f"case-{case}", "forward", run, value, "s", False)
                for case, of_case in enumerate(values[run])
                for figure, value in enumerate(of_case)
            ]
            connection.executemany("INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    began = time.process_time()
    text = render(history, reports)
    assert time.process_time() - began < 10
    assert len(text) < 10_000_000
    assert len(Page(text).data["trends"]) == 200
