"""One process at a time holds the host's lock, however it ends."""

import subprocess
import sys
import time

import pytest

from bench.errors import BenchError
from bench.run.loop import begin
from bench.run.rehearsal import rehearse
from bench.timing import host_lock
from bench.timing.host_lock import alone_on_this_host, check_host_lock

HOLDER = """
import sys
from pathlib import Path
from bench.timing import host_lock

host_lock.PATH = Path(sys.argv[1])
with host_lock.alone_on_this_host(lambda: print("waits", flush=True)):
    print("holds", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    """Start a process that takes the lock and holds it until a line comes: `holder()`."""
    started = []

    def start() -> subprocess.Popen:
        command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def says(process: subprocess.Popen) -> str:
    return process.stdout.readline().strip()


def test_the_second_says_once_that_it_waits_until_the_first_has_ended(holder):
    first = holder()
    assert says(first) == "holds"
    second = holder()
    assert says(second) == "waits"
    time.sleep(1.2)  # longer than it takes to look twice
    first.communicate("\n")
    assert says(second) == "holds"


def test_a_holder_that_is_killed_frees_it(holder):
    first = holder()
    assert says(first) == "holds"
    second = holder()
    assert says(second) == "waits"
    first.kill()
    assert says(second) == "holds"


def test_a_lock_that_is_held_can_be_had_later_and_is_no_error(holder, tmp_path, monkeypatch):
    monkeypatch.setattr(host_lock, "PATH", tmp_path / "lock")
    first = holder()
    assert says(first) == "holds"
    check_host_lock()
    first.communicate("\n")
    check_host_lock()
    with alone_on_this_host(pytest.fail):
        pass


def test_a_file_that_cannot_be_written_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setattr(host_lock, "PATH", tmp_path)
    with pytest.raises(BenchError) as caught:
        check_host_lock()
    assert str(caught.value) == (
        f"{tmp_path}, which keeps timings on this host apart, cannot be locked: Is a directory "
        "(it has to be a file that every user may write)"
    )


@pytest.mark.parametrize("start", [lambda: begin(None, None, None), lambda: rehearse(None, None, None, 0.0, None)])
def test_nothing_begins_that_could_not_be_timed_in_the_end(start, tmp_path, monkeypatch):
    monkeypatch.setattr(host_lock, "PATH", tmp_path)
    with pytest.raises(BenchError, match="cannot be locked: Is a directory"):
        start()
