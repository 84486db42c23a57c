"""Two artifacts in one process, timed in turn: what disturbs the one disturbs the other."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.catalog import build_runtime
from bench.parity import Disagreement
from bench.records import Artifact, RuntimeUse, Session
from bench.timing.conditions import Watch, gpu_of
from bench.timing.request import Load, LoadAnswer, Rival, TimingAnswer, TimingRequest
from bench.timing.rows import Rows, check_answers
from bench.timing.sampling import Arrays, in_turn
from bench.timing.scenarios import Taken
from bench.timing.warmup import warm_up

# In these, a query begins when one has ended: only such queries can take turns.
SCENARIOS = ("single-stream", "multi-stream", "offline")


class Side:
    """One of the two artifacts: loaded, with what it is fed and what it has to answer."""

    def __init__(self, runtime: RuntimeUse, artifact: Artifact, rows: str, is_rival: bool) -> None:
        self.runtime, self.artifact, self.rows, self.is_rival = runtime, artifact, Rows(rows), is_rival

    def load(self, device: str, threads: int) -> None:
        """Load it; from then on it can be called."""
        self.session: Session = build_runtime(self.runtime).load(self.artifact, device, threads)

    def check(self, load: Load) -> None:
        """Hold its answers to its own rows against those of its own torch model.

        :raises Disagreement: with whose they are
        """
        for size in load.batch_sizes:
            try:
                check_answers(self.artifact, self.session, self.rows, size, load.length)
            except Disagreement as error:
                raise Disagreement(f"{self.artifact.path}: {error.message}") from error


def answer_in_turn(request: TimingRequest, rival: Rival, cores: tuple[int, ...]) -> TimingAnswer:
    """Measure an artifact and its rival in turn under every load, and write the raw samples of both.

    :param cores: to which this process is bound
    :raises BenchError: if something else executes one of them than what was asked for
    :raises Disagreement: if one of them does not answer what it answered when it was scored
    :raises ValueError: for a load whose queries do not follow each other
    """
    own = Side(request.runtime, request.artifact, request.rows, is_rival=False)
    other = Side(rival.runtime, rival.artifact, rival.rows, is_rival=True)
    sides = (other, own) if rival.goes_first else (own, other)
    for side in sides:
        side.load(request.device, request.threads)
    loads = tuple(one for number in range(len(request.loads)) for one in _measured(request, number, sides))
    first, _ = [side.session.proved() for side in (own, other)]
    return TimingAnswer(
        provider=first.provider,
        provider_share=first.provider_share,
        provider_time_share=first.provider_time_share,
        cores=cores,
        loads=loads,
        details=first.details,
    )


def _measured(request: TimingRequest, number: int, sides: tuple[Side, Side]) -> Iterator[LoadAnswer]:
    """One load of both, of which outputs are checked after the clock."""
    load, effort = request.loads[number], request.effort
    if load.scenario not in SCENARIOS or len(load.batch_sizes) != 1 or load.instrument != "bench":
        raise ValueError(f"{load} cannot be timed in turn")
    (size,), calls, inputs = load.batch_sizes, [side.session.call for side in sides], _inputs(load, sides)
    warm = [warm_up(call, own, effort.warmup_s, effort.warmup_max_s) for call, own in zip(calls, inputs, strict=True)]
    watch = Watch(gpu_of(request.device))
    watch.begin()
    durations = in_turn(calls, inputs, effort.min_seconds, effort.min_samples)
    conditions = watch.end()
    for side, own, warmed in zip(sides, durations, warm, strict=True):
        taken = Taken(size, None, own, size * len(own), float(own.sum()) / 1e9, warmed, conditions)
        path = Path(f"{request.samples}.{number}.{'rival' if side.is_rival else 'own'}.npy")
        yield replace(taken.kept(number, path), of_rival=side.is_rival)
    for side in sides:
        side.check(load)


def _inputs(load: Load, sides: tuple[Side, Side]) -> list[list[Arrays]]:
    """What each is called with: the request's own rows, unless the rival takes inputs of other shapes."""
    (size,) = load.batch_sizes
    batches = [side.rows.inputs(size, load.length) for side in sides]
    own = next(each for side, each in zip(sides, batches, strict=True) if not side.is_rival)
    return [own if _shapes(each) == _shapes(own) else each for each in batches]


def _shapes(batches: list[Arrays]) -> list[tuple[tuple[int, ...], np.dtype]]:
    return [(one.shape, one.dtype) for one in batches[0]]
