"""The course of metrics over the training: what the torch model got at each of its snapshots."""

from collections.abc import Iterator

from bench.records import Evaluation, MetricUse
from bench.results import UNSUITABLE, CourseResult, Failure
from bench.stages.answering import Subject
from bench.stages.blame import attempted
from bench.stages.request import CaseRequest
from bench.stages.score import score


def follow(request: CaseRequest, subject: Subject) -> tuple[list[CourseResult], list[Failure]]:
    """Compute the metrics that the suite follows, at each snapshot; one that fails ends there, and the others go on."""
    courses: dict[tuple[str, str], CourseResult] = {}
    ended: dict[tuple[str, str], Failure] = {}
    for epoch, use, evaluation in _figures(request, subject):
        key = use.name, evaluation.artifact
        if key in ended:
            continue
        found = attempted(request, use, evaluation.artifact, score, use, evaluation)
        if isinstance(found, Failure):
            ended[key] = found
            continue
        empty = CourseResult(use.name, use.info.unit, use.info.higher_is_better, evaluation.artifact)
        course = courses.setdefault(key, empty)
        course.epochs.append(epoch)
        course.values.append(found)
    return list(courses.values()), [*_without_any(request, subject), *ended.values()]


def _figures(request: CaseRequest, subject: Subject) -> Iterator[tuple[int, MetricUse, Evaluation]]:
    """What there is to compute, snapshot by snapshot."""
    wanted = _wanted(request, subject)
    for epoch in subject.snapshots if wanted else ():
        answering = subject.after(epoch)
        for artifact, uses in wanted.items():
            evaluation = answering.on_test(artifact)
            for use in uses:
                yield epoch, use, evaluation


def _wanted(request: CaseRequest, subject: Subject) -> dict[str, list[MetricUse]]:
    """Artifact -> the metrics of its task that are followed, if there are any."""
    uses = {
        part.name: [use for use in request.course if part.task in use.info.tasks] for part in subject.exports.values()
    }
    return {artifact: own for artifact, own in uses.items() if own}


def _without_any(request: CaseRequest, subject: Subject) -> Iterator[Failure]:
    """That there are no snapshots to follow metrics by."""
    if not subject.snapshots:
        for artifact, uses in _wanted(request, subject).items():
            for use in uses:
                message = "a course needs snapshots, and this training has kept none"
                yield Failure("evaluate", UNSUITABLE, message, fatal=False, artifact=artifact, metric=use.name)
