"""Evaluation: every artifact is executed on the test set by every runtime, compared with torch, and scored."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from pytorch_lightning import LightningDataModule
from torch import Tensor

from bench.catalog import resolve
from bench.errors import BenchError
from bench.records import DataSpec, Evaluation, Export, MetricInfo, RuntimeInfo
from bench.results import Failure, MetricResult, ParityResult, PictureResult
from bench.stages.blame import failure
from bench.stages.build import load_checkpoint
from bench.stages.export import artifact_of
from bench.stages.request import CaseRequest

# An element of an output may differ from the torch model's by ATOL + RTOL * |reference|: the reordering of
# single-precision sums, with room for a deep net.
ATOL = 1e-4
RTOL = 1e-3


@dataclass
class Evaluated:
    """What the stage found; `failures` cost an artifact its figures, not the others theirs."""

    parity: list[ParityResult] = field(default_factory=list)
    metrics: list[MetricResult] = field(default_factory=list)
    pictures: list[PictureResult] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def evaluate(request: CaseRequest, data: LightningDataModule, progress: Callable[[float], None]) -> Evaluated:
    """Score the case's artifacts.

    :param data: the dataset; its test part is read here for the first time
    """
    model, exports = load_checkpoint(request.checkpoint)
    data.setup("test")
    batches = [(inputs.cpu(), targets.cpu()) for inputs, targets in data.test_dataloader()]
    found = Evaluated()
    steps = len(exports) * len(request.runtimes)
    done = 0
    for part in exports:
        reference = _reference(part, data.spec, batches, request.seed)
        _save_rows(request, part, reference)
        wanted = [info for info in request.metrics if info.task == part.task]
        expected = {info.name: _score(info, reference) for info in _figures(wanted)}
        for runtime in request.runtimes:
            try:
                answers = _executed(request, part, runtime, reference, batches)
                _compare(request, part, runtime, reference, answers, expected, wanted, found)
            except Exception as error:
                found.failures.append(failure(error, "evaluate", request.owners))
            done += 1
            progress(done / steps)
    return found


def _reference(part: Export, spec: DataSpec, batches: list[tuple[Tensor, Tensor]], seed: int) -> Evaluation:
    """What the torch model answers on the test set."""
    with torch.no_grad():
        outputs = torch.cat([part.module(inputs) for inputs, _ in batches])
    inputs, targets = (torch.cat(tensors) for tensors in zip(*batches, strict=True))
    return Evaluation(spec, part.name, inputs, targets, outputs, seed)


def _executed(
    request: CaseRequest,
    part: Export,
    runtime: RuntimeInfo,
    reference: Evaluation,
    batches: list[tuple[Tensor, Tensor]],
) -> Evaluation:
    """What an artifact answers on the test set when a runtime executes it."""
    session = resolve(runtime)().load(artifact_of(request, part), request.device, request.timed_threads)
    outputs = [torch.from_numpy(np.asarray(session.call([inputs.numpy()])[0])) for inputs, _ in batches]
    return Evaluation(
        reference.spec, part.name, reference.inputs, reference.targets, torch.cat(outputs), request.seed
    )


def _compare(
    request: CaseRequest,
    part: Export,
    runtime: RuntimeInfo,
    reference: Evaluation,
    answers: Evaluation,
    expected: dict[str, float],
    wanted: list[MetricInfo],
    found: Evaluated,
) -> None:
    """Hold an artifact's outputs and metrics against the torch model's, and keep its figures and pictures."""
    parity = parity_of(runtime.name, reference, answers)
    found.parity.append(parity)
    if parity.excess > 1:
        raise Disagreement(
            f"{part.name} under {runtime.name} differs from the torch model by up to {parity.max_abs_error:.3g}",
            f"the bound is {ATOL} + {RTOL} x |reference|; the artifact is not timed",
        )
    for info in _figures(wanted):
        try:
            value = _score(info, answers)
            found.metrics.append(
                MetricResult(
                    name=info.name,
                    value=value,
                    unit=info.unit,
                    higher_is_better=info.higher_is_better,
                    artifact=part.name,
                    runtime=runtime.name,
                    precision="fp32",
                    reference=expected[info.name],
                )
            )
            if not abs(value - expected[info.name]) <= info.tolerance:
                raise Disagreement(
                    f"{info.name} of {part.name} under {runtime.name} is {value:.6g}, "
                    f"of the torch model {expected[info.name]:.6g}",
                    f"the tolerance is {info.tolerance}; the artifact is not timed",
                )
        except Exception as error:
            found.failures.append(failure(error, "evaluate", request.owners))
    if runtime is request.runtimes[0]:
        for info, path in _draw(request, wanted, answers, found):
            found.pictures.append(PictureResult(info.name, part.name, path))


class Disagreement(BenchError):
    """An artifact does not answer what its torch model answers."""


def parity_of(runtime: str, reference: Evaluation, answers: Evaluation) -> ParityResult:
    """The largest difference between two sets of outputs, absolute and against the bound."""
    expected, got = reference.outputs.double(), answers.outputs.double()
    if expected.shape != got.shape:
        raise Disagreement(f"outputs of shape {tuple(got.shape)}, not {tuple(expected.shape)}")
    difference = (got - expected).abs()
    excess = (difference / (ATOL + RTOL * expected.abs())).max().item()
    largest = difference.max().item()
    if not math.isfinite(largest):
        raise Disagreement(f"{answers.artifact} under {runtime} answers what is no number")
    return ParityResult(answers.artifact, runtime, "fp32", largest, excess, ATOL, RTOL)


def _figures(infos: list[MetricInfo]) -> list[MetricInfo]:
    return [info for info in infos if info.form != "picture"]


def _score(info: MetricInfo, evaluation: Evaluation) -> float:
    """A metric's value."""
    target: Any = resolve(info)
    if info.form == "function":
        return float(target(evaluation))
    metric = target(evaluation.spec)
    for outputs, targets in zip(evaluation.outputs.split(1024), evaluation.targets.split(1024), strict=True):
        metric.update(outputs, targets)
    return float(metric.compute())


def _draw(
    request: CaseRequest, wanted: list[MetricInfo], answers: Evaluation, found: Evaluated
) -> Iterator[tuple[MetricInfo, str]]:
    """Draw the pictures into the run directory."""
    for info in wanted:
        if info.form != "picture":
            continue
        path = request.images / f"{answers.artifact}.{info.name}.png"
        try:
            figure = resolve(info)(answers)
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path)
        except Exception as error:
            found.failures.append(failure(error, "evaluate", request.owners))
        else:
            yield info, str(path.relative_to(request.folder))


def _save_rows(request: CaseRequest, part: Export, reference: Evaluation) -> None:
    """Keep as many rows of the test set as the largest timed batch has, and their outputs, for the timing."""
    rows = np.resize(np.arange(len(reference.inputs)), max(request.batch_sizes))
    path = request.rows(part.name)
    np.savez(path, input_0=reference.inputs.numpy()[rows], output_0=reference.outputs.numpy()[rows])
