"""A worker's main function: the stages of one case, one after the other, told to the parent as they end."""

import os
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

from bench.results import DataResult
from bench.stages.blame import failure
from bench.stages.build import build_dataset
from bench.stages.check import check_cases
from bench.stages.evaluate import evaluate
from bench.stages.export import export
from bench.stages.request import CaseRequest
from bench.stages.train import train

STAGES = ("train", "export", "evaluate")

# Messages to the parent: ("stage", name), ("progress", share), ("finished", name, seconds, fields of the CaseResult),
# ("failed", Failure). The connection closes after the last.


def run_case(request: CaseRequest, events: Connection) -> None:
    """Train, export and evaluate one case in this process."""
    redirect_output(request.log)
    torch.set_num_threads(request.train_threads)
    stage = "train"
    try:
        data = build_dataset(request.dataset, request.data_params)
        work: dict[str, Callable[..., dict[str, Any]]] = {
            "train": lambda progress: {"training": train(request, data, progress), "data": describe(data)},
            "export": lambda progress: {"artifacts": export(request, progress)},
            "evaluate": lambda progress: vars(evaluate(request, data, progress)),
        }
        for stage in STAGES:
            events.send(("stage", stage))
            started = time.perf_counter()
            fields = work[stage](lambda share: events.send(("progress", share)))
            events.send(("finished", stage, time.perf_counter() - started, fields))
    except BaseException as error:
        events.send(("failed", failure(error, stage, request.owners)))
    finally:
        events.close()


def run_check(requests: list[CaseRequest], fetch: bool, events: Connection) -> None:
    """Check all cases in this process and send the list of problems."""
    try:
        events.send(check_cases(requests, fetch))
    finally:
        events.close()


def describe(data: Any) -> DataResult:
    """The content hash of a dataset, if it can tell it, and the sizes of its parts."""
    fingerprint = data.fingerprint() if hasattr(data, "fingerprint") else ""
    parts = getattr(data, "parts", None)
    sizes = [len(part.inputs) for part in parts] if parts else [0, 0, 0]
    return DataResult(fingerprint, *sizes)


def redirect_output(log: Path | str) -> None:
    """Send everything that this process prints, in whatever language it is written, to a log."""
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(file, number)
    os.close(file)
    # Whoever started this process may have put other objects in their place.
    sys.stdout = sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
