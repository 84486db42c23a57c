"""Rehearses a plan in a folder that goes again, to say how long a run of it takes."""

import functools
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from bench.catalog import Catalog
from bench.report.write import write_reports
from bench.results import CaseResult, RunResult
from bench.run.cases import run_cases
from bench.run.estimate import STAGES, Estimate, ProcessPace, stage_seconds, timing_seconds, training_seconds
from bench.run.latencies import with_latencies
from bench.run.loads import batch_sizes_of
from bench.run.measuring import Configuration, configurations_of, measured, one_process
from bench.run.progress import Progress
from bench.run.requests import case_requests, default_jobs
from bench.run.workers import Workers
from bench.stages.request import CaseRequest, Pace
from bench.store.environment import environment
from bench.suite.plan import Plan
from bench.suite.planned import PlannedCase
from bench.suite.schema import Suite
from bench.timing.host_lock import alone_on_this_host, check_host_lock
from bench.timing.request import LoadAnswer

# How long a case trains, and how long all of them and all timing processes may take together.
TRAINING_S = 1.5
ALL_TRAINING_S = 30.0
ALL_TIMING_S = 60.0

# What shows no sign of life for so long has no estimate.
SILENCE_S = 120.0

# A rehearsed timing process counts for this long a load at most, and warms up as a real one.
TIMED_S = 0.05
TIMED_CALLS = 5

# A process that starts more slowly leaves something to those after it, such as compiled code: the second counts.
SLOW_START_S = 3.0


@dataclass(frozen=True)
class Rehearsed:
    """One case as it was rehearsed."""

    case: PlannedCase
    request: CaseRequest
    result: CaseResult

    @property
    def why_not(self) -> str:
        """Why there is no estimate from it; empty if there is one."""
        if "evaluate" in self.result.stages or self.result.error is None:
            return ""
        return f"{self.result.error.stage}: {self.result.error.message}"

    def seconds(self) -> dict[str, float]:
        """What the whole case takes, by stage."""
        paces = [Pace(**pace) for pace in json.loads(self.request.paces.read_text())]
        return {
            "training": training_seconds(paces, self.request.train),
            "export": self.result.stages["export"].seconds,
            "evaluation": self.result.stages["evaluate"].seconds,
        }


Waiting = Callable[[], None]


def rehearse(plan: Plan, catalog: Catalog, jobs: int | None, check_s: float, waiting: Waiting) -> Estimate:
    """Estimate a run: each group of cases trains for a moment and goes through all that follows once.

    Failures of a case are in the estimate. What fails in the timing of one artifact is taken to be like the others.

    :param jobs: cases side by side, as for the run
    :param check_s: how long it took to check the suite
    :param waiting: called once if another run is measuring on this host, which this waits for
    :raises BenchError: if the host's lock could not be had for the timing
    """
    check_host_lock()
    workers, jobs = Workers(), jobs or default_jobs(len(plan.cases))
    with tempfile.TemporaryDirectory(prefix="bench-rehearsal-") as folder:
        listener = _Listener(functools.cache(waiting))
        rehearsed = _run_some(plan, catalog, Path(folder), jobs, workers, listener)
        cases, unknown = _case_seconds(rehearsed)
        in_order = sorted(plan.cases, key=lambda case: case is not plan.features)
        planned = [cases[case.group] for case in in_order if case.group in cases]
        alone = int(plan.features is not None and plan.features.group in cases)
        usable = list({one.case.group: one for one in rehearsed if one.case.group in cases}.values())
        timing_s, results = _timing_seconds(plan, usable, workers, listener.waiting_for_host)
        found = {
            "check": check_s,
            **({"parts": listener.parts_s} if listener.parts_s else {}),
            **stage_seconds(planned, jobs, alone),
            "timing": timing_s,
            "reports": _report_seconds(plan, catalog, Path(folder), results),
        }
    return Estimate({stage: found[stage] for stage in STAGES if stage in found}, unknown)


def chosen(cases: list[PlannedCase], jobs: int) -> list[PlannedCase]:
    """The first case of each group, and others until `jobs` are full: cases side by side slow each other down."""
    firsts = {case.group: case for case in reversed(cases)}
    first_ids = {case.id for case in firsts.values()}
    others = [case for case in cases if case.id not in first_ids]
    return [case for case in cases if case.id in first_ids] + others[: -len(firsts) % jobs]


class _Listener(Progress):
    """Tells of nothing but waiting for another run, and keeps how long the timing of parts takes, a run's too."""

    def __init__(self, waiting: Waiting) -> None:
        self.parts_s = 0.0
        self._waiting = waiting
        self._heard = ("", 0.0)

    def waiting_for_host(self) -> None:
        self._waiting()

    def timing_parts(self, case: str, done: int, total: int) -> None:
        now, (before, then) = time.monotonic(), self._heard
        self.parts_s += now - then if case == before else 0.0
        self._heard = case, now


def _run_some(
    plan: Plan, catalog: Catalog, folder: Path, jobs: int, workers: Workers, listener: _Listener
) -> list[Rehearsed]:
    cases = chosen(plan.cases, jobs)
    by_id = {request.id: request for request in case_requests(plan, catalog, folder, jobs)}
    seconds = min(TRAINING_S, ALL_TRAINING_S * jobs / len(cases))
    requests = [replace(by_id[case.id], rehearsal_s=seconds) for case in cases]
    requests = with_latencies(requests, workers, _patience(plan.suite), listener)
    planned = {case.id: case for case in cases}
    results: dict[str, CaseResult] = {}

    def keep(result: CaseResult) -> None:
        results[result.id] = result

    run_cases(requests, {}, planned, workers, jobs, _patience(plan.suite), Progress(), keep)
    return [Rehearsed(case, by_id[case.id], results[case.id]) for case in cases]


def _case_seconds(rehearsed: Iterable[Rehearsed]) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """Group -> the seconds of a case of it by stage, and group -> why nothing is known of it."""
    found: dict[str, list[dict[str, float]]] = {}
    unknown: dict[str, str] = {}
    for one in rehearsed:
        try:
            if one.why_not:
                raise ValueError(one.why_not)
            found.setdefault(one.case.group, []).append(one.seconds())
        except (OSError, ValueError) as error:
            unknown.setdefault(one.case.group, str(error))
    means = {group: {stage: mean(one[stage] for one in ones) for stage in ones[0]} for group, ones in found.items()}
    return means, {group: why for group, why in unknown.items() if group not in means}


def _timing_seconds(
    plan: Plan, rehearsed: list[Rehearsed], workers: Workers, waiting: Waiting
) -> tuple[float, list[CaseResult]]:
    """What the timing of all cases takes, and the results of those that were timed."""
    suite = _hurried(plan.suite)
    configurations = {
        one.case.group: list(configurations_of(one.request, one.result, suite.measure)) for one in rehearsed
    }
    paces: dict[int, list[ProcessPace]] = {}
    with alone_on_this_host(waiting):
        deadline = time.monotonic() + ALL_TIMING_S
        for configuration in _in_turn(configurations):
            if time.monotonic() > deadline:
                break
            if found := _process_paces(configuration, suite, workers):
                paces[id(configuration)] = found
    everything = [one for ones in configurations.values() for one in ones]
    results = [measured(one.result, everything, suite.measure, []) for one in rehearsed]
    known = {key: timing_seconds(found, plan.suite.measure) for key, found in paces.items()}
    seconds = _like_the_others(everything, known)
    by_group = {group: sum(seconds[id(one)] for one in ones) for group, ones in configurations.items()}
    return sum(by_group.get(case.group, 0.0) for case in plan.cases), results


def _in_turn(configurations: Mapping[str, list[Configuration]]) -> Iterator[Configuration]:
    """The first configuration of each group, then the second of each: if time runs out, all groups have some."""
    longest = max(map(len, configurations.values()), default=0)
    for number in range(longest):
        yield from (ones[number] for ones in configurations.values() if number < len(ones))


def _like_the_others(configurations: list[Configuration], known: Mapping[int, float]) -> dict[int, float]:
    """What nobody has timed is taken to be like the others of its runtime, or of all."""
    every = mean(known.values()) if known else 0.0
    by_runtime: dict[str, list[float]] = {}
    for one in configurations:
        if id(one) in known:
            by_runtime.setdefault(one.runtime.name, []).append(known[id(one)])
    return {id(one): known.get(id(one), mean(by_runtime.get(one.runtime.name) or [every])) for one in configurations}


def _patience(suite: Suite) -> float:
    return min(suite.silence_s, SILENCE_S)


def _hurried(suite: Suite) -> Suite:
    """The suite with so little timing that it tells the pace alone: every batch size and length in a single stream."""
    measure = suite.measure.model_copy(
        update={
            "scenarios": ["single-stream"],
            "batch_sizes": list(batch_sizes_of(suite.measure)),
            "loadgen": False,
            "processes": 1,
            "warmup_s": min(suite.measure.warmup_s, TIMED_S),
            "min_seconds": min(suite.measure.min_seconds, TIMED_S),
            "min_samples": min(suite.measure.min_samples, TIMED_CALLS),
        }
    )
    return suite.model_copy(update={"measure": measure, "silence_s": _patience(suite)})


def _process_paces(configuration: Configuration, suite: Suite, workers: Workers) -> list[ProcessPace]:
    """Start a timing process, or two if the first starts slowly: its pace at each length; none if it fails."""
    paces: list[ProcessPace] = []
    for turn in (0, 1):
        began = time.monotonic()
        before = len(configuration.parts)
        one_process(configuration, suite, turn, random.Random(0), workers)
        if configuration.failure is not None:
            return []
        answers: dict[int | None, list[LoadAnswer]] = {}
        for part in configuration.parts[before:]:
            answers.setdefault(configuration.loads[part.load].length, []).append(part.answer)
        paces = [_pace(own) for own in answers.values()]
        counted = sum(one.seconds for own in answers.values() for one in own)
        spent = time.monotonic() - began - counted - sum(sum(pace.warm_s.values()) for pace in paces)
        paces[0] = replace(paces[0], start_s=max(0.0, spent))
        if spent < SLOW_START_S:
            break
    return paces


def _pace(answers: list[LoadAnswer]) -> ProcessPace:
    """What a process has found with sequences of one length, but for its start."""
    call_s = {one.batch_size: one.seconds * one.batch_size / one.samples for one in answers}
    return ProcessPace(0.0, call_s, {one.batch_size: one.warmup_calls * call_s[one.batch_size] for one in answers})


def _report_seconds(plan: Plan, catalog: Catalog, folder: Path, cases: list[CaseResult]) -> float:
    """Write the reports of what there is."""
    began = time.monotonic()
    results = RunResult(
        run_id="rehearsal",
        suite={"file": plan.source.name, **plan.suite.model_dump()},
        environment={**environment(catalog.plugins), "jobs": 1},
        status="passed",
        started="",
        seconds=0.0,
        cases=cases,
    )
    write_reports(results, folder, catalog)
    return time.monotonic() - began
