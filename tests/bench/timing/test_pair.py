"""Two artifacts in one timing process, with a runtime of numpy alone."""

import sys
from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest

from bench.errors import BenchError
from bench.parity import Disagreement
from bench.records import Artifact, RuntimeInfo, RuntimeUse, TensorSpec
from bench.timing.process import answer
from bench.timing.request import ROTATED, Effort, Load, Rival, TimingRequest

QUICK = Effort(warmup_s=0.0, warmup_max_s=0.0, min_seconds=0.0, min_samples=9, bound_s=1.0)

# An artifact's path says by how much it multiplies, and its checkpoint how long that takes in seconds.
RUNTIME = """
    import time
    from bench import BenchError, Session

    loaded, calls = [], []

    class Times:
        def __init__(self, late: float = 0.0) -> None:
            self.late = late

        def load(self, artifact, device, threads):
            loaded.append(artifact.path)
            factor, seconds = float(artifact.path), float(artifact.checkpoint) + self.late

            def call(arrays):
                calls.append((artifact.path, arrays[0]))
                end = time.perf_counter() + seconds
                while time.perf_counter() < end:
                    pass
                return [factor * arrays[0]]

            return Session(call, f"{device} with {threads} threads", prove=lambda: self.prove(artifact, call))

        def prove(self, artifact, call):
            if artifact.path == "7":
                raise BenchError("only 3 % of the nodes ran there")
            return Session(call, "proved", 0.75)
"""


@pytest.fixture
def request_for(install, tmp_path):
    """A request to time what doubles, and takes 0.1 ms, in turn with what triples: `request_for(Load(...), ...)`."""
    module = install("times", RUNTIME)
    rows = np.arange(60, dtype=np.float32).reshape(20, 3)
    runtime = RuntimeUse("numpy", RuntimeInfo("numpy", f"{module}:Times"))

    def artifact(factor, seconds):
        return Artifact("forward", "", "fp32", str(factor), str(seconds), (TensorSpec("input", (3,)),), ("output",))

    def written(name, inputs, factor):
        np.savez(tmp_path / name, input_0=inputs, output_0=factor * inputs)
        return str(tmp_path / name)

    def make(*loads, factor=3, seconds=0.0001, inputs=rows + 100, right=None, own_right=2, late=0.0, goes_first=False):
        use = replace(runtime, params={"late": late})
        rival = artifact(factor, seconds), written("rival.npz", inputs, right or factor)
        return TimingRequest(
            runtime=runtime,
            artifact=artifact(2, 0.0001),
            rows=written("own.npz", rows, own_right),
            device="cpu",
            threads=2,
            cores=(),
            loads=loads or (Load("single-stream", (5,)),),
            effort=QUICK,
            samples=str(tmp_path / "samples" / "pair"),
            rival=Rival(use, *rival, goes_first),
        )

    return make


@pytest.fixture
def runtime():
    """What the runtime has noted: `runtime(request).calls`, `.loaded`."""
    return lambda request: sys.modules[request.runtime.info.target.partition(":")[0]]


def durations(found):
    return {load.of_rival: np.load(load.path) for load in found.loads}


def test_samples_of_both_are_written_and_told_apart(request_for):
    found = answer(request_for(Load("single-stream", (5,)), Load("offline", (2,)), seconds=0.0004))
    assert (found.provider, found.provider_share, found.error) == ("proved", 0.75, "")
    assert [(one.load, one.batch_size, one.of_rival) for one in found.loads] == [
        *((0, 5, False), (0, 5, True), (1, 2, False), (1, 2, True))
    ]
    for one in found.loads:
        own = np.load(one.path)
        assert len(own) >= 9
        assert own.min() >= (0.4e6 if one.of_rival else 0.1e6)
        assert (one.samples, one.seconds) == (one.batch_size * len(own), pytest.approx(own.sum() / 1e9))
        assert one.conditions.pace_s > 0


@pytest.mark.parametrize("goes_first", [False, True])
def test_who_goes_first_is_loaded_and_called_first_and_told_apart_all_the_same(request_for, runtime, goes_first):
    request = request_for(seconds=0.002, goes_first=goes_first)
    found = durations(answer(request))
    assert runtime(request).loaded == (["3", "2"] if goes_first else ["2", "3"])
    assert runtime(request).calls[0][0] == ("3" if goes_first else "2")
    assert found[True].min() >= 2e6 > np.median(found[False])


def test_both_are_warmed_up_before_turns_and_checked_after_them(request_for, runtime):
    request = request_for(seconds=0.002)
    answer(request)
    turns = [(name, len(list(group))) for name, group in groupby(name for name, _ in runtime(request).calls)]
    assert turns[1] == ("3", 1 + 3)
    assert turns[-2][1] >= ROTATED
    assert turns[-1] == ("3", ROTATED)
    assert {name for name, _ in turns[::2]} == {"2"}
    assert all(count == 4 for name, count in turns[3:-1] if name == "3")  # two turns of one call that counts


def test_both_are_called_with_the_same_rows_in_turn_and_checked_with_their_own(request_for, runtime):
    request = request_for()
    answer(request)
    calls = runtime(request).calls
    checked = calls[-ROTATED:]
    assert {name for name, _ in checked} == {"3"}
    assert min(rows.min() for _, rows in checked) == 100
    timed = [(name, rows) for name, rows in calls[:-ROTATED]]
    assert max(rows.max() for _, rows in timed) < 60
    assert {len(rows) for _, rows in timed} == {5}
    assert {rows.tobytes() for name, rows in timed if name == "2"} == {
        rows.tobytes() for name, rows in timed if name == "3"
    }


def test_inputs_of_another_shape_are_the_rivals_own(request_for, runtime):
    request = request_for(inputs=np.ones((20, 7), dtype=np.float32))
    answer(request)
    assert {(name, rows.shape) for name, rows in runtime(request).calls} == {("2", (5, 3)), ("3", (5, 7))}


def test_sequences_have_the_length_of_the_load(request_for, runtime, tmp_path):
    request = request_for(Load("single-stream", (5,), length=6))
    for name, factor in (("own", 2), ("rival", 3)):
        rows = {n: np.ones((20, n), dtype=np.float32) for n in (6, 3)}
        arrays = {
            f"{n}/{kind}_0": each * by for n, each in rows.items() for kind, by in (("input", 1), ("output", factor))
        }
        np.savez(tmp_path / f"{name}.npz", **arrays)
    answer(request)
    assert {rows.shape for _, rows in runtime(request).calls} == {(5, 6)}


def test_each_side_has_the_parameters_of_its_own_runtime(request_for):
    found = durations(answer(request_for(late=0.003)))
    assert found[True].min() >= 3e6 > np.median(found[False])


@pytest.mark.parametrize(("changes", "who"), [({"right": 4}, "3"), ({"own_right": 4}, "2")])
def test_whoever_answers_differently_than_when_it_was_scored_is_named(request_for, changes, who):
    with pytest.raises(Disagreement, match=f"^{who}: at batch size 5 the timed artifact is off the scored one"):
        answer(request_for(**changes))


def test_both_providers_are_proved(request_for):
    with pytest.raises(BenchError, match="only 3 % of the nodes"):
        answer(request_for(factor=7))


@pytest.mark.parametrize(
    "load",
    [Load("server", (1,), (100.0,)), Load("offline", (2, 5)), Load("single-stream", (1,), instrument="loadgen")],
    ids=lambda load: load.scenario,
)
def test_what_cannot_take_turns_is_refused(request_for, load):
    with pytest.raises(ValueError, match="cannot be timed in turn"):
        answer(request_for(load))


def test_it_is_asked_and_answers_through_files(request_for, fresh_interpreter):
    found = fresh_interpreter(request_for(goes_first=True))
    assert [one.of_rival for one in found.loads] == [True, False]
    assert "only 3 % of the nodes" in fresh_interpreter(request_for(factor=7)).error
