"""What was logged becomes the lines of charts."""

import pytest

from bench.report.charts.training import courses, curves
from bench.results import CourseResult, TrainingResult


def test_curves_are_the_losses_of_the_first_seed_that_trained(make, only):
    trained = TrainingResult(2, 4, "cpu", 1, "", "", {"train-loss": [0.9, None, 0.5], "lr": [1, 1, 1]})
    cases = [make.case(training=None), make.case(seed=1, training=trained), make.case(seed=2)]
    chart = only(curves(make.results(cases=cases)))
    assert [(series.name, series.x, series.y) for series in chart.series] == [
        ("tiny@points · train-loss", [1.0, 3.0], [0.9, 0.5])
    ]


def test_errors_have_a_chart_of_their_own(make):
    trained = TrainingResult(2, 4, "cpu", 1, "", "", {"train-loss": [0.9, 0.5], "validation-error": [90.0, 0.0]})
    losses, errors = curves(make.results(cases=[make.case(training=trained)]))
    assert [(chart.y_title, [one.name for one in chart.series], chart.log_y) for chart in (losses, errors)] == [
        ("loss", ["tiny@points · train-loss"], True),
        ("error", ["tiny@points · validation-error"], False),
    ]


def test_curves_count_from_the_end_of_pretraining(make, only):
    """So that nets with and without it can be compared by the epochs in which they learn the same."""
    plain = TrainingResult(2, 4, "cpu", 1, "", "", {"validation-loss": [0.9, 0.5]})
    after = TrainingResult(4, 8, "cpu", 1, "", "", {"validation-loss": [None, None, 0.6, 0.4]}, pretraining_epochs=2)
    cases = [make.case(training=plain), make.case("other", training=after)]
    chart = only(curves(make.results(cases=cases)))
    assert [series.x for series in chart.series] == [[1.0, 2.0], [1.0, 2.0]]
    assert "Pre-training" in chart.note
    assert "Pre-training" not in only(curves(make.results(cases=cases[:1]))).note


def test_each_metric_that_is_followed_has_a_chart_of_the_first_seed(make):
    def course(name, values):
        return CourseResult(name, "nats", False, "forward", [2, 4], values)

    cases = [
        make.case(seed=0),
        make.case(seed=1, courses=[course("gap", [0.5, 0.25]), course("estimate", [-1.0, 1.0])]),
        make.case(seed=2, courses=[course("gap", [9.0, 9.0])]),
        make.case("other", courses=[course("gap", [0.7])]),
    ]
    cases[-1].courses[0].epochs.pop()
    found = {chart.title: chart for chart in courses(make.results(cases=cases))}
    assert list(found) == ["gap over training", "estimate over training"]
    gap = found["gap over training"]
    assert [(one.x, one.y) for one in gap.series] == [([2.0, 4.0], [0.5, 0.25]), ([2.0], [0.7])]
    assert (gap.x_title, gap.y_title, gap.chapter, gap.log_y) == ("epoch", "gap [nats]", "Training", False)
    steep = make.case(courses=[course("gap", [70.0, 0.5])])
    assert [chart.log_y for chart in courses(make.results(cases=[steep]))] == [True]


@pytest.mark.parametrize(("least", "log"), [(0.1, True), (0.0, False), (-2.0, False)])
def test_a_loss_that_is_not_positive_is_shown_too(make, only, least, log):
    trained = TrainingResult(2, 4, "cpu", 1, "", "", {"train-loss": [0.9, least]})
    assert only(curves(make.results(cases=[make.case(training=trained)]))).log_y is log
