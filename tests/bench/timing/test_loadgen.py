"""LoadGen drives a call: what it records, its verdict, and that nothing of it is left over."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bench.errors import BenchError
from bench.records import SCENARIOS
from bench.timing import loadgen
from bench.timing.loadgen import Task, own_cost_s, require, sample

BATCHES = 4


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """A working directory and a folder for temporary files, both empty, to look into afterwards."""
    folders = [tmp_path / "working", tmp_path / "temporary"]
    for folder in folders:
        folder.mkdir()
    monkeypatch.chdir(folders[0])
    monkeypatch.setattr(tempfile, "tempdir", str(folders[1]))
    return folders


def load(scenario: str, expected_s: float = 1e-5, min_seconds: float = 0.0, min_samples: int = 1, **server) -> Task:
    return Task(scenario, expected_s, min_seconds, min_samples, **server)


def batches(rows: int) -> list[list[np.ndarray]]:
    return [[np.full((rows, 2), number)] for number in range(BATCHES)]


class Call:
    """Takes at least `seconds`, and counts the batches that it got and, by its own clock, the time that it took."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.got: Counter[int] = Counter()
        self.took_s: list[float] = []

    def __call__(self, arrays) -> None:
        start = time.perf_counter()
        self.got[int(arrays[0][0, 0])] += 1
        time.sleep(self.seconds)
        self.took_s.append(time.perf_counter() - start)


def test_single_stream_records_every_call():
    call = Call(0.002)
    found = sample(call, batches(1), load("single-stream", expected_s=0.002, min_seconds=0.3, min_samples=100))
    assert len(found.durations_ns) == call.got.total() >= 100
    assert found.durations_ns.dtype == np.int64
    assert np.median(found.durations_ns) == pytest.approx(np.median(call.took_s) * 1e9, rel=0.1)
    assert found.durations_ns.sum() >= 0.29e9
    assert found.throughput_per_s == pytest.approx(1e9 / found.durations_ns.mean())
    assert (found.valid, found.reason) == (True, "")
    assert found.settings["effective_scenario"] == "SingleStream"
    assert found.settings["loadgen_version"]


@pytest.mark.parametrize("scenario", ["single-stream", "multi-stream", "server"])
def test_the_percentiles_that_are_stated_are_those_of_the_recorded_durations(scenario):
    found = sample(Call(), batches(8), load(scenario, min_samples=700, rate_per_s=5000))
    ordered = np.sort(found.durations_ns)
    assert found.percentiles_ns == {q: ordered[len(ordered) * q // 100] for q in (50, 90, 99)}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_batch_is_used(scenario):
    call = Call()
    sample(call, batches(8), load(scenario, min_samples=200, rate_per_s=5000))
    assert sorted(call.got) == list(range(BATCHES))


@pytest.mark.parametrize(("rows", "calls"), [(1, 8), (4, 2), (8, 1)])
def test_a_query_of_multi_stream_has_eight_samples(rows, calls):
    call = Call(0.0005)
    found = sample(call, batches(rows), load("multi-stream", expected_s=0.0005, min_samples=20))
    assert call.got.total() == calls * len(found.durations_ns)
    assert found.durations_ns.min() >= calls * 0.5e6
    assert found.throughput_per_s == pytest.approx(8e9 / found.durations_ns.mean())


@pytest.mark.parametrize("rows", [3, 16])
def test_batches_that_make_up_no_query_are_refused(rows):
    with pytest.raises(ValueError, match=f"batches of {rows} do not make up a query of 8 samples"):
        sample(Call(), batches(rows), load("multi-stream"))


def test_a_server_that_keeps_up_has_the_rate_and_the_latency_of_a_call():
    found = sample(Call(0.001), batches(1), load("server", expected_s=0.001, min_seconds=1.0, rate_per_s=200.0))
    assert found.throughput_per_s == pytest.approx(200, rel=0.25)  # as many arrivals as the seed draws
    assert found.durations_ns.min() >= 1e6
    assert np.median(found.durations_ns) < 2e6


def test_a_server_that_falls_behind_shows_its_queue_and_breaks_its_bound():
    asked = load("server", expected_s=0.002, min_samples=500, rate_per_s=2000.0, bound_s=0.01)
    found = sample(Call(0.002), batches(1), asked)
    assert found.durations_ns[-1] > 0.5e9
    assert found.throughput_per_s < 500
    assert not found.valid
    assert found.reason.startswith("Reduce target QPS to improve latency.")


def test_a_server_draws_its_arrivals_from_the_seed():
    def arrivals(seed: int) -> int:
        asked = load("server", min_seconds=0.1, rate_per_s=1000.0, seed=seed)
        return len(sample(Call(), batches(1), asked).durations_ns)

    assert arrivals(1) == arrivals(1)
    assert len({arrivals(seed) for seed in range(4)}) > 1


def test_a_server_needs_a_rate():
    with pytest.raises(ValueError, match="needs a rate"):
        sample(Call(), batches(1), load("server"))


def test_offline_is_one_query_and_its_throughput_counts_rows():
    call = Call(0.002)
    found = sample(call, batches(32), load("offline", expected_s=0.002, min_seconds=0.2, min_samples=10))
    assert (len(found.durations_ns), found.percentiles_ns) == (1, {})
    assert found.throughput_per_s == pytest.approx(32 / np.mean(call.took_s), rel=0.1)
    assert found.throughput_per_s == pytest.approx(32e9 * call.got.total() / found.durations_ns[0], rel=1e-3)
    assert found.valid


class Affinity:
    """Notes the cores of this thread, and of those that were started since this was made."""

    def __init__(self) -> None:
        self.before = set(Path("/proc/self/task").iterdir())
        self.own: set[int] = set()
        self.others: set[int] = set()

    def __call__(self, arrays) -> None:
        started = set(Path("/proc/self/task").iterdir()) - self.before
        self.own |= os.sched_getaffinity(0)
        for thread in started:
            self.others |= os.sched_getaffinity(int(thread.name))


@pytest.fixture
def two_cores():
    """Where this thread is timed, and a core besides; afterwards it is where it was."""
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        pytest.skip("this machine has one core")
    *_, helper, own = sorted(before)
    os.sched_setaffinity(0, {own})
    yield own, helper
    os.sched_setaffinity(0, before)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_its_own_threads_take_nothing_of_the_core_that_is_timed(scenario, two_cores):
    own, helper = two_cores
    call = Affinity()
    sample(call, batches(8), load(scenario, min_samples=50, rate_per_s=1000.0), [helper])
    assert (call.own, call.others) == ({own}, {helper})
    assert os.sched_getaffinity(0) == {own}


def test_without_a_core_for_them_its_threads_are_where_it_is_called(two_cores):
    call = Affinity()
    sample(call, batches(8), load("single-stream", min_samples=50))
    assert call.own == call.others == {two_cores[0]}


def test_too_few_queries_are_invalid_in_loadgens_words():
    found = sample(Call(), batches(1), load("single-stream", min_samples=20))
    assert not found.valid
    assert found.reason == "Only processed 20 queries. Need to process at least 64 queries for early stopping."


def test_a_call_four_times_as_fast_as_expected_is_still_valid():
    found = sample(Call(0.001), batches(1), load("single-stream", expected_s=0.004, min_seconds=0.3, min_samples=64))
    assert found.valid


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_own_cost_is_some_microseconds(scenario):
    cost = own_cost_s(batches(8), load(scenario, min_samples=1000, rate_per_s=5000.0))
    assert 0 < cost < (1e-3 if scenario == "server" else 2e-5)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_is_printed_or_left_on_disk(scenario, temporary, capfd):
    sample(Call(), batches(8), load(scenario, min_samples=10, rate_per_s=5000))
    assert capfd.readouterr() == ("", "")
    assert [list(folder.iterdir()) for folder in temporary] == [[], []]


def test_an_audit_file_of_the_user_changes_nothing(temporary):
    Path("audit.config").write_text("*.SingleStream.min_query_count = 999\n")
    found = sample(Call(), batches(1), load("single-stream", min_samples=70))
    assert len(found.durations_ns) == 70


FAILING = """
import sys
import numpy as np
from bench.timing.loadgen import Task, sample

calls = []

def call(arrays):
    calls.append(arrays)
    if len(calls) == 3:
        raise {error}("in the third call")

for _ in range(2):
    try:
        load = Task({scenario!r}, expected_s=1e-4, min_seconds=0.01, min_samples=9, rate_per_s=1000.0)
        sample(call, [[np.zeros((8, 1))]] * 2, load)
    except {error} as error:
        print(len(calls), error)
"""


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("error", ["RuntimeError", "KeyboardInterrupt", "SystemExit"])
def test_what_a_call_raises_comes_out_and_the_interpreter_lives(scenario, error):
    code = FAILING.format(scenario=scenario, error=error)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "3 in the third call\n"


def test_a_log_that_lacks_a_figure_is_an_error_that_names_it(tmp_path):
    (tmp_path / "mlperf_log_trace.json").write_text('{"traceEvents":[\n]}')
    (tmp_path / "mlperf_log_detail.txt").write_text(
        ':::MLLOG {"key": "loadgen_version", "value": "1.2"}\n:::MLLOG {"key": "result_query_count", "value": 0}\n'
    )
    with pytest.raises(BenchError, match=r"LoadGen 1\.2 does not log 'result_completed_samples_per_sec'"):
        loadgen._read(tmp_path, "server", 1)


def test_a_trace_that_lacks_queries_is_an_error(tmp_path):
    (tmp_path / "mlperf_log_trace.json").write_text(
        '{"name":"Sample","ph":"b","args":{"sample_seq":0,"query_seq":0,"sample_idx":1,"complete_ns":5}},\n'
    )
    (tmp_path / "mlperf_log_detail.txt").write_text(':::MLLOG {"key": "result_query_count", "value": 2}\n')
    with pytest.raises(BenchError, match="LoadGen's trace has 1 of 2 queries"):
        loadgen._read(tmp_path, "single-stream", 1)


def test_it_is_looked_for_without_an_import():
    code = "import sys; from bench.timing.loadgen import require; require(); print('mlperf_loadgen' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("ask", [require, lambda: own_cost_s(batches(1), load("single-stream"))])
def test_without_it_the_error_says_what_to_install(ask, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BenchError) as caught:
        ask()
    assert caught.value.message == "measure.loadgen needs mlcommons-loadgen, which is not installed"
    assert caught.value.hint == "pip install 'bench[loadgen]'"
