"""Runs the cases in workers, several at once, and gathers what they tell."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from typing import Any

from bench.results import CaseResult, Failure, StageResult
from bench.run import targets
from bench.run.progress import Progress
from bench.run.workers import Worker, Workers
from bench.stages.request import CaseRequest
from bench.suite.planned import PlannedCase


@dataclass
class _Running:
    request: CaseRequest
    worker: Worker
    result: CaseResult
    stage: str
    heard: float
    has_told_its_end: bool = False


def run_cases(
    requests: list[CaseRequest],
    begun: dict[str, CaseResult],
    planned: Mapping[str, PlannedCase],
    workers: Workers,
    jobs: int,
    silence_s: float,
    progress: Progress,
    finished: Callable[[CaseResult], None],
) -> None:
    """Run every case in a process of its own. A case that raises, crashes or falls silent fails; the others go on.

    The case whose net gives the others their features has ended before any of them starts.

    :param begun: case identifier -> what an earlier run has left of it
    :param planned: case identifier -> what the plan says of it
    :param finished: called with each case's result as soon as it has ended
    """
    waiting = sorted(requests, key=lambda request: not request.gives_features)
    running: list[_Running] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs and not any(case.request.gives_features for case in running):
                request = waiting.pop(0)
                running.append(_start(request, begun.get(request.id), planned[request.id], workers))
            for case in _ended(running, silence_s, progress):
                running.remove(case)
                case.worker.stop()
                finished(case.result)  # on disk before anyone is told
                progress.finished(case.result)
                if case.request.gives_features and case.result.downfall:
                    waiting = [without_features(request, case.result.downfall) for request in waiting]
    finally:
        for case in running:
            case.worker.stop()


def _start(request: CaseRequest, begun: CaseResult | None, planned: PlannedCase, workers: Workers) -> _Running:
    result = begun or CaseResult(
        id=request.id,
        group=planned.group,
        folder=request.name,
        model=request.model.name,
        dataset=request.dataset.name,
        params=request.params,
        data_params=request.data_params,
        train=request.train,
        seed=request.seed,
        against=planned.against,
        tolerated=planned.tolerated,
    )
    return _Running(request, workers.start(targets.case, request), result, request.stages[0], time.monotonic())


def without_features(request: CaseRequest, failure: Failure) -> CaseRequest:
    """A request that knows why there is no net to give it features."""
    assert request.features is not None
    return replace(request, features=replace(request.features, failure=f"{failure.stage}: {failure.message}"))


def _ended(running: list[_Running], silence_s: float, progress: Progress) -> Iterator[_Running]:
    """Wait for news, take it in, and give the cases that have ended."""
    news = [source for case in running for source in (case.worker.events, case.worker.process.sentinel)]
    talking = wait(news, timeout=1.0)
    now = time.monotonic()
    for case in list(running):
        if case.worker.events in talking or case.worker.process.sentinel in talking:
            case.heard = now
            if _heard_the_last(case, progress):
                yield case
        elif now - case.heard > silence_s:
            _fail(case, Failure(case.stage, "Silence", f"no sign of life for {silence_s:g} s; stopped"))
            yield case


def _heard_the_last(case: _Running, progress: Progress) -> bool:
    """Take in one message; whether it was the last."""
    try:
        if case.worker.has_ended():  # a process that it started may hold the connection open
            raise EOFError
        kind, *rest = case.worker.events.recv()
    except (EOFError, OSError):
        case.worker.let_end()
        if not case.has_told_its_end and "evaluate" not in case.result.stages:
            _fail(case, Failure(case.stage, "Crash", case.worker.death()))
        return True
    if kind == "stage":
        case.stage = rest[0]
        progress.stage(case.request.id, case.stage)
    elif kind == "progress":
        progress.advanced(case.request.id, rest[0])
    elif kind == "finished":
        _take(case, *rest)
    elif kind == "failed":
        case.has_told_its_end = True
        _fail(case, rest[0])
    return False


def _take(case: _Running, stage: str, seconds: float, fields: dict[str, Any]) -> None:
    stages = {**case.result.stages, stage: StageResult(round(seconds, 3))}
    failures = [*case.result.failures, *fields.get("failures", [])]
    case.result = replace(case.result, **{**fields, "stages": stages, "failures": failures})
    fatal = [failure for failure in case.result.failures if failure.fatal]
    if fatal:
        case.result = replace(case.result, status="failed", error=fatal[0])


def _fail(case: _Running, failure: Failure) -> None:
    """Take in what ended a case: it weighs more than what a graph has cost before."""
    failures = [*case.result.failures, failure]
    case.result = replace(case.result, status="failed", error=failure, failures=failures)
