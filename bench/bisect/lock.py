"""One bisection at a time in a folder: two would measure the same commits, and take each other's runs for whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import BenchError

LOCK = "bisect.lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder's lock; the system frees it when this process ends, however that happens.

    :raises BenchError: if another process holds it, or its file cannot be written
    """
    from filelock import FileLock, Timeout

    lock, elsewhere = FileLock(folder / LOCK), "name another folder with --output"
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise BenchError(f"another bisection is using {folder}", f"wait for its end, or {elsewhere}") from error
    except OSError as error:
        raise BenchError(f"cannot write in {folder}: {error.strerror or error}", elsewhere) from error
    try:
        yield
    finally:
        lock.release()
