"""What else the machine does is seen, and what a system cannot tell is None."""

import os
import subprocess
import sys
import threading
import time

import pytest

from bench.conditions import Conditions
from bench.timing import conditions
from bench.timing.conditions import Watch, bind

linux = pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")


def spin(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


@pytest.fixture
def unbound():
    """Let this process run everywhere again."""
    before = os.sched_getaffinity(0)
    yield before
    os.sched_setaffinity(0, before)


@linux
def test_binds_to_the_cores_that_are_named(unbound):
    last = max(unbound)
    assert bind([last]) == (last,)
    assert os.sched_getaffinity(0) == {last}


@linux
def test_without_cores_nothing_is_bound(unbound):
    assert bind([]) == ()
    assert os.sched_getaffinity(0) == unbound


@linux
def test_a_core_that_another_process_keeps_busy_is_seen(unbound):
    last = max(unbound)
    bind([last])
    watch = Watch()
    watch.begin()
    spin(0.5)
    before = watch.end()
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:  # bound as this process is
        try:
            time.sleep(0.3)
            watch.begin()
            spin(1.0)
            found = watch.end()
        finally:
            other.kill()
    assert found.waiting > 0.2
    assert found.waiting > before.waiting
    assert found.busy_cores > 0.2


@linux
def test_the_peak_of_memory_is_the_most_ever_held():
    watch = Watch()
    held = bytearray(1_000_000_000)
    held[::4096] = b"x" * len(held[::4096])
    del held
    watch.begin()
    assert watch.end().peak_memory_bytes > 1_000_000_000


def test_what_the_host_took_is_a_share_of_the_time_on_the_bound_cores(monkeypatch, tmp_path):
    def told(stolen):
        lines = [f"cpu{core} 5 5 5 500 0 0 0 {stolen} 0 0" for core in range(64)]
        (tmp_path / "stat").write_text("\n".join([f"cpu 320 320 320 9 0 0 0 {64 * stolen} 0 0", *lines, "intr 5"]))

    monkeypatch.setattr(conditions, "PROC", tmp_path)
    told(0)
    watch = Watch()
    watch.begin()
    time.sleep(0.2)
    told(2)
    assert watch.end().stolen == pytest.approx(0.02 / 0.2, rel=0.3)


def test_pace_is_that_of_a_fixed_piece_of_work(monkeypatch):
    watch = Watch()
    watch.begin()
    usual = watch.end().pace_s
    monkeypatch.setattr(conditions, "WORK", 10 * conditions.WORK)
    watch.begin()
    assert watch.end().pace_s == pytest.approx(10 * usual, rel=0.5)


@linux
def test_a_thread_that_waits_is_seen_though_the_main_thread_sleeps(unbound):
    bind([max(unbound)])
    watch, ended = Watch(), threading.Event()
    worker = threading.Thread(target=lambda: spin(1.5))
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:  # bound as this process is
        try:
            worker.start()
            watch.begin()
            ended.wait(1.0)
            found = watch.end()
        finally:
            other.kill()
            worker.join()
    assert found.waiting > 0.2


def test_threads_wait_as_long_as_the_one_that_waits_longest(monkeypatch, tmp_path):
    def told(**waited_ns):
        for thread, nanoseconds in waited_ns.items():
            (tmp_path / "self" / "task" / thread).mkdir(parents=True, exist_ok=True)
            (tmp_path / "self" / "task" / thread / "schedstat").write_text(f"5 {nanoseconds} 5\n")

    monkeypatch.setattr(conditions, "PROC", tmp_path)
    told(main=7_000_000_000, pool=1_000_000_000)
    watch = Watch()
    watch.begin()
    time.sleep(0.2)
    told(main=7_010_000_000, pool=1_050_000_000, new=30_000_000)
    assert watch.end().waiting == pytest.approx(0.05 / 0.2, rel=0.3)


def test_what_cannot_be_read_is_not_told(monkeypatch, tmp_path):
    monkeypatch.setattr(conditions, "PROC", tmp_path)
    watch = Watch()
    watch.begin()
    found = watch.end()
    assert (found.waiting, found.busy_cores, found.stolen) == (None, None, None)
    assert found.peak_memory_bytes > 1_000_000


class FakeGpu:
    """Throttles in every second reading, at 900 MHz and else at 1800, and uses a joule between two."""

    def __init__(self) -> None:
        self.count = 0

    def reading(self) -> object:
        self.count += 1

        class Reading:
            throttled = self.count % 2 == 0
            clock_mhz = 900 if throttled else 1800
            energy_mj = 1000 * self.count
            process_memory_bytes = 7

        return Reading


def test_the_gpus_clock_and_energy_are_read():
    watch = Watch(FakeGpu())
    watch.begin()
    for _ in range(4):
        watch.look()
    found = watch.end()
    assert found.throttled == pytest.approx(1 / 3)
    assert (found.clock_least_mhz, found.clock_median_mhz) == (900, 1800)
    assert found.joules == 6
    assert found.gpu_memory_bytes == 7
    assert isinstance(found, Conditions)
