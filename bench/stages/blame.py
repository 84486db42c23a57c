"""Says in whose code something failed."""

import traceback
from types import TracebackType

from bench.results import Failure


def failure(error: BaseException, stage: str, owners: dict[str, str], fatal: bool = True) -> Failure:
    """The record of an exception; its traceback goes to standard error, which a worker writes to the case's log.

    :param owners: import package -> the plugin that it belongs to
    """
    traceback.print_exception(error)
    message = " ".join(str(error).split()) or type(error).__name__
    return Failure(stage, type(error).__name__, message[:500], _plugin(error.__traceback__, owners), fatal)


def _plugin(trace: TracebackType | None, owners: dict[str, str]) -> str:
    """The plugin whose code is innermost in a traceback; empty if none is."""
    plugin = ""
    while trace is not None:
        package = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        plugin = owners.get(package, plugin)
        trace = trace.tb_next
    return plugin
