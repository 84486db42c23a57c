"""What it costs to compare two runs of 10,000 figures: memory, and time against reading the same files as JSON."""

import json
import random
import subprocess
import sys
from dataclasses import replace

import pytest

from bench.records import TensorSpec
from bench.results import (
    ArtifactResult,
    CaseResult,
    Latency,
    MeasurementResult,
    MetricResult,
    ProcessResult,
    RunResult,
)
from bench.store.folder import write_results

CASES, LOADS, METRICS, PROCESSES = 250, (1, 2, 4, 8, 16), 14, 5

# Of each load two percentiles more and the throughput; of each case its facts, operators and memory.
FIGURES = CASES * (4 * len(LOADS) + METRICS + 4 + 1 + 1)

MEMORY, ROUNDS = 500 * 2**20, 3

# Both tell at the end what they took: seconds of the processor, and bytes at most, which a fork does not inherit.
USED = """
import sys, time
def used():
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(time.process_time(), int(peak.split()[1]) * 1024, file=sys.stderr)
"""
COMPARE = f"""{USED}
from bench.cli import main
sys.argv = ["bench", *sys.argv[1:]]
try:
    main()
finally:
    used()
"""
READ = f"""{USED}
import json
for path in sys.argv[1:]:
    json.loads(open(path).read())
used()
"""


def case(number: int, noise: random.Random) -> CaseResult:
    def process(turn: int) -> ProcessResult:
        slow = noise.gauss(1, 0.01)
        seconds = {name: slow * noise.gauss(1, 0.003) * 1e-3 for name in ("p50_s", "p90_s", "p99_s")}
        more = {"throughput_per_s": 1e3 / slow, "pace_s": noise.gauss(1, 0.003), "peak_memory_bytes": 10**8}
        return ProcessResult(turn=turn, cores=[1], load_s=0.01, first_s=0.001, samples=1000, **seconds, **more)

    measurements = [
        MeasurementResult(
            *("forward", "onnxruntime", "CPUExecutionProvider", 1.0, 1.0, "cpu", "fp32", load, "single-stream", 1),
            *(Latency(1e-3, 1e-3, 1e-3), 1e3, PROCESSES, 5000, "samples/x.npy"),
            by_process=[process(turn) for turn in range(PROCESSES)],
        )
        for load in LOADS
    ]
    value = noise.random()
    metrics = [
        MetricResult(f"metric{n}", value, "", True, "forward", "onnxruntime", "fp32", value, 1e-3, 1.0)
        for n in range(METRICS)
    ]
    artifact = ArtifactResult(
        *("forward", "classification", "fp32", "artifacts/x.onnx", "c" * 64, 2048, 1234, 5678, 3),
        *([TensorSpec("input", (8, 8))], ["output"]),
        operators={"Gemm": 2, "Relu": 1},
    )
    group = f"mlp[{number}]@digits"
    settings = (group + "#0", group, f"mlp-{number}", "mlp", "digits", {"hidden": [64]}, {}, {}, 0)
    return CaseResult(*settings, metrics=metrics, measurements=measurements, artifacts=[artifact])


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs, each in its directory; metrics have the same values, and timings their noise."""
    paths = []
    for number in range(2):
        noise = random.Random(number)
        cases = [case(n, noise) for n in range(CASES)]
        run = RunResult(f"run-{number}", {"name": "large"}, {"cpu": "Some CPU"}, "passed", "2024-05-01", 1.0, cases)
        folder = tmp_path_factory.mktemp(run.run_id)
        same = [replace(one, metrics=[replace(m, value=0.5) for m in one.metrics]) for one in run.cases]
        write_results(replace(run, cases=same), folder)
        paths.append(str(folder))
    return paths


@pytest.fixture(scope="module")
def cost(tmp_path_factory):
    """`cost(code, arguments) -> (seconds of the processor, bytes at most, what it printed)`."""

    def run(code, *arguments):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode in {0, 1}, done.stderr
        seconds, peak = done.stderr.split()[-2:]
        return float(seconds), int(peak), done.stdout

    return run


def test_the_runs_are_as_large_as_they_are_said_to_be(runs, cost):
    _, _, printed = cost(COMPARE, "compare", *runs, "--format", "json")
    assert len(json.loads(printed)["comparison"]["rows"]) == FIGURES == 10_000


@pytest.fixture(scope="module")
def reading(runs, cost):
    """The seconds of the processor in which both files are read."""
    return min(cost(READ, *(f"{run}/results.json" for run in runs))[0] for _ in range(ROUNDS))


@pytest.mark.parametrize("form", ["text", "md", "json", "junit", "html"])
def test_ten_thousand_figures_are_compared_within_memory_and_time(runs, cost, reading, form, benchmark):
    """Reading both files takes 0.16 s, comparing them 1.3 s; a page with all of them takes as long again."""

    def compared():
        found = [cost(COMPARE, "compare", *runs, "--format", form)[:2] for _ in range(ROUNDS)]
        return min(seconds for seconds, _ in found), max(peak for _, peak in found)

    comparing, peak = benchmark.pedantic(compared, rounds=1)
    benchmark.extra_info.update(ratio=comparing / reading, seconds=comparing, mib=peak / 2**20)
    assert peak <= MEMORY
    assert comparing / reading <= (20 if form == "html" else 14)
