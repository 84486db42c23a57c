"""Runs of the installed command, with and without a plugin that misbehaves."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

SMALL_SUITE = """
name: small
description: "<script>window.hacked = true</script> & *stars* | pipes"
seeds: [0, 1]
train: {max_epochs: 2, batch_size: 128}
cases:
  - model: mlp
    dataset: digits
    matrix: {hidden: [[8], [16]]}
measure:
  runtimes: [onnxruntime, torch]
  batch_sizes: [1, 8]
  processes: 2
  warmup_s: 0.0
  warmup_max_s: 0.0
  min_seconds: 0.01
  min_samples: 70
"""


@dataclass
class Ran:
    """A command that has ended, and the run directory that it wrote, if any."""

    code: int
    out: str
    err: str
    folder: Path | None


@pytest.fixture(scope="session")
def bench_command():
    """Call `bench` as a shell would."""

    def call(*arguments, folder: Path, plugins: Path | None = None, **variables: str) -> Ran:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", **variables}
        if plugins is not None:
            environment["PYTHONPATH"] = os.pathsep.join(
                filter(None, [str(plugins), str(HERE), os.environ.get("PYTHONPATH")])
            )
        command = [Path(sys.executable).with_name("bench"), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        runs = sorted(folder.glob("reports/*/*/results.json"))
        return Ran(done.returncode, done.stdout, done.stderr, runs[-1].parent if runs else None)

    return call


@pytest.fixture(scope="session")
def faulty_plugin(tmp_path_factory):
    """A folder whose metadata installs the faulty plugin for whoever has it on their path."""
    folder = tmp_path_factory.mktemp("site")
    info = folder / "faulty-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[bench]\nfaulty = faulty\n")
    return folder


@pytest.fixture(scope="session")
def small_suite():
    """Two tiny models, two seeds, two runtimes: some seconds. Its description tries to be markup."""
    return SMALL_SUITE


@pytest.fixture(scope="session")
def small_run(bench_command, tmp_path_factory):
    """A run of the small suite."""
    folder = tmp_path_factory.mktemp("passing")
    (folder / "small.yaml").write_text(SMALL_SUITE)
    return bench_command("run", "small.yaml", folder=folder)


@pytest.fixture(scope="session")
def chromium():
    """A browser."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()
