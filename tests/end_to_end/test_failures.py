"""Somebody else's code fails in every way; the run goes on and says what happened."""

import json

import pytest

SUITE = """
name: faulty
train: {max_epochs: 1, batch_size: 256}
silence_s: 10
metrics: [accuracy]
cases:
  - model: [raises, exits, killed, forks, quits, hangs, diverges, disagrees, unwritable, one-length, over-time, mlp]
    dataset: digits
measure: {batch_sizes: [1], lengths: [16, 4], processes: 1, warmup_s: 0.0, warmup_max_s: 0.0, min_seconds: 0.01}
"""


@pytest.fixture(scope="module")
def ran(bench_command, faulty_plugin, tmp_path_factory):
    folder = tmp_path_factory.mktemp("failing")
    (folder / "faulty.yaml").write_text(SUITE)
    return bench_command("run", "faulty.yaml", folder=folder, plugins=faulty_plugin)


@pytest.fixture(scope="module")
def cases(ran):
    return {case["model"]: case for case in json.loads((ran.folder / "results.json").read_text())["cases"]}


def test_the_exit_code_says_that_cases_failed(ran):
    assert ran.code == 3


def test_the_good_case_has_everything(cases):
    assert cases["mlp"]["status"] == "passed"
    assert cases["mlp"]["measurements"]


@pytest.mark.parametrize(
    ("model", "stage", "kind", "message"),
    [
        ("raises", "train", "ValueError", "a mistake in a training step"),
        ("exits", "train", "Crash", "exit code 7"),
        ("killed", "train", "Crash", "SIGKILL"),
        ("forks", "train", "Crash", "exit code 7"),
        ("quits", "train", "SystemExit", "SystemExit 0"),
        ("unwritable", "export", "BenchError", "cannot be written as JSON"),
        ("hangs", "train", "Silence", "no sign of life for 10 s"),
        ("diverges", "train", "BenchError", "the training loss is nan"),
        ("disagrees", "evaluate", "Disagreement", "differs from the torch model"),
        ("one-length", "evaluate", "Disagreement", "to sequences of 8 alone, and not to those of 16"),
    ],
)
def test_a_failure_is_a_result(model, stage, kind, message, cases, ran):
    case = cases[model]
    assert case["status"] == "failed"
    assert (case["error"]["stage"], case["error"]["kind"]) == (stage, kind)
    assert message in case["error"]["message"]
    assert case["measurements"] == []
    assert f"{model}@digits" in (ran.folder / "report.md").read_text()


def test_the_report_says_in_whose_code(cases, ran):
    assert cases["raises"]["error"]["plugin"] == "faulty"
    log = (ran.folder / "logs" / f"{cases['raises']['folder']}.log").read_text()
    assert "Traceback" in log
    assert "faulty_parts.py" in log


def test_what_was_done_before_a_failure_is_kept(cases):
    assert cases["disagrees"]["training"]["epochs"] == 1
    assert cases["disagrees"]["artifacts"]


def test_sequences_are_held_and_timed_at_each_length(cases, ran):
    case = cases["over-time"]
    assert case["status"] == "passed"
    assert {row["length"]: row["excess"] < 1 for row in case["parity"]} == {8: True, 16: True, 4: True}
    assert [row["length"] for row in case["measurements"]] == [16, 4]
    macs = case["artifacts"][0]["macs_at"]
    assert macs["16"] == 4 * macs["4"] == 2 * case["artifacts"][0]["macs"]
    report = (ran.folder / "report.md").read_text()
    (header,) = [line for line in report.splitlines() if "steps/s" in line and "batch" in line]
    assert [cell.strip() for cell in header.split("|")][3:5] == ["batch", "length"]
    assert "images/latency-length.png" in report


def test_what_has_no_sequences_is_timed_once(cases):
    assert [row["length"] for row in cases["mlp"]["measurements"]] == [None]


def test_observers_are_called_and_one_that_raises_is_only_named(ran):
    assert (ran.folder / "observed.txt").read_text() == "started 12\nfinished failed True\n"
    assert "an observer that raises" in ran.err


def test_a_broken_metric_costs_its_case_and_keeps_the_other_figures(bench_command, faulty_plugin, tmp_path):
    (tmp_path / "faulty.yaml").write_text(SUITE)
    options = ("--only", "mlp", "--set", "metrics=[accuracy, broken-metric]")
    ran = bench_command("run", "faulty.yaml", *options, folder=tmp_path, plugins=faulty_plugin)
    assert ran.code == 3
    (case,) = json.loads((ran.folder / "results.json").read_text())["cases"]
    assert "a mistake in a metric" in case["error"]["message"]
    assert case["error"]["plugin"] == "faulty"
    assert [metric["name"] for metric in case["metrics"]] == ["accuracy"]


def test_a_broken_metric_that_nobody_asked_for_is_only_noted(bench_command, faulty_plugin, tmp_path):
    (tmp_path / "faulty.yaml").write_text(SUITE)
    ran = bench_command(
        "run", "faulty.yaml", "--only", "mlp", "--set", "metrics=null", folder=tmp_path, plugins=faulty_plugin
    )
    assert ran.code == 0
    (case,) = json.loads((ran.folder / "results.json").read_text())["cases"]
    assert case["status"] == "passed"
    assert case["measurements"]
    assert [(failure["plugin"], failure["fatal"]) for failure in case["failures"]] == [("faulty", False)]
    assert "a mistake in a metric" in (ran.folder / "report.md").read_text()


def test_a_lossy_precision_that_disagrees_costs_its_own_rows(bench_command, faulty_plugin, tmp_path):
    (tmp_path / "faulty.yaml").write_text(SUITE)
    options = ("--set", "metrics=[strict-metric]", "--set", "measure.precisions=[fp32, int8-dynamic]")
    ran = bench_command("run", "faulty.yaml", "--only", "mlp", *options, folder=tmp_path, plugins=faulty_plugin)
    assert ran.code == 3
    (case,) = json.loads((ran.folder / "results.json").read_text())["cases"]
    assert case["error"]["message"].startswith("strict-metric of forward at int8-dynamic under onnxruntime is ")
    for rows in (case["metrics"], case["measurements"]):
        assert {row["precision"] for row in rows} == {"fp32"}


def test_a_runtime_that_hangs_in_the_timing_costs_its_case(bench_command, faulty_plugin, tmp_path):
    (tmp_path / "faulty.yaml").write_text(SUITE)
    options = ("--only", "mlp", "--set", "measure.runtimes=[stuck, onnxruntime]")
    ran = bench_command("run", "faulty.yaml", *options, folder=tmp_path, plugins=faulty_plugin)
    assert ran.code == 3
    (case,) = json.loads((ran.folder / "results.json").read_text())["cases"]
    assert (case["error"]["stage"], case["error"]["plugin"]) == ("measure", "faulty")
    assert "no answer after 10" in case["error"]["message"]
    assert {row["runtime"] for row in case["measurements"]} == {"onnxruntime"}
