"""A worker's main functions: the stages of one case, one after the other, told to the parent as they end."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning import LightningDataModule

from bench.errors import BenchError
from bench.results import DataResult
from bench.stages.blame import failure
from bench.stages.build import build_dataset
from bench.stages.check import check_cases
from bench.stages.evaluate import evaluate
from bench.stages.export import export
from bench.stages.rehearse import rehearse_training
from bench.stages.request import CaseRequest
from bench.stages.train import train

# Messages to the parent: ("stage", name), ("progress", share), ("finished", name, seconds, fields of the CaseResult),
# ("failed", Failure). The connection closes after the last.


def run_case(request: CaseRequest, events: Connection) -> None:
    """Do the stages that a request asks for, in this process."""
    redirect_output(request.log)
    torch.set_num_threads(request.train_threads)
    stage = request.stages[0]
    try:
        data = build_dataset(request.dataset, request.data_params)
        for stage in request.stages:
            events.send(("stage", stage))
            started = time.perf_counter()
            fields = WORK[stage](request, data, lambda share: events.send(("progress", share)))
            _refuse_what_is_no_json(fields)
            events.send(("finished", stage, time.perf_counter() - started, fields))
    except BaseException as error:  # also SystemExit: whatever a plugin does costs its own case
        events.send(("failed", failure(error, stage, request.owners)))
    finally:
        events.close()


def run_check(requests: list[CaseRequest], fetch: bool, log: str, events: Connection) -> None:
    """Check all cases in this process and send the problems, and what each case exports."""
    redirect_output(log)
    try:
        events.send(check_cases(requests, fetch))
    finally:
        events.close()


Told = Callable[[float], None]


def _train(request: CaseRequest, data: LightningDataModule, progress: Told) -> dict[str, Any]:
    if request.rehearsal_s is not None:
        rehearse_training(request, data)
        return {}
    return {"training": train(request, data, progress), "data": describe(data)}


def _export(request: CaseRequest, data: LightningDataModule, progress: Told) -> dict[str, Any]:
    return vars(export(request, data, progress))


def _evaluate(request: CaseRequest, data: LightningDataModule, progress: Told) -> dict[str, Any]:
    return vars(evaluate(request, data, progress))


WORK = {"train": _train, "export": _export, "evaluate": _evaluate}


def describe(data: Any) -> DataResult:
    """The content hash of a dataset, if it can tell it, the sizes of its parts, and what its test part asks for."""
    fingerprint = data.fingerprint() if hasattr(data, "fingerprint") else ""
    parts = getattr(data, "parts", None)
    train, validation, test = (len(part.inputs) for part in parts) if parts else (0, 0, 0)
    asked, answers = (_hash(getattr(parts[2], side, None)) if parts else "" for side in ("inputs", "targets"))
    return DataResult(fingerprint, train, validation, test, test_inputs=asked, test_targets=answers)


def _hash(tensor: Any) -> str:
    """SHA-256 over the type, the shape and the content of a tensor; empty if it is none."""
    if not isinstance(tensor, torch.Tensor):
        return ""
    content = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    return sha256(f"{tensor.dtype}{tuple(tensor.shape)}".encode() + content).hexdigest()


def redirect_output(log: Path | str) -> None:
    """Send everything that this process prints, in whatever language it is written, to a log."""
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for number in (1, 2):
        os.dup2(file, number)
    os.close(file)
    # Whoever started this process may have put other objects in their place.
    sys.stdout = sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)


def _refuse_what_is_no_json(fields: dict[str, Any]) -> None:
    """Find here, where it costs this case alone, what a plugin has put into a record that results.json cannot hold."""
    try:
        json.dumps(fields, default=_as_dict, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BenchError(f"what this stage found cannot be written as JSON: {error}") from error


def _as_dict(value: Any) -> dict[str, Any]:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{value!r} of {type(value).__name__}")
