"""Evaluation: every artifact is executed on the test set, at every precision and by every runtime, and scored."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import torch
from pytorch_lightning import LightningDataModule
from torch import Tensor

from bench.catalog import build_runtime, resolve
from bench.errors import Unsuitable
from bench.parity import Disagreement
from bench.records import DataSpec, Evaluation, Export, MetricInfo
from bench.results import Failure, MetricResult, ParityResult, PictureResult
from bench.stages.blame import failure
from bench.stages.build import load_checkpoint
from bench.stages.export import artifact_of
from bench.stages.request import CaseRequest
from bench.stages.score import Execution, figure, parity, refuse_disagreement, score
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
        for execution in _executions(request):
            scoring.attempt(execution)
        progress(number / len(exports))
    return found


class Scoring:
    """One artifact: what the torch model answers on the test set, and what is held against it."""

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
            if info.form != "picture" and (value := self._try(info, None, score, info, self.reference)) is not None
        }

    def attempt(self, execution: Execution) -> None:
        """Score the artifact as one runtime answers at one precision; if that fails, the others are not disturbed."""
        try:
            self._score(execution)
        except Exception as error:
            self._note(failure(error, "evaluate", self.request.owners), execution)

    def _score(self, execution: Execution) -> None:
        """Execute the artifact and hold its outputs and figures against the torch model's; if all agree, keep them."""
        runtime = execution.runtime
        artifact = artifact_of(self.request, self.part, execution.precision)
        session = build_runtime(runtime).load(artifact, self.request.device, self.request.timed_threads).proved()
        outputs = [tuple(map(_tensor, session.call([inputs.numpy()]))) for inputs, _ in self.batches]
        answers = self._evaluation(outputs)
        rows = parity(self.part.outputs, execution, self.reference, answers)
        self.found.parity += rows
        refuse_disagreement(rows)
        figures = [
            self._try(info, execution, figure, info, execution, reference, answers)
            for info, reference in self.figures.items()
        ]
        self.found.metrics += [row for row in figures if row is not None]
        if execution == _executions(self.request)[0]:
            drawn = [self._try(info, execution, self._draw, info, answers) for info in self.pictures]
            self.found.pictures += [picture for picture in drawn if picture is not None]

    def _try(
        self, info: MetricInfo, execution: Execution | None, work: Callable[..., Result], *arguments: Any
    ) -> Result | None:
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
            self._note(found, execution)
        return None

    def _note(self, found: Failure, execution: Execution | None) -> None:
        """Keep a failure. All graphs are made from the one at fp32: what fails there costs the others' timing too."""
        if execution is not None and execution.precision != "fp32":
            found = replace(
                found, artifact=self.part.name, runtime=execution.runtime.name, precision=execution.precision
            )
        self.found.failures.append(found)

    def save_rows(self) -> None:
        """Keep rows of the test set and their outputs for the timing: as many as its batches have, if there are."""
        count = ROTATED * max(self.request.batch_sizes)
        outputs = {f"output_{n}": tensor.numpy()[:count] for n, tensor in enumerate(self.reference.all_outputs)}
        np.savez(self.request.rows(self.part.name), input_0=self.inputs.numpy()[:count], **outputs)

    def _evaluation(self, outputs: list[tuple[Tensor, ...]]) -> Evaluation:
        joined = tuple(torch.cat(tensors) for tensors in zip(*outputs, strict=True))
        return Evaluation(
            self.spec, self.part.name, self.inputs, self.targets, joined[0], self.request.seed, all_outputs=joined
        )

    def _draw(self, info: MetricInfo, answers: Evaluation) -> PictureResult:
        path = self.request.images / f"{self.part.name}.{info.name}.png"
        figure = resolve(info)(answers)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
        return PictureResult(info.name, self.part.name, path.relative_to(self.request.folder).as_posix())


def _executions(request: CaseRequest) -> list[Execution]:
    """What is scored, fp32 first."""
    pairs = [Execution(runtime, precision) for runtime in request.runtimes for precision in runtime.precisions]
    return sorted(pairs, key=lambda one: one.precision != "fp32")


def _as_tuple(outputs: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


def _tensor(array: Any) -> Tensor:
    return torch.from_numpy(np.array(array))
