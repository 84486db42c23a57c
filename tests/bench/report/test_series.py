"""Results become the points of charts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.records import TensorSpec
from bench.report.palette import COLOURS, STROKES
from bench.report.series import ANY, MOST, charts, curves, fronts, latencies, lengths, precisions, server, throughput
from bench.results import LEAST_SAMPLES, Latency, TrainingResult


def only(made):
    """The one chart there is, or None."""
    assert len(made) <= 1
    return made[0] if made else None


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
    chart = only(throughput(make.results(cases=[make.case(measurements=rows)])))
    assert [series.name for series in chart.series] == ["tiny@points · graph", "tiny@points · eager"]
    assert all((series.x, series.y) == ([1, 32, 256], [100, 3200, 25600]) for series in chart.series)


def test_lines_of_one_case_share_a_colour_and_of_one_runtime_a_stroke(make):
    rows = [make.measurement(runtime=runtime) for runtime in ("graph", "eager")]
    cases = [make.case(model, measurements=rows) for model in ("tiny", "small")]
    chart = only(throughput(make.results(cases=cases)))
    assert [(series.colour, series.stroke) for series in chart.series] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_seeds_are_one_point_at_their_median(make):
    cases = [
        make.case(seed=seed, measurements=[make.measurement(throughput_per_s=value)])
        for seed, value in enumerate((1.0, 9.0, 2.0))
    ]
    assert only(throughput(make.results(cases=cases))).series[0].y == [2.0]


def test_quality_is_shown_against_latency_at_the_smallest_batch(make):
    rows = [make.measurement(batch_size=size, latency_s=Latency(size * 1e-6, None, None)) for size in (32, 8)]
    chart = only(fronts(make.results(cases=[make.case(measurements=rows)])))
    assert [(series.x, series.y) for series in chart.series] == [([8.0], [0.9])]


figures = st.tuples(st.integers(1, 9), st.integers(0, 9))


@pytest.mark.parametrize("higher", [True, False])
@given(st.lists(figures, min_size=1, max_size=8))
def test_the_front_is_what_nothing_beats_in_both(make, higher, points):
    cases = [timed_case(make, f"m{n}", x * 1e-6, float(y), higher) for n, (x, y) in enumerate(points)]
    chart = only(fronts(make.results(cases=cases)))
    found = set(zip((round(x) for x in chart.reference.x), chart.reference.y, strict=True))
    sign = 1 if higher else -1
    for x, y in points:
        better = any(a <= x and sign * b >= sign * y and (a, b) != (x, y) for a, b in points)
        assert ((x, y) in found) is not better
    assert chart.reference.x == sorted(chart.reference.x)


def test_without_a_latency_to_state_there_is_no_front(make):
    row = make.measurement(latency_s=Latency(None, None, None))
    assert only(fronts(make.results(cases=[make.case(measurements=[row])]))) is None


def test_a_metric_without_a_better_side_has_no_front(make):
    case = make.case(metrics=[make.metric(higher_is_better=None)])
    assert only(fronts(make.results(cases=[case]))) is None


def test_curves_are_the_losses_of_the_first_seed_that_trained(make):
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


def test_curves_count_from_the_end_of_pretraining(make):
    """So that nets with and without it can be compared by the epochs in which they learn the same."""
    plain = TrainingResult(2, 4, "cpu", 1, "", "", {"validation-loss": [0.9, 0.5]})
    after = TrainingResult(4, 8, "cpu", 1, "", "", {"validation-loss": [None, None, 0.6, 0.4]}, pretraining_epochs=2)
    cases = [make.case(training=plain), make.case("other", training=after)]
    chart = only(curves(make.results(cases=cases)))
    assert [series.x for series in chart.series] == [[1.0, 2.0], [1.0, 2.0]]
    assert "Pre-training" in chart.note
    assert "Pre-training" not in only(curves(make.results(cases=cases[:1]))).note


def test_an_empty_run_has_no_charts(make, tmp_path):
    assert charts(make.results(cases=[]), tmp_path) == []


def test_a_run_that_was_not_timed_has_its_curves(make, tmp_path):
    results = make.results(cases=[make.case(measurements=[])])
    assert [chart.key for chart in charts(results, tmp_path)] == ["curves"]


def test_each_dataset_has_a_front_of_its_own(make):
    cases = [
        make.case(group=f"tiny@{dataset}", dataset=dataset, metrics=[make.metric(value=value)])
        for dataset, value in (("easy", 0.99), ("hard", 0.5))
    ]
    charts = fronts(make.results(cases=cases))
    assert [chart.title for chart in charts] == ["accuracy against latency on easy", "accuracy against latency on hard"]
    assert [chart.reference.y for chart in charts] == [[0.99], [0.5]]
    assert len({chart.key for chart in charts}) == 2


def test_each_task_has_a_front_of_its_own(make):
    artifacts = {"encoder": "embedding", "autoencoder": "reconstruction", "decoder": "decoding"}
    case = make.case(
        artifacts=[make.artifact(name=name, task=task) for name, task in artifacts.items()],
        metrics=[
            make.metric(name="probe", artifact="encoder"),
            make.metric(name="mse", artifact="autoencoder", higher_is_better=False),
        ],
        measurements=[make.measurement(artifact=name) for name in artifacts],
    )
    charts = fronts(make.results(cases=[case]))
    assert [chart.title for chart in charts] == ["probe against latency", "mse against latency"]
    assert [[one.name for one in chart.series] for chart in charts] == [
        ["tiny@points encoder · graph"], ["tiny@points autoencoder · graph"]
    ]  # fmt: skip
    assert len({chart.key for chart in charts}) == 2


def test_the_batch_sizes_are_the_ticks(make):
    rows = [make.measurement(batch_size=size) for size in (32, 1)]
    assert only(throughput(make.results(cases=[make.case(measurements=rows)]))).x_ticks == (1, 32)


@pytest.mark.parametrize(("least", "log"), [(0.1, True), (0.0, False), (-2.0, False)])
def test_a_loss_that_is_not_positive_is_shown_too(make, least, log):
    trained = TrainingResult(2, 4, "cpu", 1, "", "", {"train-loss": [0.9, least]})
    assert only(curves(make.results(cases=[make.case(training=trained)]))).log_y is log


def test_a_latency_line_is_that_of_the_first_seed_with_samples_at_the_smallest_batch(make, tmp_path, with_samples):
    least = LEAST_SAMPLES[99.9]
    rows = {
        size: make.measurement(batch_size=size, samples_path=with_samples([size * 1000] * least)) for size in (1, 8)
    }
    lost = make.measurement(samples_path="samples/lost.npy")
    cases = [make.case(measurements=[lost]), make.case(seed=1, measurements=[rows[8], rows[1]])]
    chart = only(latencies(make.results(cases=cases), tmp_path))
    (line,) = chart.series
    assert set(line.y) == {1.0}
    assert (min(line.x), max(line.x)) == (1.0, 1000.0)


def test_percentiles_have_their_places_on_the_axis(make, tmp_path, with_samples):
    row = make.measurement(samples_path=with_samples(np.arange(1, 1000)))
    chart = only(latencies(make.results(cases=[make.case(measurements=[row])]), tmp_path))
    assert chart.x_labels == ("least", "p50", "p90", "p99", "p99.9")
    assert chart.x_ticks == pytest.approx((1, 2, 10, 100, 1000))


def test_without_samples_there_are_no_latency_lines(make, tmp_path):
    assert latencies(make.results(), tmp_path) == []


def served(make, **rates: float):
    return [
        make.measurement(scenario="server", rate_per_s=float(rate[1:]), latency_s=Latency(1e-3, 1e-3, p99))
        for rate, p99 in rates.items()
    ]


SERVER = {"name": "t", "measure": {"runtimes": [{"name": "graph"}], "server": {"p99_s": 0.015}}}


def test_a_server_is_shown_at_the_rates_of_its_first_seed_with_its_bound(make):
    cases = [
        make.case(measurements=served(make, r200=2e-3, r100=1e-3, r300=None)),
        make.case(seed=1, measurements=served(make, r150=9e-3)),
    ]
    chart = only(server(make.results(cases=cases, suite=SERVER)))
    assert [(line.x, line.y) for line in chart.series] == [([100.0, 200.0], [1.0, 2.0])]
    assert (chart.reference.name, chart.reference.x, chart.reference.y) == (
        "bound of 15 ms",
        [100.0, 200.0],
        [15.0, 15.0],
    )


def test_a_server_without_a_bound_has_no_line_for_it(make):
    assert only(server(make.results(cases=[make.case(measurements=served(make, r100=1e-3))]))).reference is None


def test_other_scenarios_and_instruments_are_no_points_of_single_stream(make):
    rows = [make.measurement(scenario="offline"), make.measurement(instrument="loadgen")]
    results = make.results(cases=[make.case(measurements=rows)])
    assert (throughput(results), fronts(results)) == ([], [])


def lossy_case(make, model: str = "tiny"):
    values = {"fp32": 0.9, "int8-static": 0.8}
    return make.case(
        model,
        metrics=[make.metric(precision=precision, value=value) for precision, value in values.items()],
        measurements=[make.measurement(precision=precision) for precision in values],
    )


def test_quality_by_precision_is_a_line_a_case(make):
    chart = only(precisions(make.results(cases=[lossy_case(make), lossy_case(make, "small")])))
    assert chart.x_labels == ("fp32", "int8-static")
    assert [(line.name, line.x, line.y) for line in chart.series] == [
        (f"{model}@points", [0.0, 1.0], [0.9, 0.8]) for model in ("tiny", "small")
    ]


def test_one_precision_is_no_chart(make):
    assert precisions(make.results()) == []


def test_each_precision_is_a_point_of_the_front(make):
    chart = only(fronts(make.results(cases=[lossy_case(make)])))
    assert [(one.name, one.y) for one in chart.series] == [
        ("tiny@points · graph", [0.9]),
        ("tiny@points · graph int8-static", [0.8]),
    ]


def many(make, cases: int, runtimes: int):
    rows = [make.measurement(runtime=f"r{n}") for n in range(runtimes)]
    return make.results(cases=[make.case(f"m{n}", measurements=rows) for n in range(cases)])


def test_too_many_lines_are_a_chart_for_each_runtime_that_says_it(make):
    made = throughput(many(make, MOST - 1, 2))
    assert [chart.key for chart in made] == ["throughput-1", "throughput-2"]
    assert [chart.title for chart in made] == [f"Throughput against batch size, r{n}" for n in range(2)]
    assert made[0].series[0].name == "m0@points"


def test_more_runtimes_than_strokes_are_a_chart_each(make):
    assert len(throughput(many(make, 1, len(STROKES)))) == 1
    assert len(throughput(many(make, 1, len(STROKES) + 1))) == len(STROKES) + 1


def test_what_is_still_too_much_is_left_out_and_told(make):
    chart = only(throughput(many(make, MOST + 5, 1)))
    assert len(chart.series) == MOST
    assert f"{MOST} of {MOST + 5} are shown" in chart.note


def test_of_too_many_lines_the_first_precision_stays(make):
    rows = [make.measurement(precision=precision) for precision in ("fp32", "fp16")]
    cases = [make.case(f"m{n}", measurements=rows) for n in range(MOST)]
    chart = only(throughput(make.results(cases=cases)))
    assert {series.name for series in chart.series} == {f"m{n}@points · graph" for n in range(MOST)}


@given(st.integers(1, 20), st.integers(1, 6))
def test_no_two_lines_of_a_chart_look_alike(make, cases, runtimes):
    for chart in throughput(many(make, cases, runtimes)):
        looks = [(series.colour % len(COLOURS), series.stroke % len(STROKES)) for series in chart.series]
        assert len(set(looks)) == len(looks)


def test_a_legend_explains_colours_and_strokes_if_that_is_shorter(make):
    assert only(throughput(many(make, 2, 2))).legend == ()
    chart = only(throughput(many(make, 4, 3)))
    assert [one.name for one in chart.legend] == [*(f"m{n}@points" for n in range(4)), "r0", "r1", "r2"]
    assert [one.colour for one in chart.legend] == [0, 1, 2, 3, ANY, ANY, ANY]
    assert all(y is None for one in chart.legend for y in one.y)


def of_lengths(make, model="tiny", batch_sizes=(1, 8), lengths=(16, 4, 64)):
    """A case whose usual length is 16: a query takes a microsecond a step and sample."""
    rows = [
        make.measurement(
            length=length,
            batch_size=size,
            latency_s=Latency(1e-6 * length * size, None, None),
            throughput_per_s=1e6 / length,
        )
        for size in batch_sizes
        for length in lengths
    ]
    inputs = [TensorSpec("steps", (16, 3), sequence=0)]
    return make.case(model, measurements=rows, artifacts=[make.artifact(inputs=inputs)])


def test_latency_and_tokens_are_a_line_a_case_against_length(make):
    results = make.results(cases=[of_lengths(make), of_lengths(make, "small")])
    latency, tokens = lengths(results)
    for chart in (latency, tokens):
        assert [series.name for series in chart.series] == ["tiny@points · graph", "small@points · graph"]
        assert (chart.log_x, chart.log_y, chart.x_ticks) == (True, True, (4.0, 16.0, 64.0))
        assert all(series.x == [4.0, 16.0, 64.0] for series in chart.series)
    assert latency.series[0].y == pytest.approx([4e-3, 16e-3, 64e-3])
    assert tokens.series[0].y == pytest.approx([1e6] * 3)
    assert [chart.note for chart in (latency, tokens)] == [
        "Single-stream, batch 1; medians of the seeds.",
        "Single-stream, batch 8; medians of the seeds.",
    ]


def test_a_single_length_is_no_line(make):
    assert lengths(make.results()) == []
    assert lengths(make.results(cases=[of_lengths(make, lengths=(16,))])) == []


@pytest.mark.parametrize(("measured", "shown"), [((4, 16, 64), 16), ((4, 64), 4), ((32, 64), 32)])
def test_other_charts_are_of_the_length_that_is_nearest_to_the_usual(measured, shown, make):
    results = make.results(cases=[of_lengths(make, lengths=measured)])
    (front,), (chart,) = fronts(results), throughput(results)
    assert front.series[0].x == pytest.approx([shown])
    assert chart.series[0].y == pytest.approx([1e6 / shown] * 2)
    assert front.note == chart.note == "Sequences of the length nearest to the usual."


def test_of_one_length_nothing_is_said(make):
    assert only(fronts(make.results(cases=[of_lengths(make, lengths=(64,))]))).note == ""
