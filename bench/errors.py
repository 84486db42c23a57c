"""Errors with a message, a hint and an exit code.

An error that a user can cause derives from `BenchError`: the command line prints its message in one line, without a
traceback. Anything else is a defect of bench or of a plugin and keeps its traceback.
"""

import difflib
from collections.abc import Iterable


class BenchError(Exception):
    """An expected error: `message` says what is wrong, `hint` what would be right."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class SuiteError(BenchError):
    """A mistake in a suite; the message begins with its file and line."""


class UnknownName(BenchError):
    """A name that nothing provides."""

    def __init__(self, kind: str, name: object, allowed: Iterable[str]) -> None:
        super().__init__(f"unknown {kind} {str(name)!r}", suggestion(str(name), allowed))


class Unsuitable(BenchError):
    """Raised for a combination that cannot be served.

    By a model, dataset or runtime: found before anything runs. By a metric or a picture: it is left out there.
    """


class DataMissing(BenchError):
    """A dataset's files are not there and cannot be fetched."""


class RunError(BenchError):
    """A run directory that is missing, damaged or of a newer format."""


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """The hint for a wrong name: the nearest right one first, then all of them."""
    allowed = sorted(allowed)
    if not allowed:
        return "there are none"
    folded = {right.casefold(): right for right in allowed}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return (f"did you mean {folded[near[0]]!r}? " if near else "") + "allowed: " + ", ".join(allowed)
