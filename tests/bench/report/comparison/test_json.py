"""A comparison for other programs, held against its schema."""

import json
from dataclasses import asdict
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.comparison.json import comparison_schema, no_baseline, render

SCHEMA = Path(__file__).parents[4] / "docs" / "comparison.schema.json"


def read(text: str) -> dict:
    """What stands there, if the schema that is published allows it."""
    found = json.loads(text, parse_constant=pytest.fail)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)
    return found


def test_the_schema_in_the_documents_is_that_of_the_records():
    assert json.loads(SCHEMA.read_text()) == comparison_schema()


def test_the_schema_says_what_the_sign_of_a_change_means():
    row = comparison_schema()["$defs"]["Row"]["properties"]
    assert "Positive is worse" in row["change"]["description"]
    assert all("description" in row[field] for field in ("base", "head", "interval", "detectable"))


def test_it_has_a_version_an_outcome_and_everything_that_is_known(made):
    comparison = made.comparison()
    found = read(render(comparison, False))
    assert (found["format"], found["outcome"], found["exit_code"]) == (1, "cases failed", 3)
    assert found["counts"] == {"regressed": 2, "inconclusive": 2, "improved": 1, "unchanged": 3}
    assert found["comparison"] == json.loads(json.dumps(asdict(comparison)))


def test_strict_changes_what_it_ends_with(made):
    comparison = made.comparison(rows=made.rows()[2:], broken=())
    assert [read(render(comparison, strict))["exit_code"] for strict in (False, True)] == [0, 1]
    assert [read(render(comparison, strict))["strict"] for strict in (False, True)] == [False, True]


def test_the_schema_refuses_what_is_none(made):
    found = json.loads(render(made.comparison(), False))
    found["comparison"]["rows"][0]["verdict"] = "worse"
    with pytest.raises(jsonschema.ValidationError):
        read(json.dumps(found))


@given(st.text(max_size=40))
def test_any_text_comes_through(made, text):
    assert read(render(made.named(text), True))["comparison"]["notes"] == [text]


def test_ten_thousand_rows_and_none(made):
    assert len(json.loads(render(made.huge(), False))["comparison"]["rows"]) == 10_000
    assert read(render(made.empty(), False))["outcome"] == "nothing to compare"


def test_a_missing_baseline():
    found = read(no_baseline("main", []))
    assert (found["outcome"], found["exit_code"], found["comparison"]) == ("no baseline", 0, None)
