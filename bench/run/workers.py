"""Worker processes, forked from a server that has already imported torch and Lightning."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any


class Worker:
    """A process that runs a function once and tells about it through `events`."""

    def __init__(self, process: ForkServerProcess, events: Connection) -> None:
        self.process = process
        self.events = events

    def has_ended(self) -> bool:
        """Whether the process is gone and has nothing more to tell."""
        return not self.process.is_alive() and not self.events.poll()

    def let_end(self) -> None:
        """Give a process that has said its last some seconds to clean up after itself."""
        self.process.join(5)

    def stop(self) -> None:
        """End the process and all that it started."""
        if self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)  # it leads a group of its own
        self.process.kill()
        self.process.join()
        self.events.close()

    def death(self) -> str:
        """How a process ended that did not say so itself."""
        self.process.join(10)
        code = self.process.exitcode
        if code is None:
            return "its process closed its connection and went on"
        if code >= 0:
            return f"its process ended with exit code {code}"
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"its process was killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")


class Workers:
    """Starts workers. The server starts when this is made, so that it imports while the parent does other things."""

    def __init__(self) -> None:
        # No process of ours takes a file in the current folder for a package.
        os.environ["PYTHONSAFEPATH"] = "1"
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bench.stages.preload"])
        forkserver.ensure_running()

    def start(self, function: Callable[..., None], *arguments: Any) -> Worker:
        """Run `function(*arguments, events)` in a new process."""
        receiving, sending = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_alone, args=(function, *arguments, sending), daemon=True)
        process.start()
        sending.close()
        return Worker(process, receiving)


def _alone(function: Callable[..., None], *arguments: Any) -> None:
    """Run a function in a process group of its own, which ends with the process that asked for it.

    So a Ctrl-C in the terminal reaches bench alone, and nothing is left over however bench ends.
    """
    os.setsid()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    function(*arguments)


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os.killpg(0, signal.SIGKILL)
