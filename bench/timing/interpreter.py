"""Starts a fresh interpreter for one timing process, says on which cores, and waits for its answer."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.timing.request import TimingAnswer, TimingRequest


def in_new_interpreter(request: TimingRequest, log: Path, patience_s: float, hint: str = "") -> TimingAnswer:
    """Time in a new interpreter, which never imports torch.

    :param log: what the process prints goes there
    :param patience_s: how long to wait for its answer
    :param hint: what to do if that is too short
    """
    question, reply = log.with_suffix(".request.json"), log.with_suffix(".answer.json")
    question.write_text(request.to_json())
    # Without -P, a file in the current folder could stand in for a package. The process ends when its input does.
    code: int | None = None
    command = [sys.executable, "-P", "-m", "bench.timing", str(question), str(reply)]
    try:
        with (
            log.open("a") as printed,
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=printed, stderr=printed, start_new_session=True
            ) as process,
        ):
            try:
                code = process.wait(patience_s)
            except subprocess.TimeoutExpired:
                return silent(patience_s, hint)
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own: all that it started
                process.kill()
        return TimingAnswer.read(reply)
    except (OSError, ValueError, TypeError):  # the process ended before it had written all of it
        return TimingAnswer(error=f"its process ended with exit code {code} and no answer")
    finally:
        question.unlink(missing_ok=True)
        reply.unlink(missing_ok=True)


def silent(patience_s: float, hint: str) -> TimingAnswer:
    """The answer of a process that gave none in time."""
    return TimingAnswer(error="; ".join(filter(None, [f"no answer after {patience_s:g} s", hint])))


def timing_cores(threads: int, wanted: Sequence[int] = ()) -> tuple[int, ...]:
    """The cores to time on: the last ones, since systems like to do their own work on the first.

    :param wanted: others to take instead
    :returns: none where the system cannot bind a process
    """
    if not hasattr(os, "sched_getaffinity"):
        return ()
    return tuple(wanted or sorted(os.sched_getaffinity(0))[-threads:])


def helping_cores(cores: Sequence[int]) -> tuple[int, ...]:
    """One core besides those that are timed on, for what is not timed; none if there is no other."""
    if not hasattr(os, "sched_getaffinity"):
        return ()
    return tuple(sorted(os.sched_getaffinity(0) - {*cores})[-1:])
