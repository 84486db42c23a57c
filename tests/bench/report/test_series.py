"""Results become the points of charts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.series import charts, curves, fronts, throughput
from bench.results import Latency, TrainingResult


def front(results):
    """The one chart of quality against latency, or None."""
    found = fronts(results)
    assert len(found) <= 1
    return found[0] if found else None


def timed_case(make, model: str, latency: float, quality: float, higher: bool = True):
    return make.case(
        model,
        metrics=[make.metric(value=quality, higher_is_better=higher)],
        measurements=[make.measurement(latency_s=Latency(latency, None, None))],
    )


def test_throughput_is_a_line_a_case_and_runtime_in_order_of_batch_sizes(make):
    rows = [
        make.measurement(runtime=runtime, batch_size=size, throughput_per_s=100.0 * size)
        for runtime in ("graph", "eager")
        for size in (32, 1, 256)
    ]
    chart = throughput(make.results(cases=[make.case(measurements=rows)]))
    assert [series.name for series in chart.series] == ["tiny@points · graph", "tiny@points · eager"]
    assert all((series.x, series.y) == ([1, 32, 256], [100, 3200, 25600]) for series in chart.series)


def test_lines_of_one_case_share_a_colour_and_of_one_runtime_a_stroke(make):
    rows = [make.measurement(runtime=runtime) for runtime in ("graph", "eager")]
    cases = [make.case(model, measurements=rows) for model in ("tiny", "small")]
    chart = throughput(make.results(cases=cases))
    assert [(series.colour, series.stroke) for series in chart.series] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_seeds_are_one_point_at_their_median(make):
    cases = [
        make.case(seed=seed, measurements=[make.measurement(throughput_per_s=value)])
        for seed, value in enumerate((1.0, 9.0, 2.0))
    ]
    assert throughput(make.results(cases=cases)).series[0].y == [2.0]


def test_quality_is_shown_against_latency_at_the_smallest_batch(make):
    rows = [make.measurement(batch_size=size, latency_s=Latency(size * 1e-6, None, None)) for size in (32, 8)]
    chart = front(make.results(cases=[make.case(measurements=rows)]))
    assert [(series.x, series.y) for series in chart.series] == [([8.0], [0.9])]


figures = st.tuples(st.integers(1, 9), st.integers(0, 9))


@pytest.mark.parametrize("higher", [True, False])
@given(st.lists(figures, min_size=1, max_size=8))
def test_the_front_is_what_nothing_beats_in_both(make, higher, points):
    cases = [timed_case(make, f"m{n}", x * 1e-6, float(y), higher) for n, (x, y) in enumerate(points)]
    chart = front(make.results(cases=cases))
    found = set(zip((round(x) for x in chart.front.x), chart.front.y, strict=True))
    sign = 1 if higher else -1
    for x, y in points:
        better = any(a <= x and sign * b >= sign * y and (a, b) != (x, y) for a, b in points)
        assert ((x, y) in found) is not better
    assert chart.front.x == sorted(chart.front.x)


def test_without_a_latency_to_state_there_is_no_front(make):
    row = make.measurement(latency_s=Latency(None, None, None))
    assert front(make.results(cases=[make.case(measurements=[row])])) is None


def test_a_metric_without_a_better_side_has_no_front(make):
    case = make.case(metrics=[make.metric(higher_is_better=None)])
    assert front(make.results(cases=[case])) is None


def test_curves_are_the_losses_of_the_first_seed_that_trained(make):
    trained = TrainingResult(2, 4, "cpu", 1, "", "", {"train-loss": [0.9, None, 0.5], "lr": [1, 1, 1]})
    cases = [make.case(training=None), make.case(seed=1, training=trained), make.case(seed=2)]
    chart = curves(make.results(cases=cases))
    assert [(series.name, series.x, series.y) for series in chart.series] == [
        ("tiny@points · train-loss", [1.0, 3.0], [0.9, 0.5])
    ]


def test_an_empty_run_has_no_charts(make):
    assert charts(make.results(cases=[])) == []


def test_a_run_that_was_not_timed_has_its_curves(make):
    assert [chart.key for chart in charts(make.results(cases=[make.case(measurements=[])]))] == ["curves"]


def test_each_dataset_has_a_front_of_its_own(make):
    cases = [
        make.case(group=f"tiny@{dataset}", dataset=dataset, metrics=[make.metric(value=value)])
        for dataset, value in (("easy", 0.99), ("hard", 0.5))
    ]
    charts = fronts(make.results(cases=cases))
    assert [chart.title for chart in charts] == ["accuracy against latency on easy", "accuracy against latency on hard"]
    assert [chart.front.y for chart in charts] == [[0.99], [0.5]]
    assert len({chart.key for chart in charts}) == 2


def test_the_batch_sizes_are_the_ticks(make):
    rows = [make.measurement(batch_size=size) for size in (32, 1)]
    assert throughput(make.results(cases=[make.case(measurements=rows)])).x_ticks == (1, 32)


@pytest.mark.parametrize(("least", "log"), [(0.1, True), (0.0, False), (-2.0, False)])
def test_a_loss_that_is_not_positive_is_shown_too(make, least, log):
    trained = TrainingResult(2, 4, "cpu", 1, "", "", {"train-loss": [0.9, least]})
    assert curves(make.results(cases=[make.case(training=trained)])).log_y is log
