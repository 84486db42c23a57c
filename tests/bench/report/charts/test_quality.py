"""Figures of quality become the points of charts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.charts.quality import fronts, precisions
from bench.report.charts.speed import throughput
from bench.results import DataResult, Latency


def timed_case(make, model: str, latency: float, quality: float, higher: bool = True):
    return make.case(
        model,
        metrics=[make.metric(value=quality, higher_is_better=higher)],
        measurements=[make.measurement(latency_s=Latency(latency, None, None))],
    )


def test_quality_is_shown_against_latency_at_the_smallest_batch(make, only):
    rows = [make.measurement(batch_size=size, latency_s=Latency(size * 1e-6, None, None)) for size in (32, 8)]
    chart = only(fronts(make.results(cases=[make.case(measurements=rows)])))
    assert [(series.x, series.y) for series in chart.series] == [([8.0], [0.9])]


figures = st.tuples(st.integers(1, 9), st.integers(0, 9))


@pytest.mark.parametrize("higher", [True, False])
@given(st.lists(figures, min_size=1, max_size=8))
def test_the_front_is_what_nothing_beats_in_both(make, only, higher, points):
    cases = [timed_case(make, f"m{n}", x * 1e-6, float(y), higher) for n, (x, y) in enumerate(points)]
    chart = only(fronts(make.results(cases=cases)))
    found = set(zip((round(x) for x in chart.reference.x), chart.reference.y, strict=True))
    sign = 1 if higher else -1
    for x, y in points:
        better = any(a <= x and sign * b >= sign * y and (a, b) != (x, y) for a, b in points)
        assert ((x, y) in found) is not better
    assert chart.reference.x == sorted(chart.reference.x)


def test_without_a_latency_to_state_there_is_no_front(make, only):
    row = make.measurement(latency_s=Latency(None, None, None))
    assert only(fronts(make.results(cases=[make.case(measurements=[row])]))) is None


def test_a_metric_without_a_better_side_has_no_front(make, only):
    case = make.case(metrics=[make.metric(higher_is_better=None)])
    assert only(fronts(make.results(cases=[case]))) is None


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


def lossy_case(make, model: str = "tiny"):
    values = {"fp32": 0.9, "int8-static": 0.8}
    return make.case(
        model,
        metrics=[make.metric(precision=precision, value=value) for precision, value in values.items()],
        measurements=[make.measurement(precision=precision) for precision in values],
    )


def test_quality_by_precision_is_a_line_a_case(make, only):
    chart = only(precisions(make.results(cases=[lossy_case(make), lossy_case(make, "small")])))
    assert chart.x_labels == ("fp32", "int8-static")
    assert [(line.name, line.x, line.y) for line in chart.series] == [
        (f"{model}@points", [0.0, 1.0], [0.9, 0.8]) for model in ("tiny", "small")
    ]


def test_one_precision_is_no_chart(make):
    assert precisions(make.results()) == []


def test_each_precision_is_a_point_of_the_front(make, only):
    chart = only(fronts(make.results(cases=[lossy_case(make)])))
    assert [(one.name, one.y) for one in chart.series] == [
        ("tiny@points · graph", [0.9]),
        ("tiny@points · graph int8-static", [0.8]),
    ]


@pytest.mark.parametrize(("measured", "shown"), [((4, 16, 64), 16), ((4, 64), 4), ((32, 64), 32)])
def test_other_charts_are_of_the_length_that_is_nearest_to_the_usual(measured, shown, make, of_lengths):
    results = make.results(cases=[of_lengths(lengths=measured)])
    (front, *_), (chart,) = fronts(results), throughput(results)
    assert front.series[0].x == pytest.approx([shown])
    assert chart.series[0].y == pytest.approx([1e6 / shown] * 2)
    assert front.note == chart.note == "Sequences of the length nearest to the usual."


def test_of_one_length_nothing_is_said(make, only, of_lengths):
    assert only(fronts(make.results(cases=[of_lengths(lengths=(64,))]))).note == ""


def test_the_longest_sequences_have_a_front_of_their_own(make, of_lengths):
    usual, longest = fronts(make.results(cases=[of_lengths(lengths=(4, 16, 64)), make.case("other")]))
    assert (usual.title, longest.title) == ("accuracy against latency", "accuracy against latency at length 64")
    assert [len(chart.series) for chart in (usual, longest)] == [2, 1]  # what has no length is not at the longest
    assert longest.series[0].x == pytest.approx([64])
    assert longest.reference.y == [0.9]
    assert (usual.key, longest.key) == ("front", "front-longest")
    assert longest.note == "Quality is scored at the usual length."


def of_data(make, n, truth, **data_params):
    data = DataResult("a", 80, 10, 10, f"{truth}{n}", truth)
    return make.case(group=f"tiny@text{n}", data_params=data_params, dataset="text", data=data)


def test_who_has_been_asked_the_same_is_in_one_contest(make):
    alike = [of_data(make, 0, "t", size=8), of_data(make, 1, "t", size=28)]
    (chart,) = fronts(make.results(cases=alike))
    assert (chart.title, len(chart.series)) == ("accuracy against latency", 2)
    charts = fronts(make.results(cases=[*alike, of_data(make, 2, "u", size=8, file="b.txt")]))
    assert [chart.title for chart in charts] == [
        "accuracy against latency on text",
        "accuracy against latency on text[file=b.txt]",
    ]


def test_without_a_hash_of_what_is_asked_other_parameters_are_another_contest(make):
    cases = [
        make.case(group=f"tiny@text{n}", data_params={"length": 8, **data}, dataset="text")
        for n, data in enumerate(({"file": "a.txt"}, {"file": "b.txt"}, {}))
    ]
    assert [chart.title for chart in fronts(make.results(cases=cases))] == [
        "accuracy against latency on text[file=a.txt]",
        "accuracy against latency on text[file=b.txt]",
        "accuracy against latency on text",
    ]
    assert [chart.title for chart in fronts(make.results(cases=cases[:1]))] == ["accuracy against latency"]


def test_what_reconstructs_is_compared_on_the_same_inputs_alone(make):
    def case(n, inputs):
        artifact = make.artifact(task="reconstruction")
        return make.case(group=f"ae@digits{n}", artifacts=[artifact], data=DataResult("a", 8, 1, 1, inputs, "t"))

    assert len(fronts(make.results(cases=[case(0, "x"), case(1, "x")]))) == 1
    assert len(fronts(make.results(cases=[case(0, "x"), case(1, "y")]))) == 2
