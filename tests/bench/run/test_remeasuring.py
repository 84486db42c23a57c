"""Contests between two runs, in which a stub stands for the timing processes: nothing takes time but by its clock."""

import shutil
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from filelock import FileLock

from bench.compare.runs import Pair
from bench.conditions import Conditions
from bench.errors import RunError
from bench.records import TensorSpec
from bench.run import remeasuring
from bench.run.progress import Progress
from bench.run.remeasuring import ONE_MODEL, REBUILT, remeasure
from bench.stages.calibration import Probe, write_probe
from bench.store.folder import write_results
from bench.timing import host_lock
from bench.timing.request import LoadAnswer, TimingAnswer

BATCH = "batch=8"


class Machine:
    """Stands in for timing processes: each takes a second, the head `slower` times as long as the base.

    :param slower: what is said of a request
    """

    def __init__(self, slower=lambda request: 1.1):
        self.now_s, self.requests, self.slower = 0.0, [], slower

    def monotonic(self):
        return self.now_s

    def process(self, request, *_):
        self.requests.append(request)
        self.now_s += 1.0
        slower = self.slower(request)
        if isinstance(slower, str):
            return TimingAnswer(error=slower)
        base = np.arange(20_000, 20_100)
        durations = {False: base, True: (base * slower).astype(np.int64)}
        return TimingAnswer(loads=tuple(self.kept(request, *one) for one in durations.items()))

    def kept(self, request, of_rival, durations):
        path = f"{request.samples}.{of_rival}.npy"
        np.save(path, durations)
        size = request.loads[0].batch_sizes[0]
        return LoadAnswer(0, size, None, path, 1, 1.0, 1, True, Conditions(), of_rival=of_rival)


class Told(Progress):
    def __init__(self):
        self.lines = []

    def remeasuring(self, contest, ended, total):
        self.lines.append((contest, ended, total))


@pytest.fixture
def runs(run_directory, make):
    """Two runs of one case, that differ in their graphs and weights, timed at two batch sizes."""

    def made(runtime="graph", versions=("1.0", "1.0"), **changes):
        rows = [make.measurement(runtime=runtime, batch_size=size) for size in (1, 8)]
        return [
            run_directory(
                name,
                [make.case(measurements=rows)],
                runtimes=[{"name": runtime}],
                packages={"graph": version},
                **changes,
            )
            for name, version in zip(("base", "head"), versions, strict=True)
        ]

    return made


@pytest.fixture
def play(runs, catalog, monkeypatch, tmp_path):
    """`play(machine, is_clear, budget_s, **runs) -> what was found, what was told`."""

    def run(machine, is_clear=lambda found: True, budget_s=60.0, **changes):
        monkeypatch.setattr(host_lock, "PATH", tmp_path / "lock")
        monkeypatch.setattr(remeasuring, "time", machine)
        monkeypatch.setattr(remeasuring, "in_new_interpreter", machine.process)
        monkeypatch.setattr(remeasuring, "in_fork", lambda request, workers, *rest: machine.process(request))
        told = Told()
        found = remeasure(Pair(*runs(**changes)), catalog, SimpleNamespace, told, budget_s, is_clear)
        return found, told.lines

    return run


def test_what_is_clear_at_once_has_four_processes(play):
    asked = []
    found, _ = play(Machine(), lambda one: asked.append(one) or True)
    assert [(one.processes, one.looks, one.seconds, one.failure) for one in found] == [(4, 1, 4.0, "")] * 2
    assert {one.place for one in found} == {one.place for one in asked}
    single, batch = found
    assert single.figures["latency-p50"].log_ratios == pytest.approx([np.log(1.1)] * 4, rel=1e-3)
    assert single.figures["latency-p50"].base == pytest.approx(20_049.5e-9)
    assert single.figures["latency-p50"].head == pytest.approx(1.1 * 20_049.5e-9, rel=1e-4)
    assert batch.figures["throughput"].base == pytest.approx(8 / 20_049.5e-9)
    assert batch.figures["throughput"].log_ratios == pytest.approx([np.log(1.1)] * 4, rel=1e-3)
    assert single.figures.keys() == {"latency-p50", "latency-p90", "throughput"}  # a p99 would take 662 samples


def test_looks_come_after_half_as_many_processes_again(play):
    seen = []
    (single, _), _ = play(Machine(), lambda one: seen.append(one) or one.looks == 5, budget_s=1e6)
    assert [(one.looks, one.processes) for one in seen if one.place == single.place] == [
        *((1, 4), (2, 6), (3, 9), (4, 13), (5, 19))
    ]


@pytest.mark.parametrize(("budget_s", "processes", "looks"), [(10.0, 10, 4), (9.5, 9, 3), (4.0, 4, 1), (0.1, 1, 1)])
def test_a_contest_that_stays_open_ends_with_its_budget_and_a_last_look(play, budget_s, processes, looks):
    found, _ = play(Machine(), lambda one: False, budget_s)
    assert [(one.processes, one.looks, one.seconds) for one in found] == [(processes, looks, float(processes))] * 2


def test_contests_take_turns_and_those_that_are_over_have_no_more(play):
    machine = Machine()
    found, told = play(machine, lambda one: BATCH in one.place or one.looks == 2)
    assert {BATCH in one.place: one.processes for one in found} == {False: 6, True: 4}
    sizes = [request.loads[0].batch_sizes[0] for request in machine.requests]
    assert all(sorted(sizes[n : n + 2]) == [1, 8] for n in range(0, 8, 2))
    assert sizes[8:] == [1, 1]
    assert [ended for *_, ended, _ in told][-3:] == [1, 1, 2]
    assert told[-1] == ("", 2, 2)


def test_the_sides_change_places_from_process_to_process(play):
    machine = Machine()
    play(machine)
    for size in (1, 8):
        own = [request.rival.goes_first for request in machine.requests if request.loads[0].batch_sizes == (size,)]
        assert own == [False, True, False, True]


def test_a_process_that_fails_costs_its_own_contest(play):
    def fails(request):
        return "it crashed" if request.loads[0].batch_sizes == (8,) and len(machine.requests) > 2 else 1.1

    machine = Machine(fails)
    single, batch = play(machine)[0]
    assert (single.failure, single.processes) == ("", 4)
    assert (batch.failure, batch.processes, batch.looks) == ("it crashed", 2, 0)
    assert batch.estimate("latency-p50") is None


def test_the_same_graph_is_not_timed(play):
    machine = Machine()
    found, told = play(machine, content="one")
    assert [(one.is_same, one.processes, one.figures) for one in found] == [(True, 0, {})] * 2
    assert not machine.requests
    assert not told


def test_the_same_graph_under_another_version_of_its_runtime_cannot_be_told_here(play):
    found, _ = play(machine := Machine(), content="one", versions=("1.0", "1.1"))
    assert all("graph 1.0 and graph 1.1; here is only one of them" in one.failure for one in found)
    assert not any(one.is_same for one in found)
    assert not machine.requests


def test_that_the_runs_used_other_versions_is_told(play):
    found, _ = play(Machine(), versions=("1.0", "1.1"))
    assert all("installed here; the runs used graph 1.0 and graph 1.1" in one.notes[0] for one in found)
    assert play(Machine())[0][0].notes == ()


def test_what_nothing_here_executes_is_told_and_not_timed(play):
    found, _ = play(machine := Machine(), runtime="unheard-of")
    assert all("unknown runtime 'unheard-of'" in one.failure for one in found)
    assert not machine.requests


def test_a_torch_model_is_built_anew_and_that_is_told(play):
    found, _ = play(Machine(), runtime="eager")
    assert [(one.processes, one.notes) for one in found] == [(4, (REBUILT,))] * 2


def test_of_one_checkpoint_the_same_torch_model_would_be_built_twice(play):
    found, _ = play(machine := Machine(), runtime="eager", weights="one")
    assert [one.failure for one in found] == [ONE_MODEL] * 2
    assert not machine.requests


def test_nothing_is_timed_before_every_file_is_known_to_be_what_it_was(runs, catalog, monkeypatch):
    base, head = runs()
    (graph,) = head.folder.glob("artifacts/*/forward.onnx")
    graph.write_bytes(b"another one")
    machine = Machine()
    monkeypatch.setattr(remeasuring, "in_new_interpreter", machine.process)
    with pytest.raises(RunError, match=r"forward\.onnx: not what was timed"):
        remeasure(Pair(base, head), catalog, SimpleNamespace, Told(), 60.0, lambda one: True)
    assert not machine.requests


def test_an_interrupted_contest_leaves_the_lock_and_no_files(play, tmp_path):
    folders = []

    def interrupted(request):
        folders.append(Path(request.samples).parent)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play(Machine(interrupted))
    FileLock(tmp_path / "lock").acquire(blocking=False)
    assert folders
    assert not any(folder.exists() for folder in folders)


GRAPHS = """
import sys
from pathlib import Path
from bench.catalog import Catalog
from bench.compare.runs import Pair, Run
from bench.manager import load_plugins
from bench.run import remeasuring
from bench.run.progress import Progress
from bench.run.workers import Workers
from bench.store.folder import read_results
from bench.timing.request import Effort

remeasuring.EFFORT = Effort(0.0, 0.05, 0.02, 11, 1.0)
pair = Pair(*(Run(*read_results(Path(path))) for path in sys.argv[1:]))
(one,) = remeasuring.remeasure(pair, Catalog(load_plugins()), Workers, Progress(), 60.0, lambda found: True)
latency = one.figures["latency-p50"]
print(one.failure, one.processes, "torch" in sys.modules, latency.head > latency.base)
"""


def test_real_graphs_are_timed_in_real_processes_without_torch(tmp_path, make, run_directory):
    """A product of matrices, and one of 16 times as many numbers."""
    for name, side in (("base", 64), ("head", 256)):
        row = make.measurement(runtime="onnxruntime")
        run = run_directory(name, [make.case(measurements=[row])], runtimes=[{"name": "onnxruntime"}])
        artifact = write_probe(Probe("noise", side, 64), "fp32", tmp_path)
        graph = next(run.folder.glob("artifacts/*/forward.onnx"))
        shutil.move(artifact.path, graph)
        shutil.move(tmp_path / f"noise-{side}.fp32.npz", graph.with_name("forward.rows.npz"))
        (case,) = run.results.cases
        found = replace(
            case.artifacts[0], sha256=sha256(graph.read_bytes()).hexdigest(), inputs=[TensorSpec("input", (side,))]
        )
        write_results(replace(run.results, cases=[replace(case, artifacts=[found])]), run.folder)
    done = subprocess.run(
        [sys.executable, "-c", GRAPHS, tmp_path / "base", tmp_path / "head"], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["4", "False", "True"]
