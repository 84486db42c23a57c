"""The HTML report in Chromium: drawn, quiet, offline, and with nothing in it that runs by accident."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(chromium, small_run):
    """The report, once its charts are drawn; what it logged and what it asked the network for."""
    page = chromium.new_page(color_scheme="light", viewport={"width": 1240, "height": 900})
    page.logged, page.asked = [], []
    page.on("console", lambda message: page.logged.append(message.text))
    page.on("pageerror", lambda error: page.logged.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    address = (small_run.folder / "report.html").as_uri()
    page.goto(address)
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    page.asked.remove(address)
    yield page
    page.close()


def test_nothing_is_logged_and_nothing_is_asked_of_the_network(opened):
    assert opened.logged == []
    assert [url for url in opened.asked if not url.startswith(("data:", "blob:"))] == []


def test_every_chart_is_drawn(opened):
    for key, least in (("throughput", 4), ("curves", 4), ("front", 2)):
        traces = opened.locator(f"#chart-{key} .scatterlayer .trace")
        assert traces.count() >= least
        box = opened.locator(f"#chart-{key} .main-svg").first.bounding_box()
        assert min(box["width"], box["height"]) > 100


def test_pictures_are_there(opened):
    widths = opened.eval_on_selector_all("img", "images => images.map(image => image.naturalWidth)")
    assert len(widths) == 4
    assert min(widths) > 200


def test_the_page_changes_with_the_theme(opened):
    background = "getComputedStyle(document.body).backgroundColor"
    light = opened.evaluate(background)
    grid = opened.evaluate("document.getElementById('chart-curves').layout.xaxis.gridcolor")
    opened.click("#theme")
    assert opened.evaluate(background) != light
    opened.wait_for_function(f"document.getElementById('chart-curves').layout.xaxis.gridcolor !== '{grid}'")
    opened.emulate_media(color_scheme="light")
    opened.emulate_media(color_scheme="dark")
    opened.wait_for_function("document.documentElement.classList.contains('dark')")


def test_what_came_from_outside_is_text(opened):
    assert opened.evaluate("window.hacked") is None
    assert "<script>window.hacked = true</script> & *stars* | pipes" in opened.inner_text(".lead")


def test_nothing_is_wider_than_a_phone(opened):
    opened.set_viewport_size({"width": 390, "height": 800})
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")


def test_it_is_under_six_megabytes(small_run):
    assert (small_run.folder / "report.html").stat().st_size < 6_000_000
