"""The formats by name."""

import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_that_there_is_no_baseline(form):
    text = no_baseline(form, "main", ["old"])
    assert "There is no baseline main yet" in text
    assert "bench baseline set main latest" in text


def test_a_format_is_imported_when_it_is_asked_for():
    code = "import sys, bench.report.comparison.formats as f; print([m for m in sys.modules if 'comparison.' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['bench.report.comparison.formats']\n"
