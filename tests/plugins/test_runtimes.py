"""Runtimes: what they answer, on how many threads, and that they never pretend."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from bench import Artifact, BenchError, DataSpec, ModelInfo, TensorSpec
from bench.stages.build import exports_of, save_checkpoint
from bench.stages.export import export_graph
from bench_models.mlp import MLP
from bench_runtimes import onnx
from bench_runtimes.cuda import cuda_devices
from bench_runtimes.onnx import OnnxRuntime, provider_share
from bench_runtimes.torch import TorchRuntime

SESSION = onnx._session
SPEC = DataSpec("classification", (1, 8, 8), classes=10)
INFO = ModelInfo("mlp", "bench_models.mlp:MLP", task="classification")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A small model, and its artifact."""
    folder = tmp_path_factory.mktemp("artifact")
    torch.manual_seed(0)
    model = MLP(SPEC, hidden=(16,)).eval()
    save_checkpoint(model, INFO, {"hidden": [16]}, SPEC, folder / "checkpoint.pt")
    (part,) = exports_of(model, INFO, SPEC)
    export_graph(part, folder / "forward.onnx")
    inputs = (TensorSpec("input", (1, 8, 8)),)
    paths = {"path": str(folder / "forward.onnx"), "checkpoint": str(folder / "checkpoint.pt")}
    return model, Artifact("forward", "classification", "fp32", **paths, inputs=inputs, outputs=("output",))


@pytest.mark.parametrize("runtime", [OnnxRuntime, TorchRuntime])
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_a_runtime_answers_what_the_model_answers(runtime, batch, exported):
    model, artifact = exported
    inputs = np.random.default_rng(batch).random((batch, 1, 8, 8), dtype=np.float32)
    session = runtime().load(artifact, "cpu", threads=1)
    (outputs,) = session.call([inputs])
    np.testing.assert_allclose(outputs, model(torch.from_numpy(inputs)).detach(), rtol=1e-4, atol=1e-5)


def test_the_whole_graph_runs_on_the_cpu_provider(exported):
    _, artifact = exported
    session = OnnxRuntime().load(artifact, "cpu", threads=1)
    assert (session.provider, session.provider_share) == ("CPUExecutionProvider", 1.0)


def test_the_profile_counts_what_ran_elsewhere(exported, monkeypatch):
    _, artifact = exported
    monkeypatch.setattr("bench_runtimes.onnx._session", _cpu_session)
    assert provider_share(artifact, "CUDAExecutionProvider", threads=1) == 0.0


def _cpu_session(path, provider, threads, profile):
    """A session that fell back to the CPU, whatever was asked for."""
    return SESSION(path, "CPUExecutionProvider", threads, profile)


@pytest.mark.skipif(cuda_devices() > 0, reason="there is a GPU, on which CUDA does start")
def test_cuda_without_a_gpu_is_an_error_and_never_a_cpu_figure(exported):
    _, artifact = exported
    assert "cuda" not in OnnxRuntime().devices()
    with pytest.raises(BenchError, match="did not start"):
        OnnxRuntime().load(artifact, "cuda", threads=1)


def test_too_few_nodes_on_the_provider_are_an_error(exported, monkeypatch):
    _, artifact = exported
    monkeypatch.setattr("bench_runtimes.onnx.provider_share", lambda *_: 0.5)
    with pytest.raises(BenchError, match="only 50%"):
        OnnxRuntime().load(artifact, "cpu", threads=1)


def test_onnxruntime_is_loaded_without_torch():
    code = "import bench_runtimes.onnx, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.gpu
@pytest.mark.parametrize("runtime", [OnnxRuntime, TorchRuntime])
def test_cuda_rows_prove_their_provider(runtime, exported):
    model, artifact = exported
    inputs = np.random.default_rng(0).random((32, 1, 8, 8), dtype=np.float32)
    session = runtime().load(artifact, "cuda", threads=1)
    assert "cuda" in session.provider.lower()
    assert session.provider_share >= 0.9
    np.testing.assert_allclose(
        session.call([inputs])[0], model(torch.from_numpy(inputs)).detach(), rtol=1e-3, atol=1e-4
    )
