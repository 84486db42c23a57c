"""Which graphs of a suite are timed in pytest, and how: by pytest-benchmark, in pytest's own process."""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from bench.catalog import build_runtime
from bench.records import RuntimeUse, Session
from bench.suite.schema import Measure
from bench.timing.conditions import bind
from bench.timing.host_lock import alone_on_this_host
from bench.timing.request import Load, TimingRequest
from bench.timing.rows import Rows, check_answers

SCENARIO = "single-stream"


@dataclass(frozen=True)
class Timing:
    """One graph under one runtime and one load: one test.

    :param length: of the sequences; None where the graph has no axis for them
    """

    artifact: str
    runtime: str
    precision: str
    batch_size: int
    length: int | None = None

    @property
    def name(self) -> str:
        """What it is called in a test's identifier."""
        length = "" if self.length is None else f"-length{self.length}"
        return f"{self.artifact}-{self.runtime}-{self.precision}-batch{self.batch_size}{length}"

    @property
    def load(self) -> Load:
        """How its queries come."""
        return Load(SCENARIO, (self.batch_size,), length=self.length)


def timings_of(
    graphs: dict[str, tuple[int | None, ...]], runtimes: Iterable[RuntimeUse], measure: Measure
) -> list[Timing]:
    """What of a case is timed: its graphs in single-stream, under the runtimes that do without torch.

    :param graphs: artifact -> the lengths of its sequences
    """
    if SCENARIO not in measure.scenarios:
        return []
    return [
        Timing(artifact, runtime.name, precision, size, length)
        for artifact, lengths in graphs.items()
        for runtime in runtimes
        if not runtime.info.needs_torch
        for precision in runtime.precisions
        for size in measure.batch_sizes
        for length in lengths
    ]


def time_graph(request: TimingRequest, benchmark: Any, waiting: Callable[[], None]) -> Session:
    """Let pytest-benchmark time a graph, as `bench run` would: alone on the host, on the same cores, with its rows.

    :param request: with the one load
    :param benchmark: pytest-benchmark's fixture
    :param waiting: called if another run holds the host
    :returns: the session, with the proof of what executed it
    :raises BenchError: if something else executes the graph than what was asked for
    :raises Disagreement: if the graph does not answer what it answered when it was scored
    """
    (load,) = request.loads
    (size,) = load.batch_sizes
    rows = Rows(request.rows)
    batches = rows.inputs(size, load.length)
    with alone_on_this_host(waiting) if benchmark.enabled else nullcontext(), _bound_to(request.cores):
        session: Session = build_runtime(request.runtime).load(request.artifact, request.device, request.threads)
        for batch in batches:  # in first calls memory is fetched and kernels are chosen
            session.call(batch)
        call, following = session.call, itertools.cycle(batches).__next__
        benchmark(lambda: call(following()))
        check_answers(request.artifact, session, rows, size, load.length)
        return session.proved()


@contextmanager
def _bound_to(cores: tuple[int, ...]) -> Iterator[None]:
    """Bind this process to some cores for a while; the tests that follow have all of theirs."""
    before = os.sched_getaffinity(0) if cores else ()
    bind(cores)
    try:
        yield
    finally:
        bind(before)
