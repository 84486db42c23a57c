"""What a dry run says that a run takes, against that run."""

import os
import re
import subprocess
import sys
import time

SUITE = """
name: estimated
seeds: [0, 1]
train: {max_epochs: 40, batch_size: 64}
cases:
  - model: [mlp, convnet]
    dataset: digits
measure:
  runtimes: [onnxruntime, torch]
  batch_sizes: [1, 32]
  processes: 2
"""

ALLOWED = 0.25


def test_a_run_takes_what_its_dry_run_says(tmp_path, benchmark):
    (tmp_path / "estimated.yaml").write_text(SUITE)

    def bench_run(*options):
        command = [sys.executable, "-m", "bench", "run", "estimated.yaml", *options]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    def seconds_of_run():
        began = time.perf_counter()
        bench_run()
        return time.perf_counter() - began

    table = bench_run("--dry-run")
    rows = re.findall(r"^  (?:check|training|export|evaluation|timing|reports) +([\d.]+)$", table, re.MULTILINE)
    assert len(rows) == 6
    estimate = sum(map(float, rows))
    run = benchmark.pedantic(seconds_of_run, rounds=1)
    benchmark.extra_info |= {"estimate": estimate, "run": run}
    assert abs(estimate / run - 1) <= ALLOWED
