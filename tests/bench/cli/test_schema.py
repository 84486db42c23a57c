"""`bench schema`."""

import json
from pathlib import Path

import jsonschema
import pytest


@pytest.mark.parametrize(
    ("arguments", "title"),
    [([], "Suite"), (["suite"], "Suite"), (["results"], "bench results"), (["comparison"], "bench comparison")],
)
def test_a_json_schema_is_printed(command, arguments, title):
    answer = command("schema", *arguments)
    schema = json.loads(answer.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert (answer.code, schema["title"]) == (0, title)


@pytest.mark.parametrize("what", ["suite", "results", "comparison"])
def test_the_documentation_has_it(command, what):
    path = Path(__file__).parents[3] / "docs" / f"{what}.schema.json"
    assert path.read_text(encoding="utf-8") == command("schema", what).out


def test_everything_that_a_suite_may_say_is_described(command):
    schema = json.loads(command("schema").out)
    parts = {"suite": schema, **schema["$defs"]}
    bare = [
        f"{part}.{key}"
        for part, content in parts.items()
        for key, field in content["properties"].items()
        if "description" not in field and "$ref" not in field
    ]
    assert not bare


def test_an_unknown_schema_is_told_with_what_is_allowed(command):
    answer = command("schema", "result")
    assert answer.code == 2
    assert "(did you mean 'results'? allowed: comparison, results, suite)" in answer.err
