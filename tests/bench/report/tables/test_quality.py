"""Quality at each precision."""

from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.tables.quality import parity_table, precision_table, quality_tables
from bench.results import Failure, ParityResult


def quality_table(results):
    (table,) = quality_tables(results)
    return table


def lossy_case(make, **metric: object):
    """A case at fp32 and int8."""
    precisions = ("fp32", "int8-static")
    return make.case(
        artifacts=[make.artifact(precision=precision) for precision in precisions],
        metrics=[make.metric(precision="fp32"), make.metric(precision="int8-static", **metric)],
    )


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_quality_is_the_mean_and_deviation_over_the_seeds(make, values):
    cases = [make.case(seed=seed, metrics=[make.metric(value=value)]) for seed, value in enumerate(values)]
    table = quality_table(make.results(cases=cases))
    mean, deviation = (float(part) for part in table.cells("accuracy ↑")[0].split(" ± "))
    assert mean == pytest.approx(fmean(values), rel=1e-3)
    assert deviation == pytest.approx(stdev(values), rel=0.06)
    assert table.cells("seeds") == [str(len(values))]


def test_quality_is_that_of_the_first_runtime(make):
    metrics = [make.metric(value=0.1, runtime="eager"), make.metric(value=0.9)]
    assert quality_table(make.results(cases=[make.case(metrics=metrics)])).cells("accuracy ↑") == ["0.9"]


def test_where_the_first_runtime_has_no_such_precision_another_stands_for_it(make):
    suite = {"name": "t", "measure": {"runtimes": [{"name": "graph"}, {"name": "eager"}]}}
    table = quality_table(make.results(cases=[lossy_case(make, runtime="eager", value=0.7)], suite=suite))
    assert table.cells("accuracy ↑") == ["0.9", "0.7"]


def a_generator(make):
    figure = make.metric(artifact="generator", name="frechet-distance")
    return make.case("gan", artifacts=[make.artifact(name="generator", task="generation")], metrics=[figure])


@pytest.mark.parametrize(
    ("features", "changes", "told"),
    [
        (None, {}, " Features: the inputs themselves."),
        ("tiny", {}, f" Features: tiny@points#0, checkpoint sha256 {'b' * 12}…."),
        ("tiny", {"failures": [Failure("train", "E", "it broke")]}, " Features: none, since tiny@points#0 has failed."),
        ("net", {}, " Features: none, since net has failed."),
    ],
)
def test_what_generators_are_compared_by_is_told(make, features, changes, told):
    suite = {**make.results().suite, "features": features}
    cases = [a_generator(make), make.case("tiny", **changes), make.case("tiny", seed=1)]
    notes = {table.title: table.note for table in quality_tables(make.results(cases=cases, suite=suite))}
    assert notes["Quality: generation"].endswith(told)
    assert "Features" not in notes["Quality: classification"]


@pytest.mark.parametrize(("higher", "arrow"), [(True, " ↑"), (False, " ↓"), (None, "")])
def test_a_header_says_where_better_is_and_in_which_unit(make, higher, arrow):
    case = make.case(metrics=[make.metric(name="loss", unit="nats", higher_is_better=higher)])
    assert quality_table(make.results(cases=[case])).headers[-1] == f"loss{arrow} [nats]"


def test_figures_in_different_units_do_not_share_a_column(make):
    units = {"warm": "°C", "windy": "m/s", "cold": "°C"}
    cases = [
        make.case(name, metrics=[make.metric(name="mae", unit=unit, value=value), make.metric()])
        for value, (name, unit) in enumerate(units.items(), 1)
    ]
    table = quality_table(make.results(cases=cases))
    assert table.headers[-3:] == ("mae ↑ [°C]", "accuracy ↑", "mae ↑ [m/s]")
    assert table.cells("mae ↑ [°C]") == ["1", "-", "3"]
    assert table.cells("mae ↑ [m/s]") == ["-", "2", "-"]


def test_a_precision_is_named_only_if_there_are_several(make):
    assert "precision" not in quality_table(make.results()).headers
    table = quality_table(make.results(cases=[lossy_case(make, value=0.8)]))
    rows = list(zip(table.cells("precision"), table.cells("accuracy ↑"), strict=True))
    assert rows == [("fp32", "0.9"), ("int8-static", "0.8")]


def test_each_task_has_a_table_with_its_own_metrics(make):
    parts = {"encoder": ("embedding", "uniformity"), "decoder": ("reconstruction", "mse")}
    case = make.case(
        artifacts=[make.artifact(name=name, task=task) for name, (task, _) in parts.items()],
        metrics=[make.metric(artifact=name, name=metric) for name, (_, metric) in parts.items()],
    )
    tables = quality_tables(make.results(cases=[case]))
    assert [(table.title, table.headers[-1]) for table in tables] == [
        ("Quality: embedding", "uniformity ↑"),
        ("Quality: reconstruction", "mse ↑"),
    ]
    assert [table.cells("case") for table in tables] == [["tiny@points encoder"], ["tiny@points decoder"]]


@pytest.mark.parametrize(("tolerance", "text"), [(0.01, "0.01"), (None, "-")])
def test_a_precision_costs_its_difference_from_torch(make, tolerance, text):
    cases = [lossy_case(make, value=0.8, reference=0.9, tolerance=tolerance)]
    assert precision_table(make.results(cases=cases)).rows == [
        ("tiny@points", "int8-static", "accuracy ↑", "0.8", "0.9", "-0.1", text)
    ]


def test_full_precision_costs_nothing_that_were_to_tell(make):
    assert precision_table(make.results()).rows == []


def test_parity_is_the_worst_of_the_seeds_at_each_precision(make):
    found = [
        ParityResult("forward", "output", "graph", precision, error, error / 10, error * 10)
        for precision, error in (("fp32", 1e-3), ("fp32", 2e-3), ("int8-static", 0.05))
    ]
    table = parity_table(make.results(cases=[make.case(seed=n, parity=[one]) for n, one in enumerate(found)]))
    assert [row[2:] for row in table.rows] == [
        ("graph", "fp32", "0.002", "0.0002", "2 %"),
        ("graph", "int8-static", "0.05", "0.005", "50 %"),
    ]
    assert "precision" not in parity_table(make.results()).headers
