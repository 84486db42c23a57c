"""The scenarios, with MLPerf's meanings: what a process does under each load (Reddi et al. 2020, arXiv 1911.02549)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.conditions import LEAST_SAMPLES, Conditions
from bench.timing import server
from bench.timing.conditions import Watch
from bench.timing.request import Effort, Load, LoadAnswer
from bench.timing.sampling import Arrays, Call, all_at_once, as_they_come, frozen, one_after_the_other
from bench.timing.warmup import WarmUp, warm_up

# How long offline tries a batch size before it takes the best, and a server's service is timed to begin its search.
TRIAL_S = 0.1


@dataclass(frozen=True)
class Subject:
    """A loaded artifact that is measured.

    :param call: what is timed
    :param inputs: batch size -> batches to rotate through
    :param rng: of a server's arrivals
    :param helpers: cores for LoadGen's own threads; empty for those that are timed on
    """

    call: Call
    inputs: Callable[[int], list[Arrays]]
    effort: Effort
    watch: Watch
    rng: np.random.Generator
    helpers: tuple[int, ...] = ()

    def warm_up(self, batch_size: int) -> WarmUp:
        """Call with this batch size until calls are stable."""
        return warm_up(self.call, self.inputs(batch_size), self.effort.warmup_s, self.effort.warmup_max_s)


@dataclass(frozen=True)
class Taken:
    """What was measured: the durations of queries in nanoseconds, and the samples that were answered in some seconds.

    `details` is what the instrument has to say besides.
    """

    batch_size: int
    rate_per_s: float | None
    durations: np.ndarray
    samples: int
    seconds: float
    warm: WarmUp
    conditions: Conditions
    details: dict[str, Any] = field(default_factory=dict)

    def kept(self, load: int, path: Path) -> LoadAnswer:
        """Write the durations, and say where they are.

        :param load: its number in the request
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, self.durations)
        return LoadAnswer(
            load=load,
            batch_size=self.batch_size,
            rate_per_s=self.rate_per_s,
            path=str(path),
            samples=self.samples,
            seconds=self.seconds,
            warmup_calls=self.warm.calls,
            warm=self.warm.stable,
            conditions=self.conditions,
            details=self.details,
        )


def measure(load: Load, subject: Subject) -> Iterator[Taken]:
    """Measure a load: once, or for a server once at each rate."""
    if load.instrument == "loadgen":
        yield from _by_loadgen(load, subject)
    elif load.scenario == "server":
        yield from _server(load, subject)
    elif load.scenario == "offline":
        yield _offline(load, subject)
    else:
        yield _stream(load, subject)


def _stream(load: Load, subject: Subject) -> Taken:
    """Single-stream and multi-stream: the next query begins when one has ended."""
    (size,), effort = load.batch_sizes, subject.effort
    warm = subject.warm_up(size)
    subject.watch.begin()
    inputs = subject.inputs(size)
    durations = one_after_the_other(
        subject.call, inputs, effort.min_seconds, effort.min_samples, subject.watch.look if subject.watch.gpu else None
    )
    return _closed(size, durations, warm, subject.watch.end())


def _closed(size: int, durations: np.ndarray, warm: WarmUp, conditions: Conditions) -> Taken:
    """Queries without a pause between them."""
    return Taken(size, None, durations, size * len(durations), durations.sum() / 1e9, warm, conditions)


def _offline(load: Load, subject: Subject) -> Taken:
    """All samples are there at once, and the runtime may cut them as it likes: into batches of the best size."""
    size = _best_batch_size(load.batch_sizes, subject)
    warm, effort = subject.warm_up(size), subject.effort
    subject.watch.begin()
    durations = all_at_once(subject.call, subject.inputs(size), effort.min_seconds, effort.min_samples)
    return _closed(size, durations, warm, subject.watch.end())


def _best_batch_size(sizes: tuple[int, ...], subject: Subject) -> int:
    if len(sizes) == 1:
        return sizes[0]

    def rate(size: int) -> float:
        subject.warm_up(size)
        durations = one_after_the_other(subject.call, subject.inputs(size), TRIAL_S, 3)
        return size / float(np.median(durations))

    return max(sizes, key=rate)


def _server(load: Load, subject: Subject) -> Iterator[Taken]:
    """Queries of one sample come at random and are served in order, at each rate."""
    warm = subject.warm_up(1)
    rates = _rates(subject, load.rates_per_s) if load.search or not load.rates_per_s else load.rates_per_s
    for rate in rates:
        subject.watch.begin()
        due, latencies = _serve(rate, subject)
        end = subject.watch.end()
        yield Taken(1, rate, latencies, len(latencies), (due[-1] + latencies[-1]) / 1e9, warm, end)


def _rates(subject: Subject, earlier: tuple[float, ...]) -> tuple[float, ...]:
    """The rates around the highest that meets the bound: expected from service times, then found by serving."""
    effort = subject.effort
    services = one_after_the_other(subject.call, subject.inputs(1), TRIAL_S, LEAST_SAMPLES[99])
    expected = server.expected_rate(services, effort.bound_s, subject.rng)
    found = server.highest_rate(lambda rate: _meets(rate, subject), expected, 1.05 * expected)
    return server.ladder(found or server.STEP * expected, earlier)


def _meets(rate: float, subject: Subject) -> bool:
    _, latencies = _serve(rate, subject)
    return float(np.percentile(latencies, 99)) <= subject.effort.bound_s * 1e9


def _serve(rate: float, subject: Subject) -> tuple[np.ndarray, np.ndarray]:
    """When each query was due, and its latency."""
    effort = subject.effort
    count = server.queries(rate, effort.min_seconds, effort.min_samples, effort.bound_s)
    due = server.arrivals(rate, count, subject.rng)
    return due, as_they_come(subject.call, subject.inputs(1), due)


def _by_loadgen(load: Load, subject: Subject) -> Iterator[Taken]:
    """The same load as MLPerf's LoadGen drives and times it."""
    from bench.timing import loadgen

    (size,), effort = load.batch_sizes, subject.effort
    warm, inputs = subject.warm_up(size), subject.inputs(size)
    least = max(effort.min_samples, loadgen.LEAST_QUERIES[load.scenario])
    for rate in load.rates_per_s or (None,):
        seed = int(subject.rng.integers(2**31))
        bound_s = effort.bound_s if rate else None
        task = loadgen.Task(load.scenario, warm.call_s, effort.min_seconds, least, rate, bound_s, seed)
        subject.watch.begin()
        with frozen():
            found = loadgen.sample(subject.call, inputs, task, subject.helpers)
        conditions = subject.watch.end()
        seconds = _seconds(load, rate, found.durations_ns)
        details = {
            "valid": found.valid,
            "reason": found.reason,
            "own_cost_s": loadgen.own_cost_s(inputs, task, subject.helpers),
            "loadgen_version": found.settings.get("loadgen_version"),
        }
        samples = round(found.throughput_per_s * seconds)
        yield Taken(size, rate, found.durations_ns, samples, seconds, warm, conditions, details)


def _seconds(load: Load, rate: float | None, durations_ns: np.ndarray) -> float:
    """About how long a test took; a server's, by its rate."""
    return len(durations_ns) / rate if rate else float(durations_ns.sum()) / 1e9
