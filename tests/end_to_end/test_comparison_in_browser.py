"""The page of a comparison in Chromium: drawn, filtered, quiet, offline, and the same without its script."""

from dataclasses import replace

import pytest

from bench.compare.records import Broken, Comparison, Key, Row, Side, Threshold
from bench.report.comparison.html import render

pytestmark = pytest.mark.browser

HOSTILE = "</script><script>window.hacked = true</script><img src=x onerror='window.hacked = true'>"


@pytest.fixture(scope="module")
def comparison():
    """Rows of every verdict; one case has a name that tries to be markup."""
    row = Row(
        key=Key(HOSTILE, "forward onnxruntime fp32", "latency-p50"), kind="timing", unit="s", higher_is_better=False,
        base=1e-3, head=1.2e-3, change=0.2, interval=(0.15, 0.25), detectable=0.1, threshold=Threshold(0.05, "gate"),
        verdict="regressed", method="Welch's t",
    )  # fmt: skip
    better = replace(row, key=Key("mlp@digits", "p", "throughput"), change=-9.0, interval=None, verdict="improved")
    same = [
        replace(row, key=Key(f"case-{number}", "p", "bytes"), change=0.01, interval=(0.0, 0.02), verdict="unchanged")
        for number in range(40)
    ]
    side = Side("20260101-120000-1a2b", HOSTILE, "/nowhere", "2026-01-01T12:00:00", "3026e83a51", "a machine " * 9)
    return Comparison(side, side, (row, better, *same), broken=(Broken(HOSTILE, "head", HOSTILE),), notes=(HOSTILE,))


@pytest.fixture(scope="module")
def address(comparison, tmp_path_factory):
    path = tmp_path_factory.mktemp("comparison") / "comparison.html"
    path.write_text(render(comparison, False), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(chromium, address):
    """The page; what it logged and what it asked the network for."""
    page = chromium.new_page(color_scheme="light", viewport={"width": 1240, "height": 900})
    page.logged, page.asked = [], []
    page.on("console", lambda message: page.logged.append(message.text))
    page.on("pageerror", lambda error: page.logged.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    page.asked.remove(address)
    yield page
    page.close()


def shown(page) -> int:
    return page.locator("#figures tbody tr:visible").count()


def test_it_is_quiet_and_what_came_from_outside_is_text(opened):
    assert opened.logged == []
    assert [url for url in opened.asked if not url.startswith("data:")] == []
    assert opened.evaluate("window.hacked") is None
    assert HOSTILE in opened.inner_text("h1")
    assert opened.locator("img").count() == 0


def test_a_drawing_lies_within_its_room(opened):
    boxes = [opened.locator(f".change {part}").nth(0).bounding_box() for part in ("circle", ".threshold", ".zero")]
    outer = opened.locator(".change").first.bounding_box()
    assert all(outer["x"] <= box["x"] <= outer["x"] + outer["width"] for box in boxes)
    change, threshold, zero = (box["x"] for box in boxes)
    assert zero < threshold < change


def test_the_rows_are_filtered_by_verdict_and_text(opened):
    assert shown(opened) == 42
    opened.select_option("[name=verdict]", "unchanged")
    assert shown(opened) == 40
    opened.fill("[name=text]", "CASE-3 bytes")
    assert shown(opened) == 11
    assert opened.inner_text("output") == "11 of 42"
    opened.fill("[name=text]", "")
    opened.select_option("[name=verdict]", "")
    assert shown(opened) == 42


def test_without_its_script_it_is_a_plain_table(chromium, address):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(address)
    assert shown(page) == 42
    assert not page.locator(".filter").is_visible()
    page.close()


def test_the_page_changes_with_the_theme(opened):
    colour = "getComputedStyle(document.querySelector('.change')).color"
    light = opened.evaluate(colour)
    opened.click("#theme")
    assert opened.evaluate(colour) != light


def test_nothing_is_wider_than_a_phone(opened):
    opened.set_viewport_size({"width": 390, "height": 800})
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")
