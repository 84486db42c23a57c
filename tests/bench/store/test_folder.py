"""Run directories, and results.json in them: written whole, read back the same, refused when damaged."""

import dataclasses
import json
import math
import os

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import RunError
from bench.results import FORMAT, CaseResult, Failure, GateResult, MetricResult, RunResult
from bench.store.folder import new_folder, read_results, results_schema, write_results, write_text


@pytest.fixture
def results(make) -> RunResult:
    """Results with a bit of everything."""
    failed = make.case(
        "small",
        status="failed",
        error=Failure("train", "ValueError", "it broke", "plugin"),
        failures=[Failure("train", "ValueError", "it broke", "plugin")],
        training=None,
        data=None,
        artifacts=[],
        metrics=[],
        measurements=[],
    )
    gate = GateResult("accuracy", "tiny@points", "at least 0.9", 0.9, True, "forward graph fp32")
    return make.results(cases=[make.case(), failed], gates=[gate])


def test_a_new_folder_is_named_after_suite_and_time(tmp_path):
    folder = new_folder(tmp_path / "reports", "trial")
    assert folder.parent == tmp_path / "reports" / "trial"
    assert folder.is_dir()


def test_two_runs_in_one_second_have_folders_of_their_own(tmp_path):
    assert new_folder(tmp_path, "trial") != new_folder(tmp_path, "trial")


def test_a_folder_that_cannot_be_made_is_an_error_with_a_hint(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"Not a directory \(name another folder with --output\)"):
        new_folder(tmp_path / "file", "trial")


def test_results_come_back_as_they_were_written(results, tmp_path):
    write_results(results, tmp_path)
    assert read_results(tmp_path) == (results, tmp_path)


def test_results_are_read_from_the_file_too(results, tmp_path):
    path = write_results(results, tmp_path)
    assert read_results(path) == (results, tmp_path)


@given(
    value=st.floats(allow_nan=False, allow_infinity=False),
    text=st.text(),
    params=st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.booleans())),
)
def test_any_text_and_number_comes_back(make, tmp_path, value, text, params):
    metric = make.metric(value=value, unit=text)
    written = make.results(cases=[make.case(params=params, error=Failure("train", "Error", text), metrics=[metric])])
    write_results(written, tmp_path)
    assert read_results(tmp_path)[0] == written


def test_written_results_are_valid_by_their_schema(results, tmp_path):
    schema = results_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    content = json.loads(write_results(results, tmp_path).read_text())
    jsonschema.validate(content, schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("change", [{"cases": 3}, {"status": "perfect"}, {"seconds": "long"}])
def test_the_schema_refuses_what_results_never_hold(results, tmp_path, change):
    content = json.loads(write_results(results, tmp_path).read_text()) | change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, results_schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("record", [RunResult, CaseResult, MetricResult])
def test_the_schema_knows_every_field(record):
    schema = results_schema()
    part = schema if record is RunResult else schema["$defs"][record.__name__]
    assert set(part["properties"]) == {field.name for field in dataclasses.fields(record)}


def test_the_file_is_plain_json_that_names_its_format(results, tmp_path):
    content = json.loads(write_results(results, tmp_path).read_text())
    assert content["format"] == FORMAT == 1
    assert [case["id"] for case in content["cases"]] == ["tiny@points#0", "small@points#0"]


def test_what_another_version_added_is_passed_over(results, tmp_path):
    path = write_results(results, tmp_path)
    content = json.loads(path.read_text())
    content["cases"][0]["mood"] = "good"
    path.write_text(json.dumps(content))
    assert read_results(tmp_path)[0] == results


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda text: text[: len(text) // 2], "damaged: "),
        (lambda text: "", "damaged: Expecting value"),
        (lambda text: "[" * 100_000, "damaged: it is nested too deeply"),
        (lambda text: text.replace('"value": 0.9', '"value": NaN'), "damaged: NaN is no finite number"),
        (lambda text: text.replace('"value": 0.9', '"value": -Infinity'), "damaged: -Infinity is no finite number"),
        (lambda text: text.replace('"value": 0.9', '"value": 1e999'), "damaged: 1e999 is no finite number"),
        (lambda text: text.replace('"value": 0.9', '"value": "nan"'), "damaged: cases.0.metrics.0.value: "),
        (lambda text: "[]", "has the format None (this version of bench reads format 1)"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "has the format 2 (this version of bench reads form"),
        (lambda text: text.replace('"value": 0.9', '"value": "high"'), "damaged: cases.0.metrics.0.value: "),
        (lambda text: text.replace('"run_id"', '"run"'), "damaged: run_id: "),
    ],
)
def test_damaged_results_are_refused_with_the_reason(results, tmp_path, damage, says):
    path = write_results(results, tmp_path)
    path.write_text(damage(path.read_text()))
    with pytest.raises(RunError) as caught:
        read_results(tmp_path)
    assert str(caught.value).startswith(f"{path}: {says}")


def test_results_that_are_no_text_are_damaged(tmp_path):
    (tmp_path / "results.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(RunError, match=r"results\.json: damaged: "):
        read_results(tmp_path)


@pytest.mark.parametrize("name", ["", "nowhere", "nowhere/results.json"])
def test_no_results_say_what_to_name_instead(tmp_path, name):
    with pytest.raises(RunError, match=r"No such file or directory \(name a run directory: reports/<suite>/<run id>\)"):
        read_results(tmp_path / name)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_in_json_leaves_the_old_results(make, results, tmp_path, value):
    write_results(results, tmp_path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_results(make.results(cases=[make.case(metrics=[make.metric(value=value)])]), tmp_path)
    assert read_results(tmp_path)[0] == results


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path, monkeypatch):
    path = tmp_path / "report.md"
    write_text(path, "old")
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(path.read_text()))
    write_text(path, "new")
    assert seen == ["old"]
    assert path.read_text() == "new"


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "report.md"
    write_text(path, "old")

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_take_a_folders_place_is_not_left_beside_it(tmp_path):
    (tmp_path / "report.md").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_text(tmp_path / "report.md", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def test_writing_leaves_nothing_else_behind(results, tmp_path):
    write_results(results, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]
