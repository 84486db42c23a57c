"""What of a timing process's time is bench's own: not the runtime's, nor that of calls."""

import subprocess
import sys
import time

import numpy as np
import pytest

from bench.records import Artifact, RuntimeInfo, RuntimeUse, TensorSpec
from bench.timing import process, scenarios
from bench.timing.request import ROTATED, Effort, Load, TimingRequest

SIZES = (1, 16, 128)


@pytest.fixture
def request_(lenet5, tmp_path):
    """As a run with the defaults asks for LeNet-5 at three batch sizes."""
    import onnxruntime as ort

    session = ort.InferenceSession(lenet5, providers=["CPUExecutionProvider"])
    images = np.random.default_rng(0).random((ROTATED * max(SIZES), 1, 28, 28), dtype=np.float32)
    (answers,) = session.run(None, {session.get_inputs()[0].name: images})
    np.savez(tmp_path / "rows.npz", input_0=images, output_0=answers)
    inputs = tuple(TensorSpec(i.name, (1, 28, 28)) for i in session.get_inputs())
    outputs = tuple(output.name for output in session.get_outputs())
    return TimingRequest(
        runtime=RuntimeUse("onnxruntime", RuntimeInfo("onnxruntime", "bench_runtimes.onnx:OnnxRuntime")),
        artifact=Artifact("forward", "classification", "fp32", lenet5, "", inputs, outputs),
        rows=str(tmp_path / "rows.npz"),
        device="cpu",
        threads=1,
        cores=(),
        loads=tuple(Load("single-stream", (size,)) for size in SIZES),
        effort=Effort(warmup_s=0.05, warmup_max_s=2.0, min_seconds=0.2, min_samples=64, bound_s=1.0),
        samples=str(tmp_path / "samples" / "forward.turn0"),
    )


def start(code):
    """The shortest time in which an interpreter runs some code."""
    times = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - began)
    return min(times)


def test_at_most_5_percent_is_benchs_own(request_, tmp_path, monkeypatch, benchmark):
    spent = []

    def counted(function):
        def run(*arguments, **options):
            began = time.perf_counter()
            result = function(*arguments, **options)
            spent.append(time.perf_counter() - began)
            return result

        return run

    for name in ("warm_up", "one_after_the_other"):
        monkeypatch.setattr(scenarios, name, counted(getattr(scenarios, name)))

    def shares():
        began = time.perf_counter()
        answer = process.answer(request_)
        answer.write(tmp_path / "answer.json")
        total = time.perf_counter() - began
        own = total - sum(spent) - answer.load_s - answer.first_s
        bare = start("import numpy, onnxruntime")
        imports = max(0.0, start("import bench.timing.__main__, bench_runtimes.onnx") - bare)
        return (own + imports) / (total + bare + imports)

    share = benchmark.pedantic(shares, rounds=1)
    benchmark.extra_info["share"] = share
    assert share <= 0.05
