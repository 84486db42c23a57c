"""A timing process: loads, samples, and holds what it timed against what was scored. With a runtime of numpy alone."""

import os
import subprocess
import sys

import numpy as np
import pytest

from bench.errors import BenchError
from bench.records import Artifact, RuntimeInfo, TensorSpec
from bench.timing.process import ROTATED, answer
from bench.timing.request import TimingAnswer, TimingRequest

RUNTIME = """
    import sys
    from bench import Session

    calls = []

    class Doubling:
        factor = 2

        def load(self, artifact, device, threads):
            return Session(self.call, f"{device} with {threads} threads", 0.5)

        def call(self, arrays):
            calls.append(arrays[0])
            return [self.factor * arrays[0]]

    class Tripling(Doubling):
        factor = 3

    class Heavy(Doubling):
        def load(self, artifact, device, threads):
            heavy = sorted({"torch", "pytorch_lightning", "onnx"} & set(sys.modules))
            return Session(self.call, f"imported: {heavy}")
"""


@pytest.fixture
def request_for(install, tmp_path):
    """A request to time `runtime` at batch sizes 2 and 5."""
    module = install("runtime", RUNTIME)
    inputs = np.arange(24, dtype=np.float32).reshape(8, 3)
    np.savez(tmp_path / "rows.npz", input_0=inputs, output_0=2 * inputs)

    def make(runtime: str) -> TimingRequest:
        return TimingRequest(
            runtime=RuntimeInfo("numpy", f"{module}:{runtime}"),
            artifact=Artifact("forward", "", "fp32", "", "", (TensorSpec("input", (3,)),), ("output",)),
            rows=str(tmp_path / "rows.npz"),
            device="cpu",
            threads=2,
            batch_sizes=(5, 2),
            samples=tuple(str(tmp_path / "samples" / f"{size}.npy") for size in (5, 2)),
            warmup_s=0.0,
            min_seconds=0.0,
            min_samples=9,
        )

    return make


def test_samples_of_each_batch_size_are_written(request_for, tmp_path):
    found = answer(request_for("Doubling"))
    assert (found.provider, found.provider_share, found.error) == ("cpu with 2 threads", 0.5, "")
    for size in (5, 2):
        durations = np.load(tmp_path / "samples" / f"{size}.npy")
        assert durations.shape == (9,)
        assert (durations > 0).all()


def test_calls_rotate_through_batches_of_the_size_asked_for(request_for):
    request = request_for("Doubling")
    answer(request)
    calls = sys.modules[request.runtime.target.partition(":")[0]].calls
    assert [len(batch) for batch in calls] == [5] * (3 + 9 + 1) + [2] * (3 + 9 + 1)
    assert len({batch.tobytes() for batch in calls[:12]}) == ROTATED
    assert all(batch.flags.c_contiguous for batch in calls)


def test_what_answers_differently_than_what_was_scored_is_refused(request_for):
    with pytest.raises(BenchError, match="at batch size 5 the timed artifact"):
        answer(request_for("Tripling"))


@pytest.fixture
def fresh_interpreter(tmp_path):
    """Run a request as a run does: in an interpreter of its own, by way of files."""

    def run(request: TimingRequest) -> TimingAnswer:
        question, reply = tmp_path / "request.json", tmp_path / "answer.json"
        question.write_text(request.to_json())
        path = {**os.environ, "PYTHONPATH": str(tmp_path / "site-packages")}
        command = [sys.executable, "-m", "bench.timing", str(question), str(reply)]
        subprocess.run(command, env=path, capture_output=True, check=False, timeout=60)
        return TimingAnswer.read(reply)

    return run


def test_a_fresh_interpreter_imports_nothing_heavy(request_for, fresh_interpreter):
    assert fresh_interpreter(request_for("Heavy")) == TimingAnswer("imported: []", 1.0)


def test_a_process_that_fails_says_why(request_for, fresh_interpreter):
    assert ": at batch size 5 the timed artifact" in fresh_interpreter(request_for("Tripling")).error
