"""Artifacts of two runs timed again: a change that is there is found in time, and one that is not is not."""

from hashlib import sha256
from math import log1p
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from bench.catalog import Catalog
from bench.compare.runs import Pair, Run
from bench.manager import load_plugins
from bench.records import TensorSpec
from bench.results import ArtifactResult, CaseResult, Latency, MeasurementResult, RunResult
from bench.run.progress import Progress
from bench.run.remeasuring import remeasure
from bench.run.workers import Workers

BUDGET_S, TOLERATED = 60.0, log1p(0.05)


@pytest.fixture(scope="module")
def run_of(tmp_path_factory):
    """A run of one graph, timed at batch size 1: `run_of(graph) -> Run`."""

    def make(graph: Path):
        folder = tmp_path_factory.mktemp("run")
        session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
        (spec,), (output,) = session.get_inputs(), session.get_outputs()
        inputs = np.random.default_rng(0).random((8, *spec.shape[1:]), dtype=np.float32)
        np.savez(folder / "forward.rows.npz", input_0=inputs, output_0=session.run(None, {spec.name: inputs})[0])
        content = graph.read_bytes()
        (folder / "forward.onnx").write_bytes(content)
        tensors = [TensorSpec(spec.name, tuple(spec.shape[1:]))]
        named = {"name": "forward", "task": "classification", "precision": "fp32", "path": "forward.onnx"}
        facts = {"bytes": len(content), "parameters": 0, "macs": 0, "nodes": 0}
        artifact = ArtifactResult(
            **named, **facts, sha256=sha256(content).hexdigest(), inputs=tensors, outputs=[output.name]
        )
        case = CaseResult("lenet5#0", "lenet5", "lenet5-0", "lenet5", "mnist", {}, {}, {}, 0, artifacts=[artifact])
        case.measurements.append(timed())
        suite = {"name": "slower", "measure": {"runtimes": [{"name": "onnxruntime"}]}}
        return Run(RunResult("slower", suite, {}, "passed", "", 0.0, [case]), folder)

    return make


def is_clear(found):
    """Whether the interval of the median lies above what is tolerated, or below it."""
    low, high = found.estimate("latency-p50").interval()
    return low > TOLERATED or high < TOLERATED


def timed():
    """A row of which nothing matters but its place."""
    return MeasurementResult(
        artifact="forward",
        runtime="onnxruntime",
        provider="CPUExecutionProvider",
        provider_share=1.0,
        provider_time_share=1.0,
        device="cpu",
        precision="fp32",
        batch_size=1,
        scenario="single-stream",
        threads=1,
        latency_s=Latency(None, None, None),
        throughput_per_s=1.0,
        processes=0,
        samples=0,
        samples_path="",
    )


@pytest.fixture(scope="module")
def again(run_of, lenet5):
    """Time LeNet-5 again beside another graph: `again(graph) -> what was found`."""
    base, catalog = run_of(Path(lenet5)), Catalog(load_plugins())

    def run(graph: Path):
        head = run_of(graph)
        (found,) = remeasure(Pair(base, head), catalog, Workers, Progress(), BUDGET_S, is_clear)
        assert not found.failure
        return found

    return run


def keep(benchmark, found):
    low, high = found.estimate("latency-p50").interval()
    benchmark.extra_info |= {"low": low, "high": high, "processes": found.processes, "seconds": found.seconds}
    assert found.seconds <= BUDGET_S
    return low, high


def test_an_artifact_that_is_10_percent_slower_is_found(again, slowed, lenet5, tmp_path, benchmark):
    slowed(Path(lenet5), tmp_path / "slower.onnx", 0.10)
    low, high = keep(benchmark, benchmark.pedantic(again, (tmp_path / "slower.onnx",), rounds=1))
    assert low > TOLERATED
    assert high < log1p(0.2)


def test_the_same_artifact_is_not(again, lenet5, tmp_path, benchmark):
    """It has another hash, without which it would not be timed."""
    model = onnx.load(lenet5)
    model.doc_string = "the same"
    onnx.save(model, tmp_path / "same.onnx")
    found = benchmark.pedantic(again, (tmp_path / "same.onnx",), rounds=1)
    low, _ = keep(benchmark, found)
    assert low <= TOLERATED
    assert abs(found.estimate("latency-p50").value) < 0.02
