"""One measurement at a time on a host. What another run trains meanwhile is not kept away."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.errors import BenchError

# The same for all users and jobs of a host, whatever they call their own temporary folder.
COMMON = Path("/tmp")  # noqa: S108
PATH = (COMMON if COMMON.is_dir() else Path(tempfile.gettempdir())) / "bench-measuring.lock"


def check_host_lock() -> None:
    """See whether the lock can be had at all, now or when another run frees it.

    :raises BenchError: if its file cannot be written
    """
    from filelock import FileLock, Timeout

    lock = FileLock(PATH, mode=0o666)
    try:
        with suppress(Timeout), lock.acquire(blocking=False):
            pass
    except OSError as error:
        raise BenchError(
            f"{PATH}, which keeps timings on this host apart, cannot be locked: {error.strerror or error}",
            "it has to be a file that every user may write",
        ) from error


@contextmanager
def alone_on_this_host(waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the host's lock; the system frees it when this process ends, however that happens.

    :param waiting: called once if another run holds it
    """
    from filelock import FileLock, Timeout

    lock = FileLock(PATH, mode=0o666)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        waiting()
        lock.acquire(poll_interval=0.5)
    try:
        yield
    finally:
        lock.release()
