"""Says in whose code something failed."""

import re
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from bench.errors import Unsuitable
from bench.parity import Disagreement
from bench.records import MetricUse
from bench.results import UNSUITABLE, Failure
from bench.stages.request import CaseRequest

Result = TypeVar("Result")

LONGEST_MESSAGE = 500


def failure(error: BaseException, stage: str, owners: dict[str, str], fatal: bool = True, suspect: str = "") -> Failure:
    """The record of an exception; its traceback goes to standard error, which a worker writes to the case's log.

    :param owners: module or package -> the plugin that it belongs to
    :param suspect: the module that is to blame if no plugin's code is in the traceback
    """
    try:
        traceback.print_exception(error)
    except Exception:  # an exception's own __str__ may raise
        print(f"{type(error).__name__}, which cannot be printed")
    return Failure(stage, type(error).__name__, message_of(error), blamed(error, owners, suspect), fatal)


def attempted(
    request: CaseRequest, use: MetricUse, artifact: str, work: Callable[..., Result], *arguments: Any
) -> Result | Failure:
    """What `work` gives for a metric or picture, or why it gives nothing: it is `Unsuitable`, or has failed.

    :raises Disagreement: as `work` does, since that is the graph's and not the metric's
    """
    try:
        return work(*arguments)
    except Disagreement:
        raise
    except Unsuitable as reason:
        print(f"{use.name} is left out of {artifact}: {reason}")
        return Failure("evaluate", UNSUITABLE, message_of(reason), fatal=False, artifact=artifact, metric=use.name)
    except Exception as error:
        suspect = use.info.target.partition(":")[0]
        return failure(
            error, "evaluate", request.owners, fatal=request.metrics_named or use in request.course, suspect=suspect
        )


def left_out(reason: Unsuitable, stage: str, artifact: str, precision: str, runtime: str = "") -> Failure:
    """The record of figures that cannot be had though nothing has failed: of a graph, or of it under one runtime."""
    print(f"{artifact} at {precision} is left out: {reason}")
    return Failure(
        stage,
        UNSUITABLE,
        message_of(reason),
        fatal=False,
        artifact=artifact,
        runtime=runtime,
        precision=precision,
    )


def message_of(error: BaseException) -> str:
    """What an exception says, in one line without control characters; its kind where it says nothing of use."""
    try:
        text = str(error)
    except Exception:
        text = ""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if isinstance(error, SystemExit | KeyboardInterrupt):
        text = f"{type(error).__name__} {text}".strip()
    text = text or type(error).__name__
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"


def blamed(error: BaseException, owners: dict[str, str], suspect: str = "") -> str:
    """The plugin whose code is innermost in a traceback, else that of the module `suspect`; empty if there is none."""
    plugin = owner_of(suspect, owners)
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        plugin = owner_of(str(trace.tb_frame.f_globals.get("__name__", "")), owners) or plugin
        trace = trace.tb_next
    return plugin


def owner_of(module: str, owners: dict[str, str]) -> str:
    """The plugin that a module belongs to, by itself or by a package around it."""
    while module:
        if module in owners:
            return owners[module]
        module = module.rpartition(".")[0]
    return ""
