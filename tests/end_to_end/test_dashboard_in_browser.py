"""The dashboard in Chromium: drawn when it is seen, filtered, quiet and offline."""

import pytest

from bench.report.dashboard import render
from bench.store.history import WRITING, History

pytestmark = pytest.mark.browser

HOSTILE = "</script><script>window.hacked = true</script>"
CASES = ("slower", "steady", HOSTILE, *(f"other-{number}" for number in range(60)))


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    """Thirty runs of many cases, one of them slower in the last ten; each run has a report."""
    reports = tmp_path_factory.mktemp("reports")
    history = History(reports, make=True)
    with history._open(WRITING) as connection:
        for run in range(30):
            (reports / "trial" / f"run-{run}").mkdir(parents=True)
            (reports / "trial" / f"run-{run}" / "report.html").write_text("<title>a report</title>")
            row = (run, f"run-{run}", "trial", f"trial/run-{run}", f"2026-01-{run + 1:02}T12:00:00+00:00", "passed")
            connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, '', 0)", (*row, f"{run:07}" + "0" * 33))
            for case in CASES if run < 29 else CASES[:-1]:
                latency = (1 + 0.01 * (run * 7 % 5)) * (2 if case == "slower" and run >= 20 else 1) * 1e-3
                for figure, value, direction in (("latency-p50", latency, False), ("parameters", 100, None)):
                    figures = (figure, case, "forward", run, value, "s" if direction is False else "", direction)
                    connection.execute("INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?, ?)", figures)
    path = reports / "dashboard.html"
    path.write_text(render(history, reports), encoding="utf-8")
    return path


@pytest.fixture
def opened(chromium, dashboard):
    """The page; what it logged and what it asked the network for."""
    page = chromium.new_page(color_scheme="light", viewport={"width": 1400, "height": 900})
    page.logged, page.asked = [], []
    page.on("console", lambda message: page.logged.append(message.text))
    page.on("pageerror", lambda error: page.logged.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(dashboard.as_uri())
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    page.asked.remove(dashboard.as_uri())
    yield page
    page.close()


def card(page, case):
    """The card of a case's latency, which comes before those of its other figures."""
    return page.locator(".trend", has=page.locator(f"b[title='{case}']")).first


def test_it_is_quiet_and_what_came_from_outside_is_text(opened):
    assert opened.logged == []
    assert [url for url in opened.asked if not url.startswith("data:")] == []
    assert opened.evaluate("window.hacked") is None
    assert opened.get_by_text(HOSTILE).count() == 2


def test_a_trend_is_drawn_when_it_is_seen_with_its_change(opened):
    assert opened.locator(".trend").count() == 2 * len(CASES)
    assert opened.locator(".trend svg").count() < len(CASES)
    opened.locator(".trend").last.scroll_into_view_if_needed()
    opened.wait_for_selector(".trend:last-child svg")
    one = card(opened, "slower")
    one.scroll_into_view_if_needed()
    one.locator("path.mark.worse").wait_for(state="attached")
    assert "worse since 0000020" in one.inner_text()
    assert card(opened, "steady").locator("path.mark").count() == 0


def test_a_figure_that_the_newest_run_lacks_is_not_told_as_of_now(opened):
    assert "now 2.06 ms" in card(opened, "slower").text_content()
    assert "last 1.01 ms · 2026-01-29 12:00" in card(opened, CASES[-1]).text_content()


def test_pointing_tells_of_a_run_and_a_click_opens_its_report(opened):
    one = card(opened, "slower")
    one.scroll_into_view_if_needed()
    plot = one.locator(".plot")
    box = plot.bounding_box()
    plot.hover(position={"x": box["width"] - 2, "y": 20})
    assert "2.06 ms · 2026-01-30 12:00\nrun-29 (0000029)" in one.inner_text()
    plot.click(position={"x": 2, "y": 20})
    opened.wait_for_url("**/trial/run-0/report.html")


def test_filters_leave_what_fits(opened):
    shown = opened.locator(".trend:visible")
    opened.check("[name=changed]")
    assert shown.count() == 1
    opened.uncheck("[name=changed]")
    opened.fill("[name=text]", "STEADY")
    assert shown.count() == 2
    opened.select_option("[name=figure]", "parameters")
    assert shown.count() == 1
    assert opened.inner_text("#shown") == f"1 of {2 * len(CASES)} trends"
    opened.click(".jump >> nth=0")  # to a trend that is filtered out
    assert "slower" in opened.locator(".trend:target").inner_text()
    assert shown.count() == 2 * len(CASES)


def test_the_page_changes_with_the_theme(opened):
    background = "getComputedStyle(document.body).backgroundColor"
    light = opened.evaluate(background)
    opened.click("#theme")
    assert opened.evaluate(background) != light


def test_nothing_is_wider_than_a_phone(opened):
    opened.set_viewport_size({"width": 390, "height": 800})
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")
