"""`bench bisect` in a repository of somebody's model: real runs, of each commit's own code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLUGIN = """
import bench


@bench.hookimpl
def bench_models():
    yield bench.ModelInfo("bisected-net", "bisected_model:Net", task="classification")
"""
MODEL = """
import torch
from pytorch_lightning import LightningModule
from torch import nn
from torch.nn import functional as F


class Net(LightningModule):
    def __init__(self, data):
        super().__init__()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(64, {width}), nn.ReLU(), nn.Linear({width}, data.classes))

    def forward(self, images):
        return self.net(images)

    def training_step(self, batch, _):
        images, classes = batch
        return F.cross_entropy(self(images), classes)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters())
"""
INFO = "bisected_net-1.0.dist-info"
FILES = {
    "bisected_plugin.py": PLUGIN,
    "bisected_model.py": MODEL.format(width=8),
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: bisected-net\nVersion: 1.0\n",
    f"{INFO}/entry_points.txt": "[bench]\nbisected-net = bisected_plugin\n",
    "quick.yaml": """
name: bisected
seeds: [0]
train: {max_epochs: 1, batch_size: 256}
cases: [{model: bisected-net, dataset: digits}]
metrics: [accuracy]
measure: {processes: 1, warmup_s: 0, warmup_max_s: 0, min_seconds: 0.01, batch_sizes: [1]}
""",
}


@pytest.fixture
def repository(tmp_path):
    """Three commits: the model, a wider model, notes."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.org")
    for subject, files in {
        "A net": FILES,
        "Wider layers": {"bisected_model.py": MODEL.format(width=9)},
        "Notes": {"notes.md": "Nothing that is run.\n"},
    }.items():
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", subject)
    return folder


def git(folder, *arguments):
    done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_commit_that_widened_the_model_is_found(repository, tmp_path):
    (repository / "bisected_model.py").write_text("raise RuntimeError('not what is committed')\n")
    (repository / "notes.md").unlink()
    before = git(repository, "status", "--porcelain=v2", "--branch", "--ignored")
    paths = [str(ROOT), str(ROOT / "plugins"), str(repository)]
    environment = {"PYTHONPATH": os.pathsep.join(paths), "BENCH_DATA": str(tmp_path / "data"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "bench", "bisect", "quick.yaml", "parameters", "--good", "main~2"]
    done = subprocess.run(
        [*command, "--output", tmp_path / "kept", "--jobs", "1"],
        cwd=repository,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"the first bad commit is {git(repository, 'rev-parse', '--short', 'main~1')} Wider layers\n" in done.stdout
    assert "610 -> 685" in done.stdout, "64 x 8 + 8 + 8 x 10 + 10, and the same with 9"
    assert done.stderr.count("measuring") == 3
    assert git(repository, "status", "--porcelain=v2", "--branch", "--ignored") == before
    assert git(repository, "worktree", "list").count("\n") == 0
