"""One measurement at a time on a host."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# The same for all users and jobs of a host, whatever they call their own temporary folder.
COMMON = Path("/tmp")  # noqa: S108
PATH = (COMMON if COMMON.is_dir() else Path(tempfile.gettempdir())) / "bench-measuring.lock"


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
