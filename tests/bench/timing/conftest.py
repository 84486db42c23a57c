"""A clock that only moves when something takes its time, so that tests do not depend on the machine; an interpreter."""

import os
import subprocess
import sys
import types

import pytest

from bench.timing.request import TimingAnswer, TimingRequest


class Clock:
    """Stands in for the module `time`; a look at it takes `look_ns`, so that waiting for it ends."""

    look_ns = 100

    def __init__(self) -> None:
        self.now_ns = 0

    def perf_counter_ns(self) -> int:
        self.now_ns += self.look_ns
        return self.now_ns

    def perf_counter(self) -> float:
        return self.perf_counter_ns() / 1e9

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)


@pytest.fixture
def clock(monkeypatch):
    """`clock(module, ...)` puts one such clock in the place of the modules' `time`."""

    def replace(*modules: types.ModuleType) -> Clock:
        made = Clock()
        for module in modules:
            monkeypatch.setattr(module, "time", made)
        return made

    return replace


@pytest.fixture
def with_runtime(tmp_path):
    """The environment of a process that finds an installed runtime, and bench where this one has it from."""
    paths = [str(tmp_path / "site-packages"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


@pytest.fixture
def fresh_interpreter(with_runtime, tmp_path):
    """Run a request as a run does: in an interpreter of its own, by way of files."""

    def run(request: TimingRequest) -> TimingAnswer:
        question, reply = tmp_path / "request.json", tmp_path / "answer.json"
        question.write_text(request.to_json())
        command = [sys.executable, "-m", "bench.timing", str(question), str(reply)]
        with subprocess.Popen(command, env=with_runtime, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            process.wait(60)
        return TimingAnswer.read(reply)

    return run
