"""How long a run takes, from what a rehearsal has found: arithmetic alone."""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.conditions import LEAST_SAMPLES
from bench.run.loads import ALONE, loads_of, processes_of
from bench.stages.request import Pace
from bench.suite.schema import Measure
from bench.timing.request import Load
from bench.timing.scenarios import TRIAL_S
from bench.timing.server import HALVINGS, LADDER, SHARED, trial_s

# What a run's stages are called where they are told, in order.
STAGES = ("check", "parts", "training", "export", "evaluation", "timing", "reports")

# A timing process before one of them has ended.
PROCESS_START_S = 0.6


@dataclass(frozen=True)
class ProcessPace:
    """How fast a timing process is, in seconds, with sequences of one length if there are any.

    :param start_s: all but the calls that warm up or count; of several lengths, at the first alone
    :param call_s: batch size -> one call
    :param warm_s: batch size -> the calls until they were stable
    """

    start_s: float
    call_s: Mapping[int, float]
    warm_s: Mapping[int, float]


@dataclass(frozen=True)
class Estimate:
    """What a run takes.

    :param seconds: stage -> its seconds on the clock, in the order of `STAGES`
    :param unknown: group -> why there is no estimate for it
    """

    seconds: Mapping[str, float]
    unknown: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """The whole run, in seconds."""
        return sum(self.seconds.values())


def training_seconds(paces: Sequence[Pace], train: Mapping[str, Any]) -> float:
    """A whole training.

    :param paces: of its parts, in order; all but the last end with the epoch before the next one's first
    :param train: `max_epochs`, `max_steps`, `accumulate_grad_batches` and `check_val_every_n_epoch` of its settings
    :raises ValueError: if nobody knows how many steps it has
    """
    ends = [*(pace.first for pace in paces[1:]), train.get("max_epochs") or math.inf]
    return sum(_part_seconds(pace, end - pace.first, train) for pace, end in zip(paces, ends, strict=True))


def _part_seconds(pace: Pace, epochs: float, train: Mapping[str, Any]) -> float:
    """One part of a training: so many epochs, unless all steps have been made before."""
    if pace.ended_s is not None:
        return pace.ended_s
    steps = math.inf
    if train.get("max_steps"):
        steps = max(0.0, train["max_steps"] * (train.get("accumulate_grad_batches") or 1) - pace.first * pace.steps)
    if pace.steps:
        steps = min(steps, epochs * pace.steps)
        epochs = steps / pace.steps
    if not math.isfinite(steps):
        raise ValueError("its data does not say how many batches an epoch has")
    epochs = epochs if math.isfinite(epochs) else 0.0
    looks = epochs // (train.get("check_val_every_n_epoch") or 1)
    return pace.setup_s + steps * pace.step_s + epochs * pace.epoch_s + looks * pace.look_s


def makespan(seconds: Sequence[float], jobs: int) -> float:
    """When the last of several pieces of work ends, if each begins, in order, as soon as one of `jobs` is free."""
    free = [0.0] * jobs
    for one in seconds:
        heapq.heappush(free, heapq.heappop(free) + one)
    return max(free)


def stage_seconds(cases: Sequence[Mapping[str, float]], jobs: int, alone: int = 0) -> dict[str, float]:
    """The makespan of whole cases, shared among their stages.

    :param cases: of each case, stage -> seconds
    :param alone: so many of the first end, one after the other, before any other starts
    """
    busy: dict[str, float] = {}
    for case in cases:
        for stage, seconds in case.items():
            busy[stage] = busy.get(stage, 0.0) + seconds
    each, total = [sum(case.values()) for case in cases], sum(busy.values())
    whole = sum(each[:alone]) + makespan(each[alone:], jobs)
    return {stage: seconds / total * whole if total else 0.0 for stage, seconds in busy.items()}


def timing_seconds(paces: Sequence[ProcessPace], measure: Measure) -> float:
    """All timing processes of one artifact under one runtime.

    :param paces: at each length of its sequences
    """
    return sum(_timing_seconds(pace, measure) for pace in paces)


def _timing_seconds(pace: ProcessPace, measure: Measure) -> float:
    """What they take with sequences of one length; the first also searches, once."""
    loads = loads_of(measure)
    every = pace.start_s + sum(_load_seconds(load, pace, measure) for load in loads)
    asking = 0.0
    if "server" in measure.scenarios:
        asking = pace.start_s + ALONE * (_warm_s(1, pace, measure) + _services_seconds(pace))
    return asking + measure.processes * every + sum(_search_seconds(load, pace, measure) for load in loads)


def guessed_timing_seconds(processes: int, measure: Measure) -> float:
    """The same for so many processes of which nothing is known yet."""
    loads = loads_of(measure)
    nothing = dict.fromkeys({size for load in loads for size in load.batch_sizes}, 1e-4)
    starts = [PROCESS_START_S, *[0.0] * (len(measure.lengths or [None]) - 1)]
    paces = [ProcessPace(start_s, nothing, nothing) for start_s in starts]
    return processes / processes_of(measure) * timing_seconds(paces, measure)


def _load_seconds(load: Load, pace: ProcessPace, measure: Measure) -> float:
    """One load, once all that has to be found is found."""
    size = max(load.batch_sizes, key=lambda size: size / pace.call_s[size])
    warm_s, call_s = _warm_s(size, pace, measure), pace.call_s[size]
    if load.scenario == "server":
        rate = 1 / call_s
        if load.instrument == "loadgen":  # what it costs itself, it tells of as many queries that do nothing
            arrive_s = max(measure.min_samples, LEAST_SAMPLES[99]) / (SHARED * rate)
            return warm_s + max(measure.min_seconds, arrive_s) + arrive_s
        return warm_s + sum(_serving_seconds(share * rate, measure) for share in LADDER)
    calls = measure.min_samples
    if load.instrument == "loadgen" and load.scenario != "offline":
        calls = max(calls, LEAST_SAMPLES[99] if load.scenario == "multi-stream" else LEAST_SAMPLES[90])
    return warm_s + max(measure.min_seconds, calls * call_s)


def _search_seconds(load: Load, pace: ProcessPace, measure: Measure) -> float:
    """What the first process takes longer: it finds the best batch size, or a server's rates."""
    if load.instrument == "loadgen":
        return 0.0
    if load.scenario == "server":
        return _services_seconds(pace) + (1 + HALVINGS) * _serving_seconds(1 / pace.call_s[1], measure)
    if len(load.batch_sizes) == 1:
        return 0.0
    return sum(_warm_s(size, pace, measure) + max(TRIAL_S, 3 * pace.call_s[size]) for size in load.batch_sizes)


def _services_seconds(pace: ProcessPace) -> float:
    """Single queries, as many as a 99th percentile takes."""
    return max(TRIAL_S, LEAST_SAMPLES[99] * pace.call_s[1])


def _serving_seconds(rate_per_s: float, measure: Measure) -> float:
    """A server at one rate."""
    return trial_s(rate_per_s, measure.min_seconds, measure.min_samples, measure.server.p99_s)


def _warm_s(size: int, pace: ProcessPace, measure: Measure) -> float:
    return max(measure.warmup_s, min(pace.warm_s[size], max(measure.warmup_s, measure.warmup_max_s)))
