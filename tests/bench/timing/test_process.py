"""A timing process: loads, samples, and holds what it timed against what was scored. With a runtime of numpy alone."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bench.errors import BenchError
from bench.records import Artifact, RuntimeInfo, RuntimeUse, TensorSpec
from bench.timing.process import answer, batches
from bench.timing.request import ROTATED, TimingAnswer, TimingRequest

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
    inputs = np.arange(60, dtype=np.float32).reshape(20, 3)
    np.savez(tmp_path / "rows.npz", input_0=inputs, output_0=2 * inputs)

    def make(runtime: str) -> TimingRequest:
        return TimingRequest(
            runtime=RuntimeUse("numpy", RuntimeInfo("numpy", f"{module}:{runtime}")),
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
    calls = sys.modules[request.runtime.info.target.partition(":")[0]].calls
    each = ROTATED + 3 + 9 + ROTATED  # check, warm up, sample, check
    assert [len(batch) for batch in calls] == [5] * each + [2] * each
    assert all(a.tobytes() != b.tobytes() for a, b in pairwise(calls[ROTATED + 3 : each - ROTATED]))
    rows = np.concatenate(calls[:ROTATED])
    assert len(np.unique(rows, axis=0)) == ROTATED * 5
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
        with subprocess.Popen(command, env=path, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            process.wait(60)
        return TimingAnswer.read(reply)

    return run


def test_a_fresh_interpreter_imports_nothing_heavy(request_for, fresh_interpreter):
    assert fresh_interpreter(request_for("Heavy")) == TimingAnswer("imported: []", None)


def test_a_process_that_fails_says_why(request_for, fresh_interpreter):
    assert ": at batch size 5 the timed artifact" in fresh_interpreter(request_for("Tripling")).error


def test_too_few_rows_are_an_error_and_never_a_smaller_batch():
    with pytest.raises(BenchError, match="7 rows are too few for 4 batches of 2"):
        batches(np.zeros((7, 3)), 2)


def test_a_process_whose_input_is_closed_ends(request_for, tmp_path):
    request = replace(request_for("Doubling"), min_seconds=600.0)
    (tmp_path / "request.json").write_text(request.to_json())
    path = {**os.environ, "PYTHONPATH": str(tmp_path / "site-packages")}
    command = [sys.executable, "-m", "bench.timing", str(tmp_path / "request.json"), str(tmp_path / "answer.json")]
    with subprocess.Popen(command, env=path, stdin=subprocess.PIPE) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        process.stdin.close()
        assert process.wait(10) == 1
