"""What benchmarks of timing share: a real graph, and fresh processes in turn to time it in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

TIMED_PROCESS = Path(__file__).with_name("timed_process.py")


@pytest.fixture(scope="session")
def lenet5(tmp_path_factory):
    """LeNet-5 for MNIST with random weights, as a graph: what it costs does not depend on what it has learned."""
    import torch

    from bench import DataSpec, ModelInfo
    from bench.stages.build import exports_of
    from bench.stages.export import export_graph
    from bench_models.classifiers.lenet5 import LeNet5

    torch.manual_seed(0)
    spec = DataSpec("classification", (1, 28, 28), classes=10)
    model = LeNet5(spec, padding=2).eval()
    (part,) = exports_of(
        model, ModelInfo("lenet5", "bench_models.classifiers.lenet5:LeNet5", task="classification"), spec
    )
    path = tmp_path_factory.mktemp("graph") / "forward.onnx"
    export_graph(part, path)
    return str(path)


@pytest.fixture
def timed_process(tmp_path):
    """Time a graph in a fresh process: `timed_process("bare", graph=, batch_size=, seconds=) -> durations in ns`.

    The ways and their settings are those of `timed_process.py`; `bare` is a plain loop of `session.run`.
    """
    core = max(os.sched_getaffinity(0))

    def run(way: str, **settings: object) -> np.ndarray:
        settings |= {"core": core}
        path = tmp_path / "durations.npy"
        subprocess.run([sys.executable, TIMED_PROCESS, way, json.dumps(settings), path], check=True, timeout=120)
        return np.load(path)

    return run


@pytest.fixture
def medians_in_turn():
    """The median of each side's figures: `medians_in_turn({name: figure}, rounds) -> {name: median}`.

    The sides take turns, so that a machine that slows down does so for all of them.
    """

    def run(sides, rounds: int) -> dict[str, float]:
        figures = {name: [] for name in sides}
        for _ in range(rounds):
            for name, figure in sides.items():
                figures[name].append(figure())
        return {name: float(np.median(found)) for name, found in figures.items()}

    return run
