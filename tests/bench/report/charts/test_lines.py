"""Lines become charts that can be read."""

from hypothesis import given
from hypothesis import strategies as st

from bench.report.charts.chart import ANY
from bench.report.charts.lines import MOST
from bench.report.charts.speed import throughput
from bench.report.palette import COLOURS, STROKES


def many(make, cases: int, runtimes: int):
    rows = [make.measurement(runtime=f"r{n}") for n in range(runtimes)]
    return make.results(cases=[make.case(f"m{n}", measurements=rows) for n in range(cases)])


def test_lines_of_one_case_share_a_colour_and_of_one_runtime_a_stroke(make, only):
    rows = [make.measurement(runtime=runtime) for runtime in ("graph", "eager")]
    cases = [make.case(model, measurements=rows) for model in ("tiny", "small")]
    chart = only(throughput(make.results(cases=cases)))
    assert [(series.colour, series.stroke) for series in chart.series] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_too_many_lines_are_a_chart_for_each_runtime_that_says_it(make):
    made = throughput(many(make, MOST - 1, 2))
    assert [chart.key for chart in made] == ["throughput-1", "throughput-2"]
    assert [chart.title for chart in made] == [f"Throughput against batch size, r{n}" for n in range(2)]
    assert made[0].series[0].name == "m0@points"


def test_more_runtimes_than_strokes_are_a_chart_each(make):
    assert len(throughput(many(make, 1, len(STROKES)))) == 1
    assert len(throughput(many(make, 1, len(STROKES) + 1))) == len(STROKES) + 1


def test_what_is_still_too_much_is_left_out_and_told(make, only):
    chart = only(throughput(many(make, MOST + 5, 1)))
    assert len(chart.series) == MOST
    assert f"{MOST} of {MOST + 5} are shown" in chart.note


def test_of_too_many_lines_the_first_precision_stays(make, only):
    rows = [make.measurement(precision=precision) for precision in ("fp32", "fp16")]
    cases = [make.case(f"m{n}", measurements=rows) for n in range(MOST)]
    chart = only(throughput(make.results(cases=cases)))
    assert {series.name for series in chart.series} == {f"m{n}@points · graph" for n in range(MOST)}


@given(st.integers(1, 20), st.integers(1, 6))
def test_no_two_lines_of_a_chart_look_alike(make, cases, runtimes):
    for chart in throughput(many(make, cases, runtimes)):
        looks = [(series.colour % len(COLOURS), series.stroke % len(STROKES)) for series in chart.series]
        assert len(set(looks)) == len(looks)


def test_a_legend_explains_colours_and_strokes_if_that_is_shorter(make, only):
    assert only(throughput(many(make, 2, 2))).legend == ()
    chart = only(throughput(many(make, 4, 3)))
    assert [one.name for one in chart.legend] == [*(f"m{n}@points" for n in range(4)), "r0", "r1", "r2"]
    assert [one.colour for one in chart.legend] == [0, 1, 2, 3, ANY, ANY, ANY]
    assert all(y is None for one in chart.legend for y in one.y)
