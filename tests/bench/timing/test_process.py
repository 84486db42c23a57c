"""A timing process: loads, samples, and holds what it timed against what was scored. With a runtime of numpy alone."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bench.errors import BenchError
from bench.records import Artifact, RuntimeInfo, RuntimeUse, TensorSpec
from bench.timing.process import answer
from bench.timing.request import ROTATED, Effort, Load, TimingRequest

QUICK = Effort(warmup_s=0.0, warmup_max_s=0.0, min_seconds=0.0, min_samples=9, bound_s=0.002)

RUNTIME = """
    import sys
    import time
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

    class Slow(Doubling):
        def load(self, artifact, device, threads):
            time.sleep(0.05)
            return super().load(artifact, device, threads)

        def call(self, arrays):
            time.sleep(0.02 if not calls else 0)
            return super().call(arrays)

    class AtLengthSix(Doubling):
        def call(self, arrays):
            return [(3 if arrays[0].shape[1] == 6 else 2) * arrays[0] for _ in super().call(arrays)]

    class StallsOnce(Doubling):
        def call(self, arrays):
            time.sleep(0.2 if len(calls) == 300 else 0)
            return super().call(arrays)

    class Proves(Doubling):
        def load(self, artifact, device, threads):
            return Session(self.call, "numpy", prove=self.prove)

        def prove(self):
            big = bytearray(500_000_000)
            big[::4096] = b"x" * len(big[::4096])
            return Session(None, "numpy", 0.75, details={"called before": len(calls)})

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

    def make(runtime: str, *loads: Load) -> TimingRequest:
        return TimingRequest(
            runtime=RuntimeUse("numpy", RuntimeInfo("numpy", f"{module}:{runtime}")),
            artifact=Artifact("forward", "", "fp32", "", "", (TensorSpec("input", (3,)),), ("output",)),
            rows=str(tmp_path / "rows.npz"),
            device="cpu",
            threads=2,
            cores=(),
            loads=tuple(loads) or (Load("single-stream", (5,)), Load("single-stream", (2,))),
            effort=QUICK,
            samples=str(tmp_path / "samples" / "doubling.turn7"),
        )

    return make


def test_samples_of_each_batch_size_are_written(request_for, tmp_path):
    found = answer(request_for("Doubling"))
    assert (found.provider, found.provider_share, found.error) == ("cpu with 2 threads", 0.5, "")
    assert [(one.load, one.batch_size, one.rate_per_s) for one in found.loads] == [(0, 5, None), (1, 2, None)]
    for one in found.loads:
        durations = np.load(one.path)
        assert durations.shape == (9,)
        assert (durations > 0).all()
        assert one.seconds == pytest.approx(durations.sum() / 1e9)
    names = [f"doubling.turn7.{load}.0.npy" for load in (0, 1)]
    assert [one.path for one in found.loads] == [str(tmp_path / "samples" / name) for name in names]


def test_calls_rotate_through_batches_of_the_size_asked_for(request_for):
    request = request_for("Doubling")
    answer(request)
    calls = sys.modules[request.runtime.info.target.partition(":")[0]].calls
    each = 1 + 3 + 9 + ROTATED  # warm up, sample, check
    assert [len(batch) for batch in calls] == [2] + [5] * each + [2] * each  # the first is timed on its own
    assert all(a.tobytes() != b.tobytes() for a, b in pairwise(calls[1 + 4 : 1 + 4 + 9]))
    rows = np.concatenate(calls[1 + 4 : 1 + 4 + ROTATED])
    assert len(np.unique(rows, axis=0)) == ROTATED * 5
    assert all(batch.flags.c_contiguous for batch in calls)


def test_what_answers_differently_than_what_was_scored_is_refused(request_for):
    with pytest.raises(BenchError, match="at batch size 5 the timed artifact"):
        answer(request_for("Tripling"))


@pytest.mark.parametrize("shift", [1, 100])
def test_a_lossy_answer_near_zero_is_held_against_the_usual_ones(request_for, tmp_path, shift):
    """At batch size 1, the first answer is 0, and those after it are large."""
    inputs = np.arange(20, dtype=np.float32)[:, None]
    np.savez(tmp_path / "rows.npz", input_0=inputs, output_0=2 * inputs + 0.1 * shift)
    request = request_for("Doubling", Load("single-stream", (1,)))
    request = replace(request, artifact=replace(request.artifact, precision="int8-dynamic"))
    if shift == 1:
        assert not answer(request).error
    else:
        with pytest.raises(BenchError, match="off the scored one by 10"):
            answer(request)


@pytest.mark.parametrize("told", [{"usual_0": 22.0}, {}])
def test_rows_that_are_all_near_zero_are_held_against_the_whole_test_set(request_for, tmp_path, told):
    inputs = 0.01 * np.arange(20, dtype=np.float32)[:, None]
    np.savez(tmp_path / "rows.npz", input_0=inputs, output_0=2 * inputs + 0.5, **told)
    request = request_for("Doubling", Load("single-stream", (1,)))
    request = replace(request, artifact=replace(request.artifact, precision="int8-static"))
    if told:
        assert not answer(request).error
    else:  # a run of an earlier bench has not kept it
        with pytest.raises(BenchError, match=r"off the scored one by 0\.5"):
            answer(request)


@pytest.fixture
def of_lengths(request_for, tmp_path):
    """A request to time `runtime` with sequences of six steps, and of three."""

    def make(runtime: str) -> TimingRequest:
        steps = {n: np.arange(20.0 * n, dtype=np.float32).reshape(20, n) for n in (6, 3)}
        rows = {
            f"{n}/{kind}_0": factor * one for n, one in steps.items() for kind, factor in (("input", 1), ("output", 2))
        }
        np.savez(tmp_path / "rows.npz", **rows)
        return request_for(runtime, *(Load("single-stream", (5,), length=n) for n in (6, 3)))

    return make


def test_each_load_is_fed_with_sequences_of_its_length(of_lengths):
    request = of_lengths("Doubling")
    found = answer(request)
    assert [(one.load, one.batch_size, one.samples) for one in found.loads] == [(0, 5, 45), (1, 5, 45)]
    calls = sys.modules[request.runtime.info.target.partition(":")[0]].calls
    each = 1 + 3 + 9 + ROTATED
    assert [batch.shape for batch in calls] == [(5, 3)] + [(5, 6)] * each + [(5, 3)] * each  # the shortest comes first


def test_what_answers_differently_at_one_length_is_refused_there(of_lengths):
    with pytest.raises(BenchError, match="at batch size 5 and length 6 the timed artifact"):
        answer(of_lengths("AtLengthSix"))


def test_a_fresh_interpreter_imports_nothing_heavy(request_for, fresh_interpreter):
    assert fresh_interpreter(request_for("Heavy")).provider == "imported: []"


def test_loading_and_the_first_call_are_timed(request_for):
    found = answer(request_for("Slow", Load("single-stream", (1,))))
    assert 0.05 <= found.load_s < 0.3
    assert 0.02 <= found.first_s < 0.3
    assert np.load(found.loads[0].path).max() < 0.02e9


def test_what_proves_the_provider_comes_last_and_is_in_no_figure(request_for, fresh_interpreter):
    found = fresh_interpreter(request_for("Proves"))
    assert (found.provider_share, found.error) == (0.75, "")
    assert found.details["called before"] >= 1 + 2 * (3 + 9 + ROTATED)
    assert found.load_s < 0.05
    assert all(one.conditions.peak_memory_bytes < 500_000_000 for one in found.loads)


def test_rates_that_are_given_are_measured_as_they_are(request_for):
    found = answer(request_for("Doubling", Load("server", (1,), (2000.0, 4000.0)))).loads
    assert [one.rate_per_s for one in found] == [2000.0, 4000.0]
    assert [one.seconds for one in found] == pytest.approx([662 / 2000, 662 / 4000], rel=0.2)


def test_a_runtime_that_stalls_once_shows_its_queue_to_a_server_and_to_no_stream(request_for):
    def durations(load):
        request = replace(request_for("StallsOnce", load), effort=replace(QUICK, min_samples=1000))
        (one,) = answer(request).loads
        sys.modules[request.runtime.info.target.partition(":")[0]].calls.clear()
        return np.load(one.path) / 1e9

    server, stream = durations(Load("server", (1,), (1000.0,))), durations(Load("single-stream", (1,)))
    assert min(server.max(), stream.max()) >= 0.2
    assert np.percentile(server, 99) > 0.1
    assert np.percentile(stream, 99) < 0.1


def test_a_process_that_fails_says_why(request_for, fresh_interpreter):
    assert ": at batch size 5 the timed artifact" in fresh_interpreter(request_for("Tripling")).error


def test_a_process_whose_input_is_closed_ends(request_for, with_runtime, tmp_path):
    request = replace(request_for("Doubling"), effort=replace(QUICK, min_seconds=600.0))
    (tmp_path / "request.json").write_text(request.to_json())
    command = [sys.executable, "-m", "bench.timing", str(tmp_path / "request.json"), str(tmp_path / "answer.json")]
    with subprocess.Popen(command, env=with_runtime, stdin=subprocess.PIPE) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        process.stdin.close()
        assert process.wait(10) == 1
