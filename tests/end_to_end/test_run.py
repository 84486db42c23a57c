"""A suite from YAML to its reports."""

import hashlib
import json
from pathlib import Path

import jsonschema
import numpy as np
import onnx
import pytest

SCHEMA = Path(__file__).parents[2] / "docs" / "results.schema.json"


@pytest.fixture(scope="module")
def results(small_run):
    return json.loads((small_run.folder / "results.json").read_text())


def test_it_passes_and_says_where_the_report_is(small_run):
    assert small_run.code == 0, small_run.err
    assert str(small_run.folder / "report.html") in small_run.out
    assert "mlp[hidden=8]@digits#0: train" in small_run.err


def test_results_follow_the_schema_of_the_repository(results):
    jsonschema.validate(results, json.loads(SCHEMA.read_text()))
    assert results["status"] == "passed"
    assert [case["id"] for case in results["cases"]] == [
        f"mlp[hidden={width}]@digits#{seed}" for width in (8, 16) for seed in (0, 1)
    ]


def test_every_figure_is_tied_to_its_files(small_run, results):
    for case in results["cases"]:
        (artifact,) = case["artifacts"]
        graph = small_run.folder / artifact["path"]
        assert hashlib.sha256(graph.read_bytes()).hexdigest() == artifact["sha256"]
        assert graph.stat().st_size == artifact["bytes"]
        weights = small_run.folder / case["training"]["checkpoint"]
        assert hashlib.sha256(weights.read_bytes()).hexdigest() == case["training"]["checkpoint_sha256"]
        for row in case["measurements"]:
            samples = np.load(small_run.folder / row["samples_path"])
            assert len(samples) == row["samples"] >= 2 * 70
            assert set(samples[:, 0]) == {0, 1}
            assert np.median(samples[:, 1]) / 1e9 == pytest.approx(row["latency_s"]["p50"])
            assert row["throughput_per_s"] == pytest.approx(row["batch_size"] / samples[:, 1].mean() * 1e9)


def test_every_combination_is_timed_and_scored(results):
    for case in results["cases"]:
        rows = {(row["runtime"], row["batch_size"]) for row in case["measurements"]}
        assert rows == {(runtime, size) for runtime in ("onnxruntime", "torch") for size in (1, 8)}
        scored = {(metric["runtime"], metric["name"]) for metric in case["metrics"]}
        names = ("accuracy", "error", "cross-entropy", "calibration-error")
        assert scored == {(runtime, name) for runtime in ("onnxruntime", "torch") for name in names}
        assert {parity["runtime"] for parity in case["parity"]} == {"onnxruntime", "torch"}
        assert all(parity["excess"] <= 1 for parity in case["parity"])


def test_the_graph_takes_any_batch(small_run, results):
    graph = onnx.load(small_run.folder / results["cases"][0]["artifacts"][0]["path"]).graph
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param
    assert graph.output[0].type.tensor_type.shape.dim[0].dim_param


def test_seeds_differ_and_a_second_run_of_one_gives_the_same_weights(
    small_run, results, bench_command, tmp_path, small_suite
):
    first = {case["id"]: case["training"]["checkpoint_sha256"] for case in results["cases"]}
    assert len(set(first.values())) == len(first)
    (tmp_path / "small.yaml").write_text(small_suite)
    again = bench_command("run", "small.yaml", "--only", "*hidden=8]*#1", "--jobs", "1", folder=tmp_path)
    (case,) = json.loads((again.folder / "results.json").read_text())["cases"]
    expected = next(c for c in results["cases"] if c["id"] == case["id"])
    assert case["metrics"] == expected["metrics"]
    assert case["data"] == expected["data"]


def test_reports_can_be_written_again(small_run, bench_command):
    before = (small_run.folder / "report.md").read_text()
    (small_run.folder / "report.md").unlink()
    again = bench_command("report", small_run.folder, folder=small_run.folder)
    assert again.code == 0
    assert (small_run.folder / "report.md").read_text() == before


def test_nothing_unfinished_is_left(small_run):
    assert not list(small_run.folder.rglob("*.part"))
    assert not list(small_run.folder.rglob("timing-*.json"))


def test_a_missed_gate_is_exit_code_one(bench_command, tmp_path, small_suite):
    (tmp_path / "small.yaml").write_text(small_suite)
    options = ("--only", "*hidden=8]*#0", "--set", "gates={accuracy: {min: 1.01}, latency-p50: {max: 10}}")
    ran = bench_command("run", "small.yaml", *options, folder=tmp_path)
    assert ran.code == 1
    gates = json.loads((ran.folder / "results.json").read_text())["gates"]
    assert {gate["metric"]: gate["passed"] for gate in gates} == {"accuracy": False, "latency-p50": True}
    assert "MISSED" in (ran.folder / "report.md").read_text()


def test_a_dry_run_prints_the_plan_and_writes_nothing(bench_command, tmp_path, small_suite):
    (tmp_path / "small.yaml").write_text(small_suite)
    ran = bench_command("run", "small.yaml", "--dry-run", folder=tmp_path)
    assert ran.code == 0
    assert "4 cases" in ran.out
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("cases=[{model: lenet5, dataset: digits}]", "at least 16x16 pixels"),
        ("cases=[{model: mlp, dataset: digits, params: {hiden: [3]}}]", "did you mean 'hidden'?"),
        ("cases=[{model: mlp, dataset: digits, params: {lr: fast}}]", "not 'fast'"),
        ("cases=[{model: mlp, dataset: digits, data: {size: big}}]", "not 'big'"),
        ("cases=[{model: lenet5, dataset: mnist, params: {variant: 1998}}]", "'1998'"),
        ("measure.device=cuda", "cannot serve 'cuda'"),
    ],
)
def test_what_cannot_work_is_found_before_anything_runs(change, expected, bench_command, tmp_path, small_suite):
    (tmp_path / "small.yaml").write_text(small_suite)
    ran = bench_command("run", "small.yaml", "--set", change, folder=tmp_path)
    assert ran.code == 2
    assert expected in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "reports").exists()


def test_missing_data_is_found_before_anything_runs(bench_command, tmp_path, small_suite):
    (tmp_path / "small.yaml").write_text(small_suite)
    proxy = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    options = ("--set", "cases=[{model: mlp, dataset: mnist}]", "--data", tmp_path / "nowhere")
    ran = bench_command("run", "small.yaml", *options, folder=tmp_path, **proxy)
    assert ran.code == 2
    assert "MNIST is not there and cannot be downloaded" in ran.err
    assert "--data" in ran.err


def test_an_interrupted_run_goes_on_where_it_stopped(bench_command, tmp_path, small_suite):
    (tmp_path / "small.yaml").write_text(small_suite)
    only = ("--only", "#0", "--set", "measure.processes=1")
    first = bench_command("run", "small.yaml", *only, folder=tmp_path)
    before = json.loads((first.folder / "results.json").read_text())["cases"]
    (first.folder / before[1]["artifacts"][0]["path"]).write_bytes(b"damaged")
    again = bench_command("run", "small.yaml", *only, "--resume", first.folder, folder=tmp_path)
    assert again.code == 0
    assert again.folder == first.folder
    after = json.loads((again.folder / "results.json").read_text())["cases"]
    assert after[0]["training"] == before[0]["training"]
    assert after[0]["stages"] == before[0]["stages"]
    assert after[1]["stages"] != before[1]["stages"]
    assert after[1]["metrics"] == before[1]["metrics"]
    assert all(case["measurements"] for case in after)
    assert f"{before[0]['id']}: train" not in again.err
    assert f"{before[1]['id']}: train" in again.err
