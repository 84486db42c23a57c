"""A second instrument: MLPerf's LoadGen times the same calls.

LoadGen (https://github.com/mlcommons/inference/tree/master/loadgen) is the optional package `mlcommons-loadgen`. It
issues queries, `call` answers them, and every figure here is one that LoadGen wrote into its own logs.
"""

import importlib.util
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.errors import BenchError
from bench.timing.request import MULTI_STREAM_SAMPLES

Arrays = Sequence[Any]

# The fewest queries with which LoadGen calls a test valid.
LEAST_QUERIES = {"single-stream": 64, "multi-stream": 662, "server": 662, "offline": 1}

# LoadGen always has a bound for the server scenario. This one, in seconds, is never reached.
_NO_BOUND_S = 86_400.0

# How many calls that do nothing tell what LoadGen costs: about 20 ms.
_CALLS_OF_NOTHING = 10_000

_SCENARIOS = {
    "single-stream": "SingleStream",
    "multi-stream": "MultiStream",
    "server": "Server",
    "offline": "Offline",
}

# Where LoadGen states a throughput. With queries back to back it follows from their durations.
_STATED_THROUGHPUT = {"server": "result_completed_samples_per_sec", "offline": "result_samples_per_second"}

_SAMPLE = re.compile(rb'"query_seq":(\d+),.*"complete_ns":(\d+)')


@dataclass(frozen=True)
class Task:
    """What LoadGen is asked to do.

    LoadGen calls a test invalid that has fewer than 64 queries in single-stream, 662 in multi-stream, and 459 in server
    even if all of them keep the bound.

    :param scenario: one of `bench.records.SCENARIOS`. A query of multi-stream has 8 rows, in one call or several
    :param expected_s: seconds that a call takes, as measured before
    :param min_seconds: least seconds of the test
    :param min_samples: least number of queries; in offline, of calls
    :param rate_per_s: queries a second in the server scenario, which arrive as a Poisson process
    :param bound_s: seconds within which 99 % of the server scenario's queries must complete, if there is a bound
    :param seed: of what LoadGen draws: inputs and arrival times
    """

    scenario: str
    expected_s: float
    min_seconds: float
    min_samples: int
    rate_per_s: float | None = None
    bound_s: float | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class LoadGenResult:
    """What LoadGen recorded of one test.

    :param durations_ns: every query from the time it was scheduled for to its completion, int64, in order; a query is
        one call in the scenarios single-stream and server, and all calls together in offline
    :param throughput_per_s: rows a second
    :param percentiles_ns: the 50th, 90th and 99th percentile of the queries' durations, as LoadGen states them; none in
        offline
    :param valid: whether the test kept LoadGen's own rules
    :param reason: why it did not, in LoadGen's words
    :param settings: LoadGen's version, and the settings that were in effect, under LoadGen's names
    """

    durations_ns: np.ndarray
    throughput_per_s: float
    percentiles_ns: dict[int, int]
    valid: bool
    reason: str
    settings: dict[str, Any]


def require() -> None:
    """Look for LoadGen without importing it.

    :raises BenchError: if it is not installed
    """
    if importlib.util.find_spec("mlperf_loadgen") is None:
        raise BenchError(
            "measure.loadgen needs mlcommons-loadgen, which is not installed", "pip install 'bench[loadgen]'"
        )


def sample(
    call: Callable[[Arrays], Any], inputs: Sequence[Arrays], task: Task, helpers: Sequence[int] = ()
) -> LoadGenResult:
    """Let LoadGen time `call`, in this thread. Warm-up and the garbage collector are the caller's.

    :param call: what is timed; it must return only when its work is done
    :param inputs: batches of equally many rows; LoadGen draws which of them a call gets
    :param helpers: cores for LoadGen's own threads, which write its logs; empty for those of this thread
    :raises BenchError: if LoadGen is missing, or its logs lack what is read from them
    :raises ValueError: for batches that do not make up a query of multi-stream, or a server without a rate
    :raises Exception: what `call` raises, after the test
    """
    require()
    rows = len(inputs[0][0])
    errors: list[BaseException] = []
    with tempfile.TemporaryDirectory(prefix="bench-loadgen-") as folder:
        with _started_on(helpers) as come_back:
            answer = _answering(call, inputs, errors, come_back)
            _test(answer, len(inputs), _SCENARIOS[task.scenario], _settings(task, rows), folder)
        if errors:
            raise errors[0]
        return _read(Path(folder), task.scenario, rows)


def own_cost_s(inputs: Sequence[Arrays], task: Task, helpers: Sequence[int] = ()) -> float:
    """What LoadGen itself adds to a query, in offline to a call, in seconds: `sample` of a call that does nothing.

    It is part of every duration that LoadGen records. In server, where it depends on the rate, it is mostly the time
    that a sleeping thread needs to wake up, and finding it takes as long as `task.min_samples` take to arrive.
    """
    calls = task.min_samples if task.scenario == "server" else _CALLS_OF_NOTHING
    found = sample(_do_nothing, inputs, replace(task, expected_s=1e-6, min_seconds=0.0, min_samples=calls), helpers)
    if task.scenario == "offline":
        return float(found.durations_ns[0]) / 1e9 / calls
    return float(np.median(found.durations_ns)) / 1e9


def _settings(task: Task, rows: int) -> dict[str, int | float]:
    """The task under LoadGen's names. To LoadGen, a sample is one call.

    LoadGen prepares as many queries as it expects to need. Half of the expected duration prepares twice as many: a
    test that runs out of queries before its least duration is invalid.
    """
    hint_s = task.expected_s / 2
    settings: dict[str, int | float] = {
        "min_duration_ms": math.ceil(task.min_seconds * 1000),
        "min_query_count": task.min_samples,
        "single_stream_expected_latency_ns": _ns(hint_s),
        "offline_expected_qps": 1 / hint_s,
        **dict.fromkeys(("qsl_rng_seed", "sample_index_rng_seed", "schedule_rng_seed"), task.seed),
    }
    if task.scenario == "server":
        if task.rate_per_s is None:
            raise ValueError("the server scenario needs a rate")
        bound_s = _NO_BOUND_S if task.bound_s is None else task.bound_s
        settings |= {"server_target_qps": task.rate_per_s, "server_target_latency_ns": _ns(bound_s)}
    if task.scenario == "multi-stream":
        calls, rest = divmod(MULTI_STREAM_SAMPLES, rows)
        if rest:
            raise ValueError(f"batches of {rows} do not make up a query of {MULTI_STREAM_SAMPLES} samples")
        settings |= {
            "multi_stream_samples_per_query": calls,
            "multi_stream_expected_latency_ns": _ns(calls * hint_s),
        }
    return settings


def _ns(seconds: float) -> int:
    return max(1, round(seconds * 1e9))


@contextmanager
def _started_on(cores: Sequence[int]) -> Iterator[Callable[[], None]]:
    """Put this thread on some cores, where the threads that it starts stay; gives what brings it back.

    So a test's threads, which LoadGen starts before its first query, take nothing of the core that is timed.
    """
    if not cores:
        yield _do_nothing
        return
    home = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield lambda: os.sched_setaffinity(0, home)
    finally:
        os.sched_setaffinity(0, home)


def _test(
    answer: Callable[[list[int], list[int]], None],
    inputs: int,
    scenario: str,
    settings: dict[str, int | float],
    folder: str,
) -> None:
    """Run one test of LoadGen with its logs in `folder`."""
    import mlperf_loadgen as lg

    test = lg.TestSettings()
    test.scenario = getattr(lg.TestScenario, scenario)
    test.mode = lg.TestMode.PerformanceOnly
    for name, value in settings.items():
        setattr(test, name, value)
    logs = lg.LogSettings()
    logs.enable_trace = True  # the only log that has every single query
    output = logs.log_output
    output.outdir = folder
    output.copy_summary_to_stdout = output.copy_detail_to_stdout = False
    logs.log_output = output
    system = lg.ConstructFastSUT(answer, _do_nothing)
    library = lg.ConstructQSL(inputs, inputs, _do_nothing, _do_nothing)
    try:
        # The last argument names a file that is not there: one in the working directory would change the settings.
        lg.StartTestWithLogSettings(system, library, test, logs, str(Path(folder, "audit.config")))
    finally:
        lg.DestroyFastSUT(system)
        lg.DestroyQSL(library)


def _answering(
    call: Callable[[Arrays], Any],
    inputs: Sequence[Arrays],
    errors: list[BaseException],
    come_back: Callable[[], None],
) -> Callable[[list[int], list[int]], None]:
    """LoadGen's callback for a query; before the first, `come_back` is called.

    An exception that leaves it would abort the interpreter. So it is kept in `errors`, and from then on every query
    completes without a call: a test cannot be stopped from here.
    """
    import mlperf_loadgen as lg

    complete, response, first = lg.QuerySamplesComplete, lg.QuerySampleResponse, [come_back]

    def issue(ids: list[int], indexes: list[int]) -> None:
        if first:
            first.pop()()
        for number, index in zip(ids, indexes, strict=True):
            if not errors:
                try:
                    call(inputs[index])
                except BaseException as error:
                    errors.append(error)
            complete([response(number, 0, 0)])

    return issue


def _do_nothing(*_: Any) -> None:
    """A call that takes no time; and flush, load and unload, as all inputs are in memory and no query waits."""


def _read(folder: Path, scenario: str, rows: int) -> LoadGenResult:
    said = _said(folder / "mlperf_log_detail.txt")
    durations = _durations(folder / "mlperf_log_trace.json")
    try:
        if len(durations) != said["result_query_count"]:
            raise BenchError(f"LoadGen's trace has {len(durations)} of {said['result_query_count']} queries")
        return LoadGenResult(
            durations_ns=durations,
            throughput_per_s=rows * _calls_per_s(said, scenario, durations),
            percentiles_ns=_percentiles(said, scenario),
            valid=said["result_validity"] == "VALID",
            reason=_reason(said),
            settings={key: said[key] for key in said if key == "loadgen_version" or key.startswith("effective_")},
        )
    except KeyError as missing:
        hint = "pip install --upgrade mlcommons-loadgen"
        raise BenchError(f"LoadGen {said.get('loadgen_version', '')} does not log {missing}", hint) from None


def _said(path: Path) -> dict[str, Any]:
    """LoadGen's detail log: one JSON object a line, behind a mark."""
    mark = ":::MLLOG "
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    entries = (json.loads(line.removeprefix(mark)) for line in lines if line.startswith(mark))
    return {entry["key"]: entry["value"] for entry in entries}


def _durations(path: Path) -> np.ndarray:
    """The duration of every query, from LoadGen's trace: that of its last sample.

    The trace is no valid JSON, and long: it is read line by line.
    """
    with path.open("rb") as trace:
        found = [match.groups() for line in trace if b'"Sample"' in line and (match := _SAMPLE.search(line))]
    queries, durations = np.array(found, dtype=np.bytes_).reshape(-1, 2).astype(np.int64).T
    longest = np.zeros(queries.max(initial=-1) + 1, dtype=np.int64)
    np.maximum.at(longest, queries, durations)
    return longest


def _percentiles(said: dict[str, Any], scenario: str) -> dict[int, int]:
    if scenario == "offline":
        return {}
    of_query = "_per_query" if scenario == "multi-stream" else ""
    return {q: said[f"result_{q}.00_percentile{of_query}_latency_ns"] for q in (50, 90, 99)}


def _calls_per_s(said: dict[str, Any], scenario: str, durations: np.ndarray) -> float:
    if scenario in _STATED_THROUGHPUT:
        return float(said[_STATED_THROUGHPUT[scenario]])
    return float(said["effective_samples_per_query"] * 1e9 / durations.mean())


def _reason(said: dict[str, Any]) -> str:
    if said["result_validity"] == "VALID":
        return ""
    words = (said["result_invalid_reason"], "" if said["early_stopping_met"] else said["early_stopping_result"])
    return " ".join(" ".join(words).replace(" *", "").split())
