"""The loads that a suite asks for."""

from bench.suite.schema import Measure
from bench.timing.request import MULTI_STREAM_SAMPLES, Load


def loads_of(measure: Measure) -> list[Load]:
    """Every load of an artifact under a runtime; LoadGen's own, if it is asked for, come after ours."""
    loads = [load for scenario in measure.scenarios for load in _loads(scenario, tuple(measure.batch_sizes))]
    return loads + [Load(one.scenario, one.batch_sizes, instrument="loadgen") for one in loads if measure.loadgen]


def batch_sizes_of(measure: Measure) -> tuple[int, ...]:
    """Every batch size that an artifact is called with."""
    return tuple(sorted({size for load in loads_of(measure) for size in load.batch_sizes}))


def _loads(scenario: str, batch_sizes: tuple[int, ...]) -> list[Load]:
    if scenario == "single-stream":
        return [Load(scenario, (size,)) for size in batch_sizes]
    sizes = {"multi-stream": (MULTI_STREAM_SAMPLES,), "server": (1,), "offline": batch_sizes}
    return [Load(scenario, sizes[scenario])]
