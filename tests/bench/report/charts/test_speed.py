"""Timings become the points of charts."""

import numpy as np
import pytest

from bench.conditions import LEAST_SAMPLES
from bench.report.charts.quality import fronts
from bench.report.charts.speed import latencies, lengths, server, throughput
from bench.results import Latency


def test_throughput_is_a_line_a_case_and_runtime_in_order_of_batch_sizes(make, only):
    rows = [
        make.measurement(runtime=runtime, batch_size=size, throughput_per_s=100.0 * size)
        for runtime in ("graph", "eager")
        for size in (32, 1, 256)
    ]
    chart = only(throughput(make.results(cases=[make.case(measurements=rows)])))
    assert [series.name for series in chart.series] == ["tiny@points · graph", "tiny@points · eager"]
    assert all((series.x, series.y) == ([1, 32, 256], [100, 3200, 25600]) for series in chart.series)


def test_seeds_are_one_point_at_their_median(make, only):
    cases = [
        make.case(seed=seed, measurements=[make.measurement(throughput_per_s=value)])
        for seed, value in enumerate((1.0, 9.0, 2.0))
    ]
    assert only(throughput(make.results(cases=cases))).series[0].y == [2.0]


def test_the_batch_sizes_are_the_ticks(make, only):
    rows = [make.measurement(batch_size=size) for size in (32, 1)]
    assert only(throughput(make.results(cases=[make.case(measurements=rows)]))).x_ticks == (1, 32)


def test_a_latency_line_is_that_of_the_first_seed_with_samples_at_the_smallest_batch(
    make, tmp_path, with_samples, only
):
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


def test_percentiles_have_their_places_on_the_axis(make, only, tmp_path, with_samples):
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


def test_a_server_is_shown_at_the_rates_of_its_first_seed_with_its_bound(make, only):
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


def test_a_server_without_a_bound_has_no_line_for_it(make, only):
    assert only(server(make.results(cases=[make.case(measurements=served(make, r100=1e-3))]))).reference is None


def test_other_scenarios_and_instruments_are_no_points_of_single_stream(make):
    rows = [make.measurement(scenario="offline"), make.measurement(instrument="loadgen")]
    results = make.results(cases=[make.case(measurements=rows)])
    assert (throughput(results), fronts(results)) == ([], [])


def test_latency_and_steps_are_a_line_a_case_against_length(make, of_lengths):
    results = make.results(cases=[of_lengths(), of_lengths("small")])
    latency, steps = lengths(results)
    for chart in (latency, steps):
        assert [series.name for series in chart.series] == ["tiny@points · graph", "small@points · graph"]
        assert (chart.log_x, chart.log_y, chart.x_ticks) == (True, True, (4.0, 16.0, 64.0))
        assert all(series.x == [4.0, 16.0, 64.0] for series in chart.series)
    assert latency.series[0].y == pytest.approx([4e-3, 16e-3, 64e-3])
    assert steps.series[0].y == pytest.approx([1e6] * 3)
    assert (steps.title, steps.y_title) == ("Steps a second against length", "steps/s")
    assert [chart.note for chart in (latency, steps)] == [
        "Single-stream, batch 1; medians of the seeds.",
        "Single-stream, batch 8; medians of the seeds.",
    ]


def test_the_tokens_of_a_text_have_a_chart_beside_the_steps_of_series(make, of_lengths):
    _, tokens, steps = lengths(make.results(cases=[of_lengths(), of_lengths("small", dtype="int64")]))
    assert [(chart.key, chart.y_title, chart.series[0].name) for chart in (tokens, steps)] == [
        ("tokens-length", "tokens/s", "small@points · graph"),
        ("steps-length", "steps/s", "tiny@points · graph"),
    ]


def test_a_single_length_is_no_line(make, of_lengths):
    assert lengths(make.results()) == []
    assert lengths(make.results(cases=[of_lengths(lengths=(16,))])) == []
