"""Worker processes, forked from a server that has already imported torch and Lightning."""

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any


class Worker:
    """A process that runs a function once and tells about it through `events`."""

    def __init__(self, process: ForkServerProcess, events: Connection) -> None:
        self.process = process
        self.events = events

    def stop(self, patience_s: float = 0.0) -> None:
        """End the process: wait for it to end by itself, then ask it to, then kill it.

        :param patience_s: how long a process that has said its last may take to clean up after itself
        """
        self.process.join(patience_s)
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(5)
        if self.process.is_alive():
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
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bench.stages.preload"])
        from multiprocessing import forkserver

        forkserver.ensure_running()

    def start(self, function: Callable[..., None], *arguments: Any) -> Worker:
        """Run `function(*arguments, events)` in a new process."""
        receiving, sending = self._context.Pipe(duplex=False)
        process = self._context.Process(target=function, args=(*arguments, sending), daemon=True)
        process.start()
        sending.close()
        return Worker(process, receiving)
