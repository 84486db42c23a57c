"""Evaluation: every artifact is executed on the test set by every runtime, compared with torch, and scored."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import torch
from pytorch_lightning import LightningDataModule
from torch import Tensor

from bench.catalog import resolve
from bench.errors import BenchError, Unsuitable
from bench.parity import ATOL, RTOL, Disagreement, difference
from bench.records import DataSpec, Evaluation, Export, MetricInfo, RuntimeUse
from bench.results import Failure, MetricResult, ParityResult, PictureResult
from bench.stages.blame import failure
from bench.stages.build import load_checkpoint
from bench.stages.export import artifact_of
from bench.stages.request import CaseRequest
from bench.timing.request import ROTATED

Batch = tuple[Tensor, Tensor]
Result = TypeVar("Result")


@dataclass
class Evaluated:
    """What the stage found; a failure costs its figure, not the others."""

    parity: list[ParityResult] = field(default_factory=list)
    metrics: list[MetricResult] = field(default_factory=list)
    pictures: list[PictureResult] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def evaluate(request: CaseRequest, data: LightningDataModule, progress: Callable[[float], None]) -> Evaluated:
    """Score the case's artifacts.

    :param data: the dataset; its test part is read here for the first time
    """
    _, exports = load_checkpoint(request.checkpoint)
    data.setup("test")
    batches = [(inputs.cpu(), targets.cpu()) for inputs, targets in data.test_dataloader()]
    found = Evaluated()
    for number, part in enumerate(exports, 1):
        scoring = Scoring(request, part, data.spec, batches, found)
        scoring.save_rows()
        for runtime in request.runtimes:
            scoring.try_under(runtime)
        progress(number / len(exports))
    return found


class Scoring:
    """One artifact: what the torch model answers on the test set, and what runtimes are held against it."""

    def __init__(
        self, request: CaseRequest, part: Export, spec: DataSpec, batches: list[Batch], found: Evaluated
    ) -> None:
        self.request, self.part, self.batches, self.found = request, part, batches, found
        self.inputs, self.targets = (torch.cat(tensors) for tensors in zip(*batches, strict=True))
        self.spec = spec
        with torch.no_grad():
            self.reference = self._evaluation([_as_tuple(part.module(inputs)) for inputs, _ in batches])
        wanted = [info for info in request.metrics if info.task == part.task]
        self.pictures = [info for info in wanted if info.form == "picture"]
        self.figures = {
            info: value
            for info in wanted
            if info.form != "picture" and (value := self._attempt(info, score, info, self.reference)) is not None
        }

    def try_under(self, runtime: RuntimeUse) -> None:
        """Score the artifact under a runtime; if that fails, the others are not disturbed."""
        try:
            self._score_under(runtime)
        except Exception as error:
            self.found.failures.append(failure(error, "evaluate", self.request.owners))

    def _score_under(self, runtime: RuntimeUse) -> None:
        """Execute the artifact and hold its outputs and figures against the torch model's; if all agree, keep them."""
        artifact = artifact_of(self.request, self.part)
        session = resolve(runtime.info)(**runtime.params).load(
            artifact, self.request.device, self.request.timed_threads
        )
        outputs = [tuple(map(_tensor, session.call([inputs.numpy()]))) for inputs, _ in self.batches]
        answers = self._evaluation(outputs)
        self._compare_outputs(runtime, answers)
        rows = [self._attempt(info, self._compare_figure, runtime, info, answers) for info in self.figures]
        self.found.metrics += [row for row in rows if row is not None]
        if runtime is self.request.runtimes[0]:
            drawn = [self._attempt(info, self._draw, info, answers) for info in self.pictures]
            self.found.pictures += [picture for picture in drawn if picture is not None]

    def _attempt(self, info: MetricInfo, work: Callable[..., Result], *arguments: Any) -> Result | None:
        """What `work` gives for a metric or picture; None if it says `Unsuitable` or fails, which is noted."""
        try:
            return work(*arguments)
        except Disagreement:
            raise
        except Unsuitable as reason:
            print(f"{info.name} is left out of {self.part.name}: {reason}")
        except Exception as error:
            owners, suspect = self.request.owners, info.target.partition(":")[0]
            found = failure(error, "evaluate", owners, fatal=self.request.metrics_named, suspect=suspect)
            self.found.failures.append(found)
        return None

    def save_rows(self) -> None:
        """Keep rows of the test set and their outputs for the timing, again from the first if there are too few."""
        rows = np.resize(np.arange(len(self.inputs)), ROTATED * max(self.request.batch_sizes))
        outputs = {f"output_{n}": tensor.numpy()[rows] for n, tensor in enumerate(self.reference.all_outputs)}
        np.savez(self.request.rows(self.part.name), input_0=self.inputs.numpy()[rows], **outputs)

    def _evaluation(self, outputs: list[tuple[Tensor, ...]]) -> Evaluation:
        joined = tuple(torch.cat(tensors) for tensors in zip(*outputs, strict=True))
        return Evaluation(
            self.spec, self.part.name, self.inputs, self.targets, joined[0], self.request.seed, all_outputs=joined
        )

    def _compare_outputs(self, runtime: RuntimeUse, answers: Evaluation) -> None:
        pairs = zip(self.part.outputs, self.reference.all_outputs, answers.all_outputs, strict=True)
        for name, expected, got in pairs:
            largest, excess = difference(expected, got)
            self.found.parity.append(ParityResult(self.part.name, name, runtime.name, "fp32", largest, 0.0, excess))
            if excess > 1:
                raise Disagreement(
                    f"{name} of {self.part.name} under {runtime.name} differs from the torch model by {largest:.3g}",
                    f"the bound is {ATOL} + {RTOL} x |reference|; the artifact is not timed",
                )

    def _compare_figure(self, runtime: RuntimeUse, info: MetricInfo, answers: Evaluation) -> MetricResult:
        value, reference = score(info, answers), self.figures[info]
        if not abs(value - reference) <= info.tolerance:
            raise Disagreement(
                f"{info.name} of {self.part.name} under {runtime.name} is {value:.6g}, "
                f"of the torch model {reference:.6g}",
                f"the tolerance is {info.tolerance}; the artifact gets no figures",
            )
        return MetricResult(
            name=info.name,
            value=value,
            unit=info.unit,
            higher_is_better=info.higher_is_better,
            artifact=self.part.name,
            runtime=runtime.name,
            precision="fp32",
            reference=reference,
            tolerance=info.tolerance,
        )

    def _draw(self, info: MetricInfo, answers: Evaluation) -> PictureResult:
        path = self.request.images / f"{self.part.name}.{info.name}.png"
        figure = resolve(info)(answers)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
        return PictureResult(info.name, self.part.name, path.relative_to(self.request.folder).as_posix())


def score(info: MetricInfo, evaluation: Evaluation) -> float:
    """A metric's value.

    :raises BenchError: if it is not finite, which results.json cannot hold
    """
    target: Any = resolve(info)
    if info.form == "function":
        value = float(target(evaluation))
    else:
        metric = target(evaluation.spec)
        for outputs, targets in zip(evaluation.outputs.split(1024), evaluation.targets.split(1024), strict=True):
            metric.update(outputs, targets)
        value = float(metric.compute())
    if not math.isfinite(value):
        raise BenchError(f"{info.name} of {evaluation.artifact} is {value}")
    return value


def _as_tuple(outputs: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


def _tensor(array: Any) -> Tensor:
    return torch.from_numpy(np.array(array))
