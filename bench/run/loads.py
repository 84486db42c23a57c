"""The loads that a suite asks for."""

from collections.abc import Iterable
from dataclasses import replace

from bench.suite.schema import Measure
from bench.timing.request import MULTI_STREAM_SAMPLES, Load

# How often a query alone is timed before a server: the calmest tells whether any rate can keep the bound.
ALONE = 3


def loads_of(measure: Measure, lengths: Iterable[int | None] = (None,)) -> list[Load]:
    """Every load of an artifact under a runtime; LoadGen's own, if it is asked for, come after ours.

    :param lengths: of its sequences; every scenario takes each of them
    """
    loads = [
        replace(load, length=length)
        for scenario in measure.scenarios
        for length in lengths
        for load in _loads(scenario, tuple(measure.batch_sizes))
    ]
    return loads + [replace(load, instrument="loadgen") for load in loads if measure.loadgen]


def alone(loads: Iterable[Load]) -> list[Load]:
    """What is asked before servers are timed: a query alone, of each length."""
    lengths = [load.length for load in loads if load.scenario == "server" and load.instrument == "bench"]
    return [Load("single-stream", (1,), length=length) for length in lengths for _ in range(ALONE)]


def processes_of(measure: Measure) -> int:
    """How many timing processes an artifact has under a runtime: a server's bound is asked about in one of its own."""
    return measure.processes + ("server" in measure.scenarios)


def batch_sizes_of(measure: Measure) -> tuple[int, ...]:
    """Every batch size that an artifact is called with."""
    return tuple(sorted({size for load in loads_of(measure) for size in load.batch_sizes}))


def _loads(scenario: str, batch_sizes: tuple[int, ...]) -> list[Load]:
    if scenario == "single-stream":
        return [Load(scenario, (size,)) for size in batch_sizes]
    sizes = {"multi-stream": (MULTI_STREAM_SAMPLES,), "server": (1,), "offline": batch_sizes}
    return [Load(scenario, sizes[scenario])]
