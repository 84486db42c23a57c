"""How things came to be: curves and metrics over the training."""

from dataclasses import replace

from bench.report.charts.chart import Chart
from bench.report.charts.lines import Line, columns, drawn, with_unit
from bench.report.lookup import groups, labelled
from bench.results import RunResult


def curves(results: RunResult) -> list[Chart]:
    """Learning curves of the first seed: what was logged as a loss, and what as an error.

    They count from where pre-training ended, so that nets that learn the same begin at the same place.
    """
    trained = {
        group: next((case.training for case in cases if case.training and case.training.curves), None)
        for group, cases in groups(results).items()
    }
    before = any(training.pretraining_epochs for training in trained.values() if training)
    note = "Pre-training ends with epoch 0." if before else ""
    made = []
    for what, key, title in (("loss", "curves", "Learning curves"), ("error", "curves-error", "Errors by epoch")):
        lines = [
            Line(group, "", name, *columns(points))
            for group, training in trained.items()
            if training
            for name, values in training.curves.items()
            if what in name and (points := _counted(values, training.pretraining_epochs))
        ]
        positive = all(y is not None and y > 0 for line in lines for y in line.y)  # others have no place on a log axis
        made += drawn(Chart(key, title, "epoch", what, [], "Training", log_y=positive, note=note), lines)
    return made


def courses(results: RunResult) -> list[Chart]:
    """Metrics over the training, of the first seed that has them; counted as the learning curves are."""
    lines: dict[tuple[str, str], list[Line]] = {}
    for group, cases in groups(results).items():
        case = next((case for case in cases if case.courses), None)
        for course in case.courses if case else ():
            before = case.training.pretraining_epochs if case and case.training else 0
            points = [(float(epoch - before), value) for epoch, value in zip(course.epochs, course.values, strict=True)]
            line = Line(labelled(group, course.artifact), "", "", *columns(points))
            lines.setdefault((course.name, with_unit(course)), []).append(line)
    note = "On the test part, by the torch model at its snapshots; the first seed."
    made = []
    for (name, title), own in lines.items():
        chart = Chart(f"course-{name}", f"{name} over training", "epoch", title, [], "Training", note=note)
        made += drawn(replace(chart, log_y=_spans_decades(own)), own)
    return made


def _spans_decades(lines: list[Line]) -> bool:
    """Whether values are told apart on a logarithmic axis alone: all above 0, and some a hundred times others."""
    values = [y for line in lines for y in line.y if y is not None]
    return min(values) > 0 and max(values) > 100 * min(values)


def _counted(values: list[float | None], before: int) -> list[tuple[float, float]]:
    """The points of a curve, an epoch each from 1 on, or from less if some are counted as before."""
    return [(float(epoch), value) for epoch, value in enumerate(values, 1 - before) if value is not None]
