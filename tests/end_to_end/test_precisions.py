"""A suite at two precisions, by a runtime that serves both and one that does not."""

import json
import shutil
from pathlib import Path

import jsonschema
import onnx
import pytest

SCHEMA = Path(__file__).parents[2] / "docs" / "results.schema.json"

SUITE = """
name: exact-and-small
train: {max_epochs: 3, batch_size: 64}
cases:
  - {model: mlp, dataset: digits, params: {hidden: [16]}}
measure:
  runtimes: [onnxruntime, {runtime: torch, precisions: [fp32]}]
  precisions: [fp32, int8-static]
  batch_sizes: [1, 8]
  processes: 1
  warmup_s: 0.0
  warmup_max_s: 0.0
  min_seconds: 0.01
"""


@pytest.fixture(scope="module")
def ran(bench_command, tmp_path_factory):
    folder = tmp_path_factory.mktemp("precisions")
    (folder / "suite.yaml").write_text(SUITE)
    return bench_command("run", "suite.yaml", folder=folder)


IMPOSSIBLE = """
name: impossible
cases:
  - model: sklearn
    dataset: digits
    params: {estimator: sklearn.linear_model.LogisticRegression, arguments: {max_iter: 300}}
metrics: [accuracy]
measure: {precisions: [fp32, int8-dynamic], batch_sizes: [1], processes: 1, warmup_max_s: 0.0, min_seconds: 0.01}
"""


def case_of(folder):
    (case,) = json.loads((folder / "results.json").read_text())["cases"]
    return case


def test_each_precision_is_scored_and_timed_where_it_is_used(ran):
    assert ran.code == 0, ran.err
    jsonschema.validate(json.loads((ran.folder / "results.json").read_text()), json.loads(SCHEMA.read_text()))
    case = case_of(ran.folder)
    used = {("onnxruntime", "fp32"), ("onnxruntime", "int8-static"), ("torch", "fp32")}
    for rows in (case["parity"], case["metrics"], case["measurements"]):
        assert {(row["runtime"], row["precision"]) for row in rows} == used
    samples = [row["samples_path"] for row in case["measurements"]]
    assert len(set(samples)) == len(samples) == 2 * len(used)


def test_each_precision_is_a_graph_of_its_own(ran):
    exact, small = case_of(ran.folder)["artifacts"]
    assert (exact["precision"], small["precision"]) == ("fp32", "int8-static")
    kinds = {node.op_type for node in onnx.load(ran.folder / small["path"]).graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= kinds
    assert not list((ran.folder / "artifacts").rglob("*.part"))


def test_graphs_are_made_again_if_other_precisions_are_asked_for(ran, bench_command, tmp_path):
    folder = shutil.copytree(ran.folder, tmp_path / "reports" / "exact-and-small" / "run")
    (tmp_path / "suite.yaml").write_text(SUITE)
    before = case_of(folder)
    fewer = ("--set", "measure.precisions=[fp32]", "--set", "measure.runtimes=[onnxruntime]")
    again = bench_command("run", "suite.yaml", *fewer, "--resume", folder, folder=tmp_path)
    assert again.code == 0, again.err
    assert ": export" in again.err
    assert ": train" not in again.err
    after = case_of(folder)
    assert [graph["precision"] for graph in after["artifacts"]] == ["fp32"]
    assert after["training"] == before["training"]


def test_a_precision_that_is_none_is_told_with_those_there_are(bench_command, tmp_path):
    (tmp_path / "suite.yaml").write_text(SUITE.replace("int8-static", "int8"))
    ran = bench_command("validate", "suite.yaml", folder=tmp_path)
    assert ran.code == 2
    assert "measure.precisions.1: should be 'fp32', 'fp16', 'int8-dynamic' or 'int8-static'" in ran.err
    assert "Traceback" not in ran.err


def test_a_graph_that_cannot_be_is_told_everywhere_and_costs_nothing_else(bench_command, tmp_path):
    (tmp_path / "suite.yaml").write_text(IMPOSSIBLE)
    ran = bench_command("run", "suite.yaml", folder=tmp_path)
    assert ran.code == 0, ran.err
    why = "onnxruntime finds nothing in forward that can be int8-dynamic"
    for text in (ran.out, (ran.folder / "report.md").read_text(), (ran.folder / "report.html").read_text()):
        assert sum(why in line for line in text.splitlines()) == 1
    case = case_of(ran.folder)
    for rows in (case["artifacts"], case["parity"], case["metrics"], case["measurements"]):
        assert [row["precision"] for row in rows] == ["fp32"]
