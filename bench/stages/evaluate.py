"""Evaluation: every artifact is executed on the test set, at every precision and by every runtime, and scored."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from pytorch_lightning import LightningDataModule

from bench.catalog import build_runtime
from bench.errors import BenchError, Unsuitable
from bench.lengths import other_lengths, timed_lengths, usual_length
from bench.parity import Disagreement, root_mean_square
from bench.records import Evaluation, Export, MetricUse
from bench.results import UNSUITABLE, CourseResult, Failure, MetricResult, ParityResult, PictureResult
from bench.stages.answering import Answering, Call, Source, Subject, session_call, told_with_length, torch_call
from bench.stages.blame import attempted, failure, left_out, message_of
from bench.stages.build import load_checkpoint
from bench.stages.course import follow
from bench.stages.export import artifact_of
from bench.stages.features import FeatureNet
from bench.stages.files import save_array
from bench.stages.request import CaseRequest
from bench.stages.score import Answers, Execution, computed, figure, parity, refuse_disagreement, score, scores_of
from bench.timing.request import ROTATED, beginning

Result = TypeVar("Result")


@dataclass(frozen=True)
class Sample:
    """Rows that an artifact is fed with, and what the torch model answers to them, each by name."""

    fed: dict[str, Any]
    answers: dict[str, Any]

    def arrays(self, length: int | None, count: int) -> dict[str, Any]:
        """The first `count` rows, named as a timing process looks for those with sequences of a length."""
        kept = {"input": self.fed, "output": self.answers}
        return {
            f"{beginning(kind, length)}{number}": tensor.numpy()[:count]
            for kind, tensors in kept.items()
            for number, tensor in enumerate(tensors.values())
        }


@dataclass
class Evaluated:
    """What the stage found; a failure costs its figure, not the others."""

    parity: list[ParityResult] = field(default_factory=list)
    metrics: list[MetricResult] = field(default_factory=list)
    pictures: list[PictureResult] = field(default_factory=list)
    courses: list[CourseResult] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def evaluate(request: CaseRequest, data: LightningDataModule, progress: Callable[[float], None]) -> Evaluated:
    """Score the case's artifacts.

    :param data: the dataset; its test part is read here for the first time
    """
    shutil.rmtree(request.scores, ignore_errors=True)  # an earlier run's, which nothing will name
    features = FeatureNet(request) if request.features else None
    subject = Subject(
        *load_checkpoint(request.checkpoint),
        Source(data),
        request.seed,
        features,
        request.snapshots(),
        lambda epoch: load_checkpoint(request.snapshot(epoch)),
    )
    reference = Answering(subject, torch_call)
    executions = [(one, Answering(subject, _loaded(request, one))) for one in _executions(request)]
    found = Evaluated()
    for number, part in enumerate(subject.exports.values(), 1):
        scoring = Scoring(request, part, reference.on_test(part.name), found)
        scoring.sample(other_lengths(part.inputs, request.lengths_of(part.name)), subject, reference)
        scoring.save_rows()
        there = [one for one in executions if _has_graph(request, part, one[0].precision)]
        for place, (execution, answering) in enumerate(there):
            scoring.attempt(execution, answering, draws=place == 0)
        progress(number / len(subject.exports))
    found.courses, failures = follow(request, subject)
    found.failures += failures
    return found


class Scoring:
    """One artifact: what the torch model answers on the test set, and what is held against it."""

    def __init__(self, request: CaseRequest, part: Export, reference: Evaluation, found: Evaluated) -> None:
        self.request, self.part, self.reference, self.found = request, part, reference, found
        wanted = [use for use in request.metrics if part.task in use.info.tasks]
        self.pictures = [use for use in wanted if use.info.form == "picture"]
        figures = [use for use in wanted if use.info.form != "picture"]
        values = [(use, self._try(use, None, score, use, reference)) for use in figures]
        self.figures = [(use, value) for use, value in values if value is not None]
        self.others: dict[int | None, Sample] = {}
        self.unscored: set[str] = set()
        self.usual = usual_length(part.inputs)
        self.sizes = {name: root_mean_square(output) for name, output in reference.answers.items()}
        self.count = ROTATED * max(request.batch_sizes)

    def sample(self, lengths: Iterable[int], subject: Subject, reference: Answering) -> None:
        """Take rows with sequences of other lengths, to which the artifact has to answer too.

        As many as are timed: that it agrees whatever the data, the whole test set shows at the usual length.
        """
        name = self.part.name
        try:
            for length in lengths:
                with told_with_length(name, length):
                    fed = subject.of_length(name, length, self.count)
                    named = {spec.name: rows for spec, rows in zip(self.part.inputs, fed, strict=True)}
                    self.others[length] = Sample(named, reference.call(name, *fed))
        except BenchError as error:
            self._note(failure(error, "evaluate", self.request.owners), None)

    def attempt(self, execution: Execution, answering: Answering, draws: bool) -> None:
        """Score the artifact as one runtime answers at one precision; if that fails, the others are not disturbed.

        :param draws: whether the case's pictures are of these answers
        """
        try:
            self._score(execution, answering, draws)
        except Unsuitable as reason:  # of the runtime for this artifact; a metric's own costs that metric alone
            graph = (self.part.name, execution.precision)
            self.found.failures.append(left_out(reason, "evaluate", *graph, execution.runtime.name))
        except Exception as error:
            self._note(failure(error, "evaluate", self.request.owners), execution)

    def _score(self, execution: Execution, answering: Answering, draws: bool) -> None:
        """Execute the artifact and hold its outputs and figures against the torch model's; if all agree, keep them."""
        answers = answering.on_test(self.part.name)
        self._hold(execution, self.reference.answers, answers.answers, self.usual)
        for length, sample in self.others.items():
            self._hold_at(length, sample, execution, answering)
        figures = [
            (use, self._try(use, execution, figure, use, execution, reference, answers))
            for use, reference in self.figures
        ]
        self.found.metrics += [self._with_scores(use, row, answers) for use, row in figures if row is not None]
        if draws:
            drawn = [self._try(use, execution, self._draw, use, answers) for use in self.pictures]
            self.found.pictures += [picture for picture in drawn if picture is not None]

    def _hold(self, execution: Execution, expected: Answers, got: Answers, length: int | None) -> None:
        """Keep how far outputs lie from the torch model's, and refuse what lies too far."""
        rows = parity(execution, self.part.name, expected, got, self.sizes, length)
        self.found.parity += rows
        refuse_disagreement(rows)

    def _hold_at(self, length: int | None, sample: Sample, execution: Execution, answering: Answering) -> None:
        """:raises Disagreement: if the artifact, which agrees at the usual length, does not at another."""
        try:
            answers = answering.call(self.part.name, *sample.fed.values())
            self._hold(execution, sample.answers, answers, length)
        except Unsuitable:
            raise
        except Exception as error:
            told = f"{self.part.name} {execution} answers as the torch model does to sequences of {self.usual}"
            hint = "their usual length; what has a sequence axis has to answer at any"
            raise Disagreement(f"{told} alone, and not to those of {length}: {message_of(error)}", hint) from error

    def _try(
        self, use: MetricUse, execution: Execution | None, work: Callable[..., Result], *arguments: Any
    ) -> Result | None:
        """What `work` gives for a metric or picture; None if it says `Unsuitable` or fails, which is noted."""
        found = attempted(self.request, use, self.part.name, work, *arguments)
        if isinstance(found, Failure):
            if found.kind != UNSUITABLE:
                self._note(found, execution)
            elif self.request.metrics_named and found not in self.found.failures:
                self.found.failures.append(found)
            return None
        return found

    def _with_scores(self, use: MetricUse, row: MetricResult, answers: Evaluation) -> MetricResult:
        """A figure with the path of its scores, if its metric has any.

        That they cannot be had costs nothing else; it is noted once for the artifact.
        """
        if not use.info.scores or use.name in self.unscored:
            return row
        scores = attempted(self.request, use, self.part.name, scores_of, use, answers, row.value)
        if isinstance(scores, Failure):
            self.unscored.add(use.name)
            if scores.kind != UNSUITABLE:
                self.found.failures.append(replace(scores, fatal=False))
            return row
        path = self.request.scores / f"{row.artifact}.{row.name}.{row.runtime}.{row.precision}.npy"
        save_array(path, scores)
        return replace(row, scores_path=path.relative_to(self.request.folder).as_posix())

    def _note(self, found: Failure, execution: Execution | None) -> None:
        """Keep a failure. All graphs are made from the one at fp32: what fails there costs the others' timing too."""
        if execution is not None and execution.precision != "fp32":
            found = replace(
                found, artifact=self.part.name, runtime=execution.runtime.name, precision=execution.precision
            )
        self.found.failures.append(found)

    def save_rows(self) -> None:
        """Keep rows of the test set and their outputs for the timing: as many as its batches have, if there are."""
        samples = {**self.others, self.usual: Sample(self.reference.fed, self.reference.answers)}
        arrays: dict[str, Any] = {f"usual_{n}": one for n, one in enumerate(self.sizes.values())}
        for length in timed_lengths(self.part.inputs, self.request.lengths_of(self.part.name)):
            if length in samples:  # if not, the case has failed and is not timed
                arrays |= samples[length].arrays(length, self.count)
        np.savez(self.request.rows(self.part.name), **arrays)

    def _draw(self, use: MetricUse, answers: Evaluation) -> PictureResult:
        path = self.request.images / f"{self.part.name}.{use.name}.png"
        figure = computed(use, answers)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
        return PictureResult(use.name, self.part.name, path.relative_to(self.request.folder).as_posix())


def _executions(request: CaseRequest) -> list[Execution]:
    """What is scored, fp32 first."""
    pairs = [Execution(runtime, precision) for runtime in request.runtimes for precision in runtime.precisions]
    return sorted(pairs, key=lambda one: one.precision != "fp32")


def _has_graph(request: CaseRequest, part: Export, precision: str) -> bool:
    """Whether there is a part at a precision; if not, the export has said why."""
    return request.graph(part.name, precision).is_file()


def _loaded(request: CaseRequest, execution: Execution) -> Callable[[Export], Call]:
    """What loads a part as one runtime executes it at one precision.

    Where there is none, it is `Unsuitable`: a metric that asks for it is left out.
    """

    def load(part: Export) -> Call:
        if not _has_graph(request, part, execution.precision):
            raise Unsuitable(f"there is no {part.name} at {execution.precision}")
        artifact = artifact_of(request, part, execution.precision)
        session = build_runtime(execution.runtime).load(artifact, request.device, request.timed_threads)
        return session_call(session.proved())

    return load
