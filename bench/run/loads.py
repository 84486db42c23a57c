"""The loads that a suite asks for."""

from bench.suite.schema import Measure
from bench.timing.request import MULTI_STREAM_SAMPLES, Load

# A query alone, before a server: what the calmest of these takes tells whether any rate can keep the bound.
ALONE = (Load("single-stream", (1,)),) * 3


def loads_of(measure: Measure) -> list[Load]:
    """Every load of an artifact under a runtime; LoadGen's own, if it is asked for, come after ours."""
    loads = [load for scenario in measure.scenarios for load in _loads(scenario, tuple(measure.batch_sizes))]
    return loads + [Load(one.scenario, one.batch_sizes, instrument="loadgen") for one in loads if measure.loadgen]


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
