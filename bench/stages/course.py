"""The course of metrics over the training: what the torch model got at each of its snapshots."""

from collections.abc import Iterator

from bench.records import Evaluation, Export, MetricUse
from bench.results import CourseResult, Failure
from bench.stages.answering import Subject
from bench.stages.blame import attempted
from bench.stages.request import CaseRequest
from bench.stages.score import score


def follow(request: CaseRequest, subject: Subject) -> tuple[list[CourseResult], list[Failure]]:
    """Compute the metrics that the suite follows, at each snapshot; one that fails ends there, and the others go on."""
    courses: dict[tuple[str, str], CourseResult] = {}
    ended: dict[tuple[str, str], Failure | None] = {}
    for epoch, use, evaluation in _figures(request, subject):
        key = use.name, evaluation.artifact
        if key in ended:
            continue
        found = attempted(request, use, evaluation.artifact, score, use, evaluation)
        if not isinstance(found, float):
            ended[key] = found
            continue
        empty = CourseResult(use.name, use.info.unit, use.info.higher_is_better, evaluation.artifact)
        course = courses.setdefault(key, empty)
        course.epochs.append(epoch)
        course.values.append(found)
    return list(courses.values()), [one for one in ended.values() if one is not None]


def _figures(request: CaseRequest, subject: Subject) -> Iterator[tuple[int, MetricUse, Evaluation]]:
    """What there is to compute, snapshot by snapshot."""
    parts = [(part, uses) for part in subject.exports.values() if (uses := _uses(request, part))]
    if not parts:
        return
    for epoch, answering in subject.earlier():
        for part, uses in parts:
            evaluation = answering.on_test(part.name)
            for use in uses:
                yield epoch, use, evaluation


def _uses(request: CaseRequest, part: Export) -> list[MetricUse]:
    return [use for use in request.course if part.task in use.info.tasks]
