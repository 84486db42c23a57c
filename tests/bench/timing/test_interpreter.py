"""A timing process without torch, and what a runtime starts in it: nothing is left over."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bench.records import Artifact, RuntimeInfo, RuntimeUse, TensorSpec
from bench.timing.interpreter import in_new_interpreter
from bench.timing.request import Effort, Load, TimingRequest

RUNTIME = """
    import os
    import signal
    import subprocess
    import time
    from pathlib import Path
    from bench import Session

    class Starts:
        def load(self, artifact, device, threads):
            child = subprocess.Popen(["sleep", "600"])
            Path(artifact.path).write_text(str(child.pid))
            self.then()
            return Session(lambda arrays: [2 * arrays[0]], "numpy")

        def then(self):
            pass

    class Hangs(Starts):
        def then(self):
            time.sleep(600)

    class Raises(Starts):
        def then(self):
            raise ValueError("a mistake")

    class Dies(Starts):
        def then(self):
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def request_for(install, tmp_path, monkeypatch):
    """A request to time a runtime that starts a process, whose number it writes to `child`."""
    module = install("starts", RUNTIME)
    paths = [str(tmp_path / "site-packages"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    inputs = np.arange(24, dtype=np.float32).reshape(8, 3)
    np.savez(tmp_path / "rows.npz", input_0=inputs, output_0=2 * inputs)

    def make(runtime: str) -> TimingRequest:
        child = str(tmp_path / "child")
        return TimingRequest(
            runtime=RuntimeUse("numpy", RuntimeInfo("numpy", f"{module}:{runtime}")),
            artifact=Artifact("forward", "", "fp32", child, "", (TensorSpec("input", (3,)),), ("output",)),
            rows=str(tmp_path / "rows.npz"),
            device="cpu",
            threads=1,
            cores=(),
            loads=(Load("single-stream", (2,)),),
            effort=Effort(warmup_s=0.0, warmup_max_s=0.0, min_seconds=0.0, min_samples=9, bound_s=1.0),
            samples=str(tmp_path / "samples"),
        )

    yield make
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or waits for nothing but to be asked how it ended."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
@pytest.mark.parametrize(
    ("runtime", "error"),
    [
        ("Starts", ""),
        ("Hangs", "no answer after 3 s"),
        ("Raises", "ValueError: a mistake"),
        ("Dies", "its process ended with exit code -9 and no answer"),
    ],
)
def test_nothing_that_a_runtime_starts_is_left_over_however_its_process_ends(runtime, error, request_for, tmp_path):
    assert in_new_interpreter(request_for(runtime), tmp_path / "log", 3).error == error
    assert has_ended(int((tmp_path / "child").read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_nor_when_whoever_asked_is_gone(request_for, tmp_path):
    (tmp_path / "request.json").write_text(request_for("Hangs").to_json())
    command = [sys.executable, "-m", "bench.timing", str(tmp_path / "request.json"), str(tmp_path / "answer.json")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            time.sleep(0.05)
            assert process.poll() is None
        process.stdin.close()
        process.wait(10)
    assert has_ended(int((tmp_path / "child").read_text()))
