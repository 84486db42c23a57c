"""Starts one timing process that has torch already, and waits for its answer."""

from pathlib import Path

from bench.run import targets
from bench.run.workers import Workers
from bench.timing.interpreter import silent
from bench.timing.request import TimingAnswer, TimingRequest


def in_fork(request: TimingRequest, workers: Workers, log: Path, patience_s: float, hint: str = "") -> TimingAnswer:
    """Time in a process that has torch already.

    :param log: what the process prints goes there
    :param patience_s: how long to wait for its answer
    :param hint: what to do if that is too short
    """
    worker = workers.start(targets.timing, request, str(log))
    try:
        if not worker.events.poll(patience_s):
            return silent(patience_s, hint)
        answer: TimingAnswer = worker.events.recv()
        worker.let_end()
        return answer
    except EOFError:
        return TimingAnswer(error=worker.death())
    finally:
        worker.stop()
