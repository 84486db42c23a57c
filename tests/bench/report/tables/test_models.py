"""Size, training and lineage."""

import pytest

from bench.report.tables.models import finding_table, lineage_table, size_table, target_table, training_table
from bench.results import TrainingResult

SUITE = {"name": "t", "measure": {"runtimes": [{"name": "graph"}]}}


def trained(ends: list[float], **curves: list[float | None]) -> TrainingResult:
    return TrainingResult(3, 6, "cpu", 1, "", "", curves, ends)


def target_rows(make, bound: dict, *trainings: TrainingResult | None):
    cases = [make.case(seed=seed, training=training) for seed, training in enumerate(trainings)]
    return target_table(make.results(cases=cases, suite={**SUITE, "targets": {"acc": bound}})).rows


def test_a_target_is_reached_at_the_end_of_the_first_epoch_that_meets_it(make):
    runs = [trained([1.0, 2.0, 3.0], acc=[0.1, 0.9, 0.95]), trained([2.0, 4.0, 6.0], acc=[0.1, None, 0.9])]
    assert target_rows(make, {"min": 0.9, "max": None}, *runs) == [
        ("tiny@points", "acc at least 0.9", "2 of 2 seeds", "2.5 ± 0.71", "4 ± 2.8")
    ]


def test_a_seed_that_did_not_reach_a_target_is_counted(make):
    runs = [trained([1.0, 2.0], acc=[0.1, 0.9]), trained([1.0, 2.0], acc=[0.1, 0.2]), None]
    assert target_rows(make, {"min": 0.9}, *runs)[0][2:] == ("1 of 3 seeds", "2", "2")


@pytest.mark.parametrize(
    ("curves", "told"), [({"acc": [0.1]}, "not reached"), ({"other": [0.95]}, "not logged"), ({}, "not logged")]
)
def test_a_target_that_nobody_reached(make, curves, told):
    assert target_rows(make, {"min": 0.9}, trained([1.0], **curves))[0][2:] == (told, "-", "-")


def test_targets_are_tied_by_case(make):
    suite = {**SUITE, "targets": {"train-loss": {"max": 0.6}, "val-loss": {"max": 0.6}}}
    table = target_table(make.results(cases=[make.case(), make.case("small")], suite=suite))
    assert table.cells("case") == ["tiny@points"] * 2 + ["small@points"] * 2


def test_without_targets_there_is_no_table(make):
    assert target_table(make.results()).rows == []


def test_training_has_the_seconds_of_each_stage(make):
    assert training_table(make.results()).rows == [("tiny@points", "cpu", "2", "4", "1.5", "0.5", "0.25")]


def test_a_precision_has_a_size_of_its_own(make):
    assert "precision" not in size_table(make.results()).headers
    artifacts = [make.artifact(), make.artifact(precision="int8-static", bytes=512)]
    table = size_table(make.results(cases=[make.case(artifacts=artifacts)]))
    assert list(zip(table.cells("precision"), table.cells("ONNX file"), strict=True)) == [
        ("fp32", "2 KiB"),
        ("int8-static", "512 B"),
    ]


def test_every_graph_has_its_lineage(make):
    artifacts = [make.artifact(), make.artifact(precision="fp16", sha256="d" * 64)]
    rows = lineage_table(make.results(cases=[make.case(artifacts=artifacts)])).rows
    assert [row[3:] for row in rows] == [("forward", "c" * 12), ("forward fp16", "d" * 12)]


def test_what_a_model_has_found_is_told_of_each_seed(make):
    found = {"pattern": "sffi", "expected-latency": 0.61234}
    cases = [make.case(seed=0, training=TrainingResult(3, 6, "cpu", 1, "", "", findings=found)), make.case(seed=1)]
    table = finding_table(make.results(cases=cases))
    assert table.rows == [
        ("tiny@points#0", "pattern", "sffi"),
        ("tiny@points#0", "expected-latency", "0.6123"),
    ]
