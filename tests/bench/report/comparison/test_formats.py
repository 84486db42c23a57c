"""The formats by name."""

import json
import subprocess
import sys

import pytest

from bench.compare.scales import MOST
from bench.report.comparison.formats import FORMATS, no_baseline

BEGINS = {
    "text": "digits: cases failed\n",
    "md": "<!-- bench compare -->\n## digits",
    "json": '{"format": 1,',
    "junit": "<?xml",
    "github": "::error ",
    "html": "<!doctype html>",
}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_writes_every_comparison(made, hostile, form):
    for comparison in (made.comparison(), made.empty(), made.named(hostile), made.named(""), made.named("\ud800")):
        for strict in (False, True):
            text = FORMATS[form](comparison, strict)
            assert text.endswith("\n")
            assert text.encode()
    assert FORMATS[form](made.comparison(), False).startswith(BEGINS[form])


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "json"])
def test_no_reader_is_told_of_a_long_number(made, form):
    row = made.row(verdict="inconclusive", change=MOST / 2, interval=(-MOST, MOST), detectable=MOST)
    text = FORMATS[form](made.comparison(rows=(row,)), False)
    assert "more than 1,000 times as slow" in text
    assert f"{MOST:.0f}"[:6] not in text


def test_programs_are_told_of_numbers(made):
    row = made.row(interval=(-0.9999, MOST))
    assert (
        json.loads(FORMATS["json"](made.comparison(rows=(row,)), False))["comparison"]["rows"][0]["interval"][1] == MOST
    )


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_that_there_is_no_baseline(form):
    text = no_baseline(form, "main", ["old"])
    assert "There is no baseline main yet" in text
    assert "bench baseline set main latest" in text


def test_a_format_is_imported_when_it_is_asked_for():
    code = "import sys, bench.report.comparison.formats as f; print([m for m in sys.modules if 'comparison.' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['bench.report.comparison.formats']\n"


@pytest.mark.parametrize("form", ["md", "html"])
def test_it_says_why_a_timing_need_not_be_that_of_the_report(made, form):
    assert "geometric mean of what its processes found" in FORMATS[form](made.comparison(), False)
