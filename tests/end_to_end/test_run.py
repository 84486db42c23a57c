"""A suite from YAML to its reports."""

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import numpy as np
import onnx
import pytest
import torch

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
        assert sum(artifact["operators"].values()) == artifact["nodes"]
        assert artifact["operators"]["Gemm"] == 2
        weights = small_run.folder / case["training"]["checkpoint"]
        assert hashlib.sha256(weights.read_bytes()).hexdigest() == case["training"]["checkpoint_sha256"]
        scored = [row for row in case["metrics"] if row["name"] != "calibration-error"]
        for row in scored:
            assert np.load(small_run.folder / row["scores_path"]).mean() == pytest.approx(row["value"], rel=1e-5)
        assert len({row["scores_path"] for row in scored}) == len(scored)
        for row in case["measurements"]:
            samples = np.load(small_run.folder / row["samples_path"])
            assert len(samples) == row["samples"] >= 2 * 70
            assert set(samples[:, 0]) == {0, 1}
            assert np.median(samples[:, 1]) / 1e9 == pytest.approx(row["latency_s"]["p50"])
            assert row["throughput_per_s"] == pytest.approx(row["batch_size"] / samples[:, 1].mean() * 1e9)


def test_the_run_is_in_the_history_with_its_figures(small_run, bench_command, results):
    folder = small_run.folder.parents[2]
    listed = bench_command("history", folder=folder).out
    assert results["run_id"] in listed
    trend = bench_command("history", "trend", "accuracy", "--only", "hidden=16", folder=folder).out
    assert [line.split()[0] for line in trend.splitlines() if line.startswith("mlp")] == [
        case["id"] for case in results["cases"][2:] for _ in range(2)
    ]
    assert bench_command("baseline", "set", "main", "latest", folder=folder).out == f"main: {results['run_id']}\n"


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


def cases_of(folder):
    return json.loads((folder / "results.json").read_text())["cases"]


def weights_of(folder, case):
    content = torch.load(folder / case["training"]["checkpoint"], weights_only=True)
    return {name: tensor.tolist() for name, tensor in content["weights"].items()}


@pytest.fixture(scope="module")
def one_again(bench_command, tmp_path_factory, small_suite):
    """One case of the small run once more, with gates, in a folder with files that are called like packages."""
    folder = tmp_path_factory.mktemp("again")
    (folder / "small.yaml").write_text(small_suite)
    for package in ("onnxruntime", "numpy", "torch"):
        (folder / f"{package}.py").write_text("raise RuntimeError('the wrong file')")
    options = ("--only", "*hidden=8]*#1", "--set", "gates={accuracy: {min: 1.01}, latency-p50: {max: 10}}")
    return bench_command("run", "small.yaml", *options, folder=folder)


def test_seeds_differ_and_a_second_run_of_one_gives_the_same_weights(small_run, results, one_again):
    first = {case["id"]: case["training"]["checkpoint_sha256"] for case in results["cases"]}
    assert len(set(first.values())) == len(first)
    (case,) = cases_of(one_again.folder)
    expected = next(c for c in results["cases"] if c["id"] == case["id"])
    assert weights_of(one_again.folder, case) == weights_of(small_run.folder, expected)
    assert case["metrics"] == expected["metrics"]
    assert case["data"] == expected["data"]


def test_a_missed_gate_is_exit_code_one(one_again):
    assert one_again.code == 1, one_again.err
    gates = json.loads((one_again.folder / "results.json").read_text())["gates"]
    assert {gate["metric"]: gate["passed"] for gate in gates} == {"accuracy": False, "latency-p50": True}
    assert "MISSED" in (one_again.folder / "report.md").read_text()


def test_files_in_the_current_folder_stand_in_for_no_package(one_again):
    (case,) = cases_of(one_again.folder)
    assert (case["status"], case["failures"]) == ("passed", [])
    assert {row["runtime"] for row in case["measurements"]} == {"onnxruntime", "torch"}


def test_reports_can_be_written_again(small_run, bench_command):
    before = (small_run.folder / "report.md").read_text()
    (small_run.folder / "report.md").unlink()
    again = bench_command("report", small_run.folder, folder=small_run.folder)
    assert again.code == 0
    assert (small_run.folder / "report.md").read_text() == before


def test_nothing_unfinished_is_left(small_run):
    assert not list(small_run.folder.rglob("*.part"))
    assert not list(small_run.folder.rglob("timing-*.json"))


def test_a_dry_run_prints_the_plan_writes_nothing_and_goes_on_where_a_case_cannot_be_rehearsed(
    bench_command, tmp_path, small_suite, faulty_plugin
):
    (tmp_path / "small.yaml").write_text(small_suite)
    cases = "cases=[{model: [mlp, raises], dataset: digits}]"
    ran = bench_command("run", "small.yaml", "--dry-run", "--set", cases, folder=tmp_path, plugins=faulty_plugin)
    assert ran.code == 0
    assert "4 cases" in ran.out
    assert "no estimate for raises@digits: train: " in ran.out
    assert re.search(r"^about \d.* without it: .*training \d+ s.*, timing \d+ s", ran.out, re.MULTILINE)
    assert not (tmp_path / "reports").exists()


# Case -> what is said of it.
IMPOSSIBLE = {
    "{model: lenet5, dataset: digits}": "at least 16x16 pixels",
    "{model: mlp, dataset: digits, params: {hiden: [3]}}": "did you mean 'hidden'?",
    "{model: mlp, dataset: digits, params: {lr: fast}}": "not 'fast'",
    "{model: mlp, dataset: digits, data: {size: big}}": "not 'big'",
    "{model: lenet5, dataset: mnist, params: {variant: 1998}}": "'1998'",
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (f"cases=[{', '.join(IMPOSSIBLE)}]", IMPOSSIBLE.values()),
        ("measure.device=cuda", 2 * ["cannot serve 'cuda'"]),  # neither runtime
    ],
    ids=["cases", "device"],
)
def test_what_cannot_work_is_found_before_anything_runs(change, expected, bench_command, tmp_path, small_suite):
    (tmp_path / "small.yaml").write_text(small_suite)
    ran = bench_command("run", "small.yaml", "--set", change, folder=tmp_path)
    assert ran.code == 2
    for line, words in zip(ran.err.splitlines(), expected, strict=True):
        assert words in line
    assert not (tmp_path / "reports").exists()


def test_missing_data_is_found_before_anything_runs(bench_command, tmp_path, small_suite):
    (tmp_path / "small.yaml").write_text(small_suite)
    proxy = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    options = ("--set", "cases=[{model: mlp, dataset: mnist}]", "--data", tmp_path / "nowhere")
    ran = bench_command("run", "small.yaml", *options, folder=tmp_path, **proxy)
    assert ran.code == 2
    assert "MNIST is not there and cannot be downloaded" in ran.err
    assert "--data" in ran.err


def group_members(leader):
    """The processes whose parents lead up to one process."""
    found, new = set(), {leader}
    while new:
        found |= new
        listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
        new = {pid for pid, parent in pairs if parent in found} - found
    return found


INTERRUPTED = """
name: interrupted
seeds: [0, 1]
train: {max_epochs: 2, batch_size: 128}
cases: [{model: mlp, dataset: digits}]
measure: {processes: 1, warmup_s: 0.0, warmup_max_s: 0.0, min_seconds: 0.01}
"""


def start_and_wait_for_a_case(folder):
    (folder / "interrupted.yaml").write_text(INTERRUPTED)
    command = [sys.executable, "-m", "bench", "run", "interrupted.yaml", "--jobs", "1"]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True)
    for line in process.stderr:
        if "passed in" in line:
            return process
    raise AssertionError(f"ended with {process.wait()}")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
@pytest.mark.usefixtures("heeding_ctrl_c")
def test_however_a_run_is_ended_it_leaves_no_process_and_can_go_on(number, code, bench_command, tmp_path):
    process = start_and_wait_for_a_case(tmp_path)
    members = group_members(process.pid)
    assert len(members) > 2
    process.send_signal(number)
    with process.stderr:
        told = process.stderr.read()
    assert process.wait(30) == code
    deadline = time.monotonic() + 30
    while (left := [pid for pid in members if Path(f"/proc/{pid}").exists()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []
    (folder,) = tmp_path.glob("reports/interrupted/*")
    (before,) = cases_of(folder)
    if number == signal.SIGINT:
        assert f"go on with: bench run interrupted.yaml --jobs 1 --resume {folder}" in told
    again = bench_command("run", "interrupted.yaml", "--resume", folder, folder=tmp_path)
    assert again.code == 0
    first, second = cases_of(folder)
    assert first["training"] == before["training"]
    assert first["stages"]["train"] == before["stages"]["train"]
    assert f"{first['id']}: train" not in again.err
    assert f"{second['id']}: train" in again.err
    assert first["measurements"]
    assert second["measurements"]


def copied(small_run, folder, small_suite):
    """A copy of the small run and of its suite, to go on with."""
    (folder / "small.yaml").write_text(small_suite)
    return shutil.copytree(small_run.folder, folder / "reports" / "small" / "copy")


@pytest.fixture(scope="module")
def resumed(small_run, bench_command, tmp_path_factory, small_suite):
    """The small run gone on with, after some of its files were damaged: three of its cases, and not as they were timed.

    One is whole, one has another graph, and one another checkpoint.
    """
    folder = tmp_path_factory.mktemp("resumed")
    copy = copied(small_run, folder, small_suite)
    _, graph, checkpoint, _ = cases_of(copy)
    (copy / graph["artifacts"][0]["path"]).write_bytes(b"damaged")
    (copy / checkpoint["training"]["checkpoint"]).write_bytes(b"damaged")
    options = ("--set", "measure.batch_sizes=[1, 64]", "--set", "measure.runtimes=[torch]")
    only = ("--only", "hidden=8", "--only", "*hidden=16]*#0")
    return bench_command("run", "small.yaml", *options, *only, "--resume", copy, folder=folder)


def test_what_is_damaged_is_done_again(resumed, results):
    assert resumed.code == 0, resumed.err
    told = re.findall(r"(\S+): (train|export|evaluate)$", resumed.err, re.MULTILINE)
    stages = [[stage for case, stage in told if case == one["id"]] for one in results["cases"]]
    assert stages == [["evaluate"], ["export", "evaluate"], ["train", "export", "evaluate"], []]
    for case, before in zip(cases_of(resumed.folder), results["cases"], strict=True):
        assert [one for one in before["metrics"] if one in case["metrics"]] == case["metrics"]


def test_a_resumed_run_is_scored_and_timed_as_the_suite_asks_now(resumed):
    *chosen, other = cases_of(resumed.folder)
    for case in chosen:
        assert {(row["runtime"], row["batch_size"]) for row in case["measurements"]} == {("torch", 1), ("torch", 64)}
        assert {metric["runtime"] for metric in case["metrics"]} == {"torch"}
    assert {row["batch_size"] for row in other["measurements"]} == {1, 8}  # not chosen now, and not lost


def test_what_is_timed_after_a_resume_comes_after_what_was_timed_before(resumed):
    """So that a turn stands for one process, also among seeds that were timed at different times."""
    *chosen, other = [turns_of(case) for case in cases_of(resumed.folder)]
    assert min(turn for turns in chosen for turn in turns) > max(other)


def turns_of(case):
    return {process["turn"] for row in case["measurements"] for process in row["by_process"]}


def test_a_run_of_another_suite_is_not_gone_on_with(small_run, bench_command, tmp_path, small_suite):
    copy = copied(small_run, tmp_path, small_suite)
    before = (copy / "results.json").read_bytes()
    ran = bench_command("run", "small.yaml", "--set", "name=other", "--resume", copy, folder=tmp_path)
    assert ran.code == 2
    assert "a run of 'small', not of 'other'" in ran.err
    assert (copy / "results.json").read_bytes() == before
