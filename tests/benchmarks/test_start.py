"""How long `bench` takes to answer, against starting Python and importing nothing."""

import sys

import pytest


@pytest.mark.parametrize(("arguments", "allowed"), [(["--help"], 6.0), (["list"], 11.0)])
def test_it_answers_at_once(arguments, allowed, shortest, benchmark):
    """0.15 s for help and 0.30 s for a list, where a bare Python starts in 0.026 s."""
    commands = [sys.executable, "-c", "pass"], [sys.executable, "-m", "bench", *arguments]
    bare, ours = benchmark.pedantic(shortest, commands, {"rounds": 20}, rounds=1)
    benchmark.extra_info["ratio"] = ours / bare
    assert ours / bare <= allowed
