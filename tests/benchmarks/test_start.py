"""How long `bench` takes to answer, against starting Python and importing nothing."""

import subprocess
import sys
import time

import pytest


def best_of(command, rounds):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize(("arguments", "allowed"), [(["--help"], 6.0), (["list"], 11.0)])
def test_it_answers_at_once(arguments, allowed, benchmark):
    """0.15 s for help and 0.30 s for a list, where a bare Python starts in 0.026 s."""
    bare = best_of([sys.executable, "-c", "pass"], 10)
    command = [sys.executable, "-m", "bench", *arguments]
    benchmark.pedantic(lambda: subprocess.run(command, check=True, capture_output=True), rounds=10, warmup_rounds=1)
    ratio = benchmark.stats.stats.min / bare
    benchmark.extra_info["ratio"] = ratio
    assert ratio <= allowed
