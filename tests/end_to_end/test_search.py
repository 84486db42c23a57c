"""A search that weighs latency, and what it found held against a net that did not search: in one small run."""

import json
import re

import pytest

SUITE = """
name: searching
train: {max_epochs: 1, batch_size: 64}
metrics: [nats-per-token, architecture]
cases:
  - name: interleaved
    model: transformer
    dataset: text
    data: &text {file: TEXT, length: 32}
    params: {width: 8, heads: 2, blocks: 3}
  - name: search
    model: par-search
    dataset: text
    data: *text
    params: {width: 8, heads: 2, blocks: 3, search_epochs: 1, latency_weight: 0.001, length: 128}
    train: {max_epochs: 2}
    against: interleaved
measure: {lengths: [32, 128], processes: 1, warmup_s: 0.0, warmup_max_s: 0.0, min_seconds: 0.01, min_samples: 3}
"""


@pytest.fixture(scope="module")
def ran(bench_command, tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    (folder / "text.txt").write_text("to be or not to be, that is the question. " * 500)
    (folder / "searching.yaml").write_text(SUITE.replace("TEXT", str(folder / "text.txt")))
    return bench_command("run", "searching.yaml", "--jobs", "2", folder=folder)


def test_a_search_is_run_told_and_drawn(ran):
    assert ran.code == 0, ran.err
    case = json.loads((ran.folder / "results.json").read_text())["cases"][1]
    found = case["training"]["findings"]
    assert set(found["pattern"]) <= set("sfi")
    assert len(found["pattern"]) == 3
    # Each kind was timed as a graph: of these lengths, neither costs a hundred times the other.
    computing = len(found["pattern"].replace("i", ""))
    assert 0.01 < found["expected-latency"] / computing < 1
    assert (case["training"]["epochs"], case["training"]["pretraining_epochs"]) == (2, 1)
    assert [picture["name"] for picture in case["pictures"]] == ["architecture"]
    report = (ran.folder / "report.md").read_text()
    assert re.search(rf"\| search@text.*#0 +\| pattern +\| {found['pattern']} ", report)
    assert re.search(r"\| search@text\S* +\| interleaved@text", report)
