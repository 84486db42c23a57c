"""What benchmarks of timing share: a real graph, and fresh processes in turn to time it in."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

TIMED_PROCESS = Path(__file__).with_name("timed_process.py")
ROUNDS, SECONDS = 7, 0.3


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


@pytest.fixture(scope="session")
def timed_process(tmp_path_factory):
    """Time a graph in a fresh process: `timed_process("bare", graph=, batch_size=, seconds=) -> durations in ns`.

    The ways and their settings are those of `timed_process.py`; `bare` is a plain loop of `session.run`.
    """
    core = max(os.sched_getaffinity(0))
    path = tmp_path_factory.mktemp("timed") / "durations.npy"

    def run(way: str, **settings: object) -> np.ndarray:
        settings |= {"core": core}
        subprocess.run([sys.executable, TIMED_PROCESS, way, json.dumps(settings), path], check=True, timeout=120)
        return np.load(path)

    return run


@pytest.fixture(scope="session")
def in_turn():
    """Each side's figures: `in_turn({name: figure}) -> {name: figures, one a round}`.

    The sides take turns, so that a machine that slows down does so for all of them.
    """

    def run(sides: dict[str, Callable[[], Any]]) -> dict[str, np.ndarray]:
        rounds = [{name: figure() for name, figure in sides.items()} for _ in range(ROUNDS)]
        return {name: np.array([found[name] for found in rounds]) for name in sides}

    return run


@pytest.fixture(scope="session")
def single_stream(lenet5, timed_process, in_turn):
    """Way -> medians and 90th percentiles of single calls, each of a fresh process: an array (rounds, 2)."""

    def percentiles(way: str) -> Callable[[], np.ndarray]:
        return lambda: np.percentile(timed_process(way, graph=lenet5, batch_size=1, seconds=SECONDS), [50, 90])

    ways = ("bare", "bench", "loadgen", "loadgen-as-it-says", "loadgen-cost")
    return in_turn({way: percentiles(way) for way in ways})
