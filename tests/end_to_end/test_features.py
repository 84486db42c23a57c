"""Generators that are compared by the features of a net that their suite trains."""

import json
import re

import numpy as np
import pytest
import torch

from bench.stages.build import load_checkpoint
from bench_datasets.digits import Digits

# The net comes last, and runs first. A batch of 90 has all 360 test rows kept, which figures can be held against.
SUITE = """
name: compared
features: net
train: {max_epochs: 2}
metrics: [{metric: frechet-distance, params: {samples: 360}}, wasserstein-1, accuracy]
cases:
  - {name: generator, model: gmm, dataset: digits, params: {components: 2}}
  - {name: larger, model: gmm, dataset: digits, params: {components: 2}, data: {size: 9}}
  - {name: net, model: lenet5, dataset: digits, params: {padding: 4, features: true}}
measure:
  {artifacts: [generator], batch_sizes: [90], processes: 1, warmup_s: 0.0, warmup_max_s: 0.0, min_seconds: 0.01}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("features")
    (folder / "compared.yaml").write_text(SUITE)
    return folder


@pytest.fixture(scope="module")
def ran(bench_command, folder):
    return bench_command("run", "compared.yaml", "--jobs", "2", folder=folder)


def results_of(folder):
    return json.loads((folder / "results.json").read_text())


def cases_of(folder):
    return {case["group"].partition("@")[0]: case for case in results_of(folder)["cases"]}


def figures(case):
    return {metric["name"]: metric["value"] for metric in case["metrics"]}


def test_the_net_has_ended_before_others_start(ran):
    assert ran.code == 0, ran.err
    told = re.findall(r"(net|generator|larger)@digits#0: (train|passed)", ran.err)
    assert told[:2] == [("net", "train"), ("net", "passed")]
    assert {name for name, _ in told[2:]} == {"generator", "larger"}
    assert list(cases_of(ran.folder)) == ["generator", "larger", "net"]  # results are in the order of the suite


def frechet(x, y):
    """By the eigenvalues of the product of two covariances, of features (n, d)."""
    first, second = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    apart = x.mean(0) - y.mean(0)
    roots = np.sqrt(np.linalg.eigvals(first @ second).real.clip(0))
    return apart @ apart + np.trace(first + second) - 2 * roots.sum()


def test_samples_are_compared_by_what_the_torch_net_makes_of_them(ran):
    artifacts = ran.folder / "artifacts"
    rows = np.load(artifacts / "generator@digits-0" / "generator.rows.npz")
    data = Digits()
    data.setup()
    pair = data.parts.test.inputs, torch.from_numpy(rows["output_0"])
    assert [len(one) for one in pair] == [360, 360]
    _, exports = load_checkpoint(artifacts / "net@digits-0" / "checkpoint.pt")
    net = next(part.module for part in exports if part.name == "features")
    with torch.no_grad():
        expected = frechet(*(net(one).double().numpy() for one in pair))
    found = figures(cases_of(ran.folder)["generator"])["frechet-distance"]
    assert found == pytest.approx(expected, rel=1e-3)
    assert found != pytest.approx(frechet(*(one.flatten(1).double().numpy() for one in pair)), rel=0.1)


def test_data_of_another_shape_goes_without_and_its_log_says_why(ran):
    assert figures(cases_of(ran.folder)["larger"]).keys() == {"wasserstein-1"}
    log = (ran.folder / "logs" / "larger@digits-0.log").read_text()
    assert "the feature net net@digits#0 takes (1, 8, 8), this data is (1, 9, 9)" in log


def test_the_report_names_the_net_with_its_hash(ran):
    sha256 = cases_of(ran.folder)["net"]["training"]["checkpoint_sha256"]
    assert f"Features: net@digits\\#0, checkpoint sha256 {sha256[:12]}…." in (ran.folder / "report.md").read_text()


def test_a_resumed_run_has_the_same_net_and_the_same_figures(ran, bench_command, folder):
    before = cases_of(ran.folder)
    again = bench_command("run", "compared.yaml", "--only", "generator", "--resume", ran.folder, folder=folder)
    assert again.code == 0, again.err
    assert "net@digits#0: train" not in again.err
    after = cases_of(ran.folder)
    assert {name: figures(case) for name, case in after.items()} == {
        name: figures(case) for name, case in before.items()
    }


def test_a_net_that_fails_costs_the_figures_that_need_it_alone(bench_command, tmp_path):
    (tmp_path / "compared.yaml").write_text(SUITE)
    broken = ("--set", "cases.2.params={padding: 4, features: true, lr: 1.0e+38}")
    ran = bench_command("run", "compared.yaml", *broken, "--only", "generator", folder=tmp_path)
    assert ran.code == 3
    cases = cases_of(ran.folder)
    assert cases["net"]["error"]["stage"] == "train"
    assert figures(cases["generator"]).keys() == {"wasserstein-1"}
    (told,) = cases["generator"]["failures"]
    assert told["message"].startswith("there are no features: net@digits#0 has failed (train: ")
    assert "Features: none, since net@digits\\#0 has failed." in (ran.folder / "report.md").read_text()


def test_a_dry_run_rehearses_the_net_first(bench_command, tmp_path):
    (tmp_path / "compared.yaml").write_text(SUITE)
    ran = bench_command("run", "compared.yaml", "--dry-run", "--only", "generator", folder=tmp_path)
    assert ran.code == 0, ran.err
    assert "no estimate for" not in ran.out
    assert re.search(r"^about \d.*: .*training \d+ s.*, timing \d+ s", ran.out, re.MULTILINE)
