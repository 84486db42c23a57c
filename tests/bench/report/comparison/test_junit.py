"""A comparison as JUnit's XML, read by a parser that this project did not write."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.comparison.junit import no_baseline, render


def suite_of(text: str) -> ET.Element:
    """The one suite; its counts are those of its cases."""
    root = ET.fromstring(text.encode())
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    counts = {"tests": "testcase"} | {
        name: f"testcase/{tag}" for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    assert {name: int(suite.get(name)) for name in counts} == {
        name: len(suite.findall(path)) for name, path in counts.items()
    }
    return suite


def kinds(suite: ET.Element) -> dict[str, str]:
    """Name of a case -> what became of it."""
    tags = {"failure", "error", "skipped"}
    return {
        f"{case.get('classname')} {case.get('name')}": next(
            (child.tag for child in case if child.tag in tags), "passed"
        )
        for case in suite.findall("testcase")
    }


@pytest.mark.parametrize(("strict", "open_"), [(False, "skipped"), (True, "failure")])
def test_a_figure_is_a_case(made, strict, open_):
    rows = made.rows()[:2] + made.rows()[3:6] + made.rows()[7:]
    suite = suite_of(render(made.comparison(rows=rows), strict))
    where = "lenet5@mnist forward onnxruntime fp32 cpu"
    assert suite.get("name") == "digits"
    assert kinds(suite) == {
        f"{where} latency-p50": "failure",
        f"{where} throughput": "failure",
        f"{where} latency-p99": open_,
        f"{where} start": "passed",
        f"{where} latency-p90": "passed",
        "lenet5@mnist forward fp32 bytes": "passed",
        "vae@mnist decoder fp32 nodes": open_,
        "mlp@mnist#0 the case, in the head": "error",
        "pca@mnist#0 the case, in the base": "skipped",
        "pca@mnist#0 the case, in the head": "skipped",
    }


def test_a_failure_says_how_much_and_what_is_open_says_why(made):
    suite = suite_of(render(made.comparison(), False))
    assert suite.find("testcase/failure").get("message").startswith("1.2 ms -> 1.27 ms, 6.2 % slower")
    skipped = suite.find("testcase/skipped")
    assert "what helps: more `seeds`" in skipped.get("message")
    assert skipped.text.endswith("three seeds are few")


def test_both_runs_are_properties(made):
    suite = suite_of(render(made.comparison(), False))
    values = {one.get("name"): one.get("value") for one in suite.findall("properties/property")}
    assert values["base"].startswith("20260101-120000-1a2b")
    assert values["head"].startswith("20260102-120000-3c4d")


def test_what_came_from_outside_is_text(made, hostile):
    suite = suite_of(render(made.named(hostile), True))
    assert "<script>" in suite.get("name")
    assert "\uffff" not in suite.get("name")


@given(st.text(max_size=60))
def test_any_text_makes_xml(made, text):
    suite_of(render(made.named(text), True))
    suite_of(no_baseline(text, [text]))


def test_ten_thousand_rows_and_none(made):
    assert suite_of(render(made.comparison(rows=made.huge().rows), False)).get("failures") == "10000"
    assert suite_of(render(made.empty(), False)).get("tests") == "0"


def test_a_missing_baseline_is_skipped():
    suite = suite_of(no_baseline("main", []))
    assert kinds(suite) == {"baseline main": "skipped"}
