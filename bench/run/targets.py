"""Functions that workers run, so that the parent need not import what they import."""

from multiprocessing.connection import Connection

from bench.stages.request import CaseRequest
from bench.timing.request import TimingAnswer, TimingRequest


def case(request: CaseRequest, events: Connection) -> None:
    """Train, export and evaluate one case."""
    from bench.stages.case import run_case

    run_case(request, events)


def check(requests: list[CaseRequest], fetch: bool, log: str, events: Connection) -> None:
    """Check all cases."""
    from bench.stages.case import run_check

    run_check(requests, fetch, log, events)


def timing(request: TimingRequest, log: str, events: Connection) -> None:
    """Time one artifact in a process that has torch."""
    from bench.stages.case import redirect_output
    from bench.timing.process import answer

    redirect_output(log)
    try:
        events.send(answer(request))
    except Exception as error:
        events.send(TimingAnswer(error=f"{type(error).__name__}: {error}"))
        raise
    finally:
        events.close()
