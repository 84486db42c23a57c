"""`python -m bench.timing REQUEST ANSWER`: a fresh interpreter for one timing process.

It ends when its standard input does, with all that it started if it leads a process group: nothing is left over when
whoever asked for it is gone.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from bench.timing.process import answer
from bench.timing.request import TimingAnswer, TimingRequest


def main(request: Path, result: Path) -> None:
    """Time what the request file asks for, and write the answer file whatever happens."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        answer(TimingRequest.from_json(request.read_text())).write(result)
    except Exception as error:
        TimingAnswer(error=f"{type(error).__name__}: {error}").write(result)
        raise


def _end_with_input() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
