"""What benchmarks of timing share: a real graph, and fresh processes in turn to time it in."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

TIMED_PROCESS = Path(__file__).with_name("timed_process.py")
PROCESSES, TURNS, SECONDS = 7, 14, 0.03


@dataclass
class Turns:
    """What one way found: its 50th and 90th percentile in each turn of each process, (processes, turns, 2)."""

    found: np.ndarray

    @property
    def least(self) -> np.ndarray:
        """Those of each process's least disturbed turn, (processes, 2)."""
        return self.found.min(axis=1)

    @property
    def typical(self) -> np.ndarray:
        """Those of each process's median turn, as whoever measures once would find them, (processes, 2)."""
        return np.median(self.found, axis=1)


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
def shortest(tmp_path_factory):
    """`shortest(command, command, rounds=)`: the shortest seconds in which each of them runs, by turns.

    Their interpreters keep compiled modules, as users' do.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def seconds(command: list[str]) -> float:
        began = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        return time.perf_counter() - began

    def run(*commands: list[str], rounds: int) -> list[float]:
        turns = [[seconds(command) for command in commands] for _ in range(rounds)]
        return [min(times) for times in zip(*turns, strict=True)]

    return run


@pytest.fixture(scope="session")
def by_turns(lenet5, tmp_path_factory):
    """Time LeNet-5 in several ways by turns: `by_turns({name: (way, its settings)}) -> {name: Turns}`.

    The ways and their settings are those of `timed_process.py`; `bare` is a plain loop of `session.run`.
    """
    *helpers, core = sorted(os.sched_getaffinity(0))
    path = tmp_path_factory.mktemp("timed") / "turns.npz"
    settings = {"graph": lenet5, "core": core, "helpers": helpers, "seconds": SECONDS}

    def one_process(ways: dict[str, tuple[str, dict[str, object]]], turns: int) -> dict[str, np.ndarray]:
        asked = (json.dumps(ways), json.dumps({**settings, "turns": turns}))
        subprocess.run([sys.executable, TIMED_PROCESS, *asked, path], check=True, timeout=300)
        with np.load(path) as found:
            return dict(found)

    def run(
        ways: dict[str, tuple[str, dict[str, object]]], turns: int = TURNS, processes: int = PROCESSES
    ) -> dict[str, Turns]:
        every = [one_process(ways, turns) for _ in range(processes)]
        return {name: Turns(np.array([found[name] for found in every])) for name in every[0]}

    return run


@pytest.fixture(scope="session")
def in_units_of_bare(by_turns):
    """`in_units_of_bare(ways, batch_size) -> {way: Turns}`; in each process, the bare loop's least median is 1."""

    def run(ways: tuple[str, ...], batch_size: int) -> dict[str, Turns]:
        found = by_turns({way: (way, {"batch_size": batch_size}) for way in ("bare", *ways)})
        unit = found["bare"].least[:, np.newaxis, :1]
        return {way: Turns(turns.found / unit) for way, turns in found.items()}

    return run


@pytest.fixture(scope="session")
def beside_loadgen(in_units_of_bare):
    """With calls of which LoadGen's own cost is a few per cent: to one of 300 us, it adds about 10 us."""
    return in_units_of_bare(("bench", "loadgen"), batch_size=8)
