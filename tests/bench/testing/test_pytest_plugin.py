"""Suites in pytest, as a user calls it."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from bench.results import GateResult, RunResult
from bench.store.folder import read_results
from bench.testing import pytest_plugin
from bench.testing.telling import missed

SUITE = """
name: small
train: {max_epochs: 1, batch_size: 256}
metrics: [accuracy]
cases:
  - model: mlp
    dataset: digits
    params: {hidden: [8]}
    gates: {accuracy: {min: 0.99}, latency-p50: {max: 0.000000001}, bytes: {max_regression: 1%}}
  - model: raises
    dataset: digits
measure: {runtimes: [onnxruntime, torch]}
"""

GOOD, BAD = "mlp[hidden=8]@digits#0", "raises@digits#0"
TIMED = f"{GOOD}[forward-onnxruntime-fp32-batch1]"
HEAVY = {"torch", "pytorch_lightning", "onnx", "onnxruntime"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suites")
    (folder / "small.bench.yaml").write_text(SUITE)
    return folder


@pytest.fixture(scope="module")
def ran(call_pytest, folder):
    """A whole run, whose benchmarks are saved."""
    timing = ("--benchmark-save=first", "--benchmark-json=times.json", "--benchmark-max-time=0.05")
    return call_pytest(folder, "-v", "-rs", "--junitxml=tests.xml", *timing)


@pytest.fixture(scope="module")
def outcomes(ran, folder):
    """Test -> what became of it."""
    tests = ElementTree.parse(folder / "tests.xml").iter("testcase")
    return {test.get("name"): [child.tag for child in test] for test in tests}


@pytest.fixture(scope="module")
def results(ran, folder) -> tuple[RunResult, Path]:
    (run,) = folder.glob("reports/pytest/small/*")
    return read_results(run)


def imported(done: subprocess.CompletedProcess[str]) -> set[str]:
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("imported:")]
    return set(line.split()[1:])


def test_a_case_its_timings_and_gates_are_tests(ran, outcomes):
    assert ran.returncode == 1
    told = [line.split(" ")[0] for line in ran.stdout.splitlines() if line.startswith("small.bench.yaml::")]
    gates = [f"gates[mlp[hidden=8]@digits-{name}]" for name in ("accuracy", "latency-p50", "bytes")]
    named = [GOOD, TIMED, BAD, f"{BAD}[forward-onnxruntime-fp32-batch1]", *gates]
    # Where another run of this host is waited for, a test is named once more.
    assert list(dict.fromkeys(told)) == [f"small.bench.yaml::{name}" for name in named]
    assert list(outcomes.values()) == [[], [], ["failure"], ["skipped"], ["failure"], ["skipped"], ["skipped"]]


def test_a_failed_case_is_told_in_words(ran, results):
    _, folder = results
    log = folder / "logs" / "raises@digits-0.log"
    assert f"{BAD} failed in train: ValueError: a mistake in a training step" in ran.stdout
    assert "in the code of: faulty" in ran.stdout
    assert f"its log: {log.relative_to(folder.parents[3])}" in ran.stdout
    assert "a mistake in a training step" in log.read_text()
    assert "Traceback" not in ran.stdout
    assert "pytest_plugin.py" not in ran.stdout


def test_a_missed_gate_says_by_how_much(ran, results):
    gate, with_torch = results[0].gates
    assert (gate.metric, gate.passed, with_torch.passed) == ("accuracy", False, False)
    assert f"accuracy is {gate.value:.4g}, the gate is at least 0.99 (forward onnxruntime fp32)" in ran.stdout


def test_a_timing_gate_is_left_to_pytest_benchmark(ran):
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith("SKIPPED") and "a timing;" in line]
    assert "--benchmark-compare-fail" in line


def test_what_only_another_run_bounds_is_left_to_a_comparison(ran):
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith("SKIPPED") and "max_regression" in line]
    assert "`bench compare` judges it" in line


def test_a_runtime_with_torch_is_not_timed_and_that_is_told(ran):
    assert "small.bench.yaml: torch would bring torch into pytest's process: `bench run` times it" in ran.stdout
    assert not imported(ran) & {"torch", "pytorch_lightning"}


def test_benchmarks_know_what_was_timed(folder, results):
    (found,) = json.loads((folder / "times.json").read_text())["benchmarks"]
    (graph,) = results[0].cases[0].artifacts
    accuracy = next(m.value for m in results[0].cases[0].metrics if m.runtime == "onnxruntime")
    assert found["fullname"] == f"small.bench.yaml::{TIMED}"
    assert found["group"] == "small: forward, batch 1"
    assert found["stats"]["mean"] > 0
    told = found["extra_info"]
    assert told["sha256"] == graph.sha256
    assert told["metrics"] == {"accuracy": accuracy}
    assert (told["provider"], told["provider_share"]) == ("CPUExecutionProvider", 1.0)
    assert (told["case"], told["batch_size"], told["precision"]) == (GOOD, 1, "fp32")


def test_a_run_directory_is_left_as_bench_run_leaves_it(results):
    run, folder = results
    assert run.status == "failed"
    assert [(case.id, case.status) for case in run.cases] == [(GOOD, "passed"), (BAD, "failed")]
    assert "lies under its bound" not in (folder / "report.md").read_text()
    assert (folder / "report.html").exists()
    assert (folder.parents[1] / "history.sqlite").exists()


def test_a_timing_that_got_slower_fails_the_comparison(ran, call_pytest, folder):
    (baseline,) = folder.glob(".benchmarks/*/*_first.json")
    content = json.loads(baseline.read_text())
    content["benchmarks"][0]["stats"]["mean"] = 1e-9
    baseline.write_text(json.dumps(content))
    options = ("--benchmark-compare", "--benchmark-compare-fail=mean:5%", "--benchmark-max-time=0.05")
    done = call_pytest(folder, f"small.bench.yaml::{TIMED}", "-v", *options)
    assert done.returncode == 1
    assert f"small.bench.yaml::{TIMED} PASSED" in done.stdout
    assert "Performance has regressed" in done.stderr
    assert "report.html" in done.stdout


def test_collecting_only_is_done_without_torch_and_knows_what_was_timed(ran, call_pytest, folder):
    done = call_pytest(folder, "--collect-only", "-q")
    assert f"small.bench.yaml::{TIMED}" in done.stdout.splitlines()
    assert not imported(done) & HEAVY


def test_what_has_failed_is_known_the_next_time_brackets_or_not(ran, call_pytest, folder):
    done = call_pytest(folder, "--lf", "--collect-only", "-q")
    named = [line for line in done.stdout.splitlines() if line.startswith("small.bench.yaml::")]
    assert named == [f"small.bench.yaml::{name}" for name in (BAD, "gates[mlp[hidden=8]@digits-accuracy]")]


def test_workers_of_xdist_say_through_it_where_their_runs_are():
    suite = SimpleNamespace(finish=lambda interrupted: None, told=lambda: ["small.yaml: report: report.html"])
    worker, whole = (SimpleNamespace(stash=pytest.Stash()) for _ in range(2))
    for config in (worker, whole):
        pytest_plugin.pytest_configure(config)
    worker.workeroutput = {}
    worker.stash[pytest_plugin.SUITES].append(suite)
    pytest_plugin.pytest_sessionfinish(SimpleNamespace(config=worker), 0)
    pytest_plugin.pytest_testnodedown(SimpleNamespace(config=whole, workeroutput=worker.workeroutput))
    pytest_plugin.pytest_testnodedown(SimpleNamespace(config=whole))  # it crashed
    assert whole.stash[pytest_plugin.LINES] == ["small.yaml: report: report.html"]


def test_without_pytest_benchmark_cases_run_and_timings_say_what_they_need(call_pytest, tmp_path):
    (tmp_path / "small.yaml").write_text(SUITE)
    options = (
        "-k",
        "mlp and not gates",
        "-p",
        "no:benchmark",
        "-rs",
        "--bench-output=runs",
        "--bench-set",
        "name=other",
    )
    done = call_pytest(tmp_path, "small.yaml", *options)
    assert done.returncode == 0
    assert "1 passed, 1 skipped, 5 deselected" in done.stdout
    (run,) = tmp_path.glob("runs/other/*/results.json")
    assert [case.id for case in read_results(run)[0].cases] == [GOOD]
    assert "timing needs pytest-benchmark: pip install pytest-benchmark" in done.stdout


def test_what_keeps_a_run_from_its_begin_is_told_once(call_pytest, tmp_path):
    (tmp_path / "small.yaml").write_text(SUITE)
    done = call_pytest(tmp_path, "small.yaml", "-k", "mlp", "-rs", "--bench-output=/proc/x", "--benchmark-disable")
    assert done.returncode == 1
    assert "1 failed, 4 skipped" in done.stdout
    assert len([line for line in done.stdout.splitlines() if line.startswith("cannot make /proc/x")]) == 1
    assert "name another folder with --bench-output)" in done.stdout
    assert "the run could not begin; the first of these tests says why" in done.stdout
    timings_alone = call_pytest(tmp_path, "small.yaml", "-k", "onnxruntime", "--bench-output=/proc/x")
    assert "1 failed, 1 skipped" in timings_alone.stdout
    assert "was not used at all" not in done.stdout + timings_alone.stdout


def test_it_does_without_pytests_cache(call_pytest, tmp_path):
    (tmp_path / "small.yaml").write_text(SUITE)
    for options in ((), ("--collect-only",)):
        done = call_pytest(tmp_path, "small.yaml", "-p", "no:cacheprovider", "-k", "bytes", *options)
        assert done.returncode == 0, done.stdout


def test_a_gate_of_which_nothing_was_measured_says_so():
    gate = GateResult("accuracy", "mlp@digits", "at least 0.1", None, False, "nothing was measured")
    assert missed(gate) == "mlp@digits: accuracy: nothing was measured, the gate is at least 0.1"


def test_a_mistake_in_a_suite_is_one_line(call_pytest, tmp_path):
    (tmp_path / "wrong.yaml").write_text(SUITE.replace("max_epochs", "max_epoch"))
    done = call_pytest(tmp_path, "wrong.yaml")
    assert done.returncode == 2
    assert "\nwrong.yaml:3: unknown key 'max_epoch' (did you mean 'max_epochs'?" in done.stdout
    assert "Traceback" not in done.stdout
    assert "collecting.py" not in done.stdout


def test_other_yaml_is_no_suite_and_a_run_without_suites_pays_nothing(call_pytest, tmp_path):
    (tmp_path / "other.yaml").write_text(SUITE)
    (tmp_path / "test_other.py").write_text("def test_other():\n    pass\n")
    done = call_pytest(tmp_path)
    assert "1 passed" in done.stdout
    assert not imported(done) & {*HEAVY, "pydantic", "numpy", "yaml", "click"}
