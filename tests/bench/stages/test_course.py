"""Snapshots of a training, and the course of metrics over it."""

from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import DataSpec, Evaluation, Unsuitable
from bench.records import DatasetInfo, MetricInfo, MetricUse, ModelInfo, RuntimeInfo, RuntimeUse
from bench.stages.answering import Source, Subject
from bench.stages.build import load_checkpoint
from bench.stages.course import follow
from bench.stages.evaluate import evaluate
from bench.stages.export import export
from bench.stages.request import CaseRequest
from bench.stages.snapshots import Snapshots
from bench.stages.train import train
from bench_datasets.digits import Digits

MODEL = ModelInfo("mlp", "bench_models.classifiers.mlp:MLP", task="classification")
ACCURACY = MetricInfo("accuracy", "bench_metrics.classification.scores:accuracy", "classification")
HERE = __name__
CALLS = count(1)  # of `fails_later`
FIRST_LEFT_OUT = MetricInfo("left-out", f"{HERE}:left_out", "classification", form="function")
FAILS_LATER = MetricInfo("fails-later", f"{HERE}:fails_later", "classification", form="function")
OTHER_TASK = MetricInfo("other", f"{HERE}:left_out", "generation", form="function")


def left_out(evaluation: Evaluation) -> float:
    raise Unsuitable("not for these")


def fails_later(evaluation: Evaluation) -> float:
    call = next(CALLS)
    if call > 2:
        raise ValueError("no more")
    return float(call)


@dataclass
class Kept:
    """What Snapshots asks of a request, without a folder."""

    train: dict
    epochs: list[int] = field(default_factory=list)

    def snapshots(self):
        return []


@given(parts=st.integers(0, 12), epochs=st.integers(1, 40))
def test_snapshots_are_evenly_spread_and_the_last_is_the_end(parts, epochs):
    due = []

    class Counting(Snapshots):
        def _keep(self, model, epoch):
            due.append(epoch)

    snapshots = Counting(Kept({"snapshots": parts}), DataSpec("any", (1,)))
    for epoch in range(1, epochs + 1):
        snapshots.after_epoch(None, epoch, epoch / epochs)
    assert len(due) == min(parts, epochs)
    if due:
        assert due[-1] == epochs
        gaps = [b - a for a, b in zip([0, *due], due, strict=False)]
        assert max(gaps) - min(gaps) <= 1


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A case that has kept three snapshots of six epochs, its training and its evaluation."""
    uses = tuple(MetricUse(info.name, info) for info in (ACCURACY, FIRST_LEFT_OUT, FAILS_LATER, OTHER_TASK))
    request = CaseRequest(
        id="mlp@digits#0",
        folder=str(tmp_path_factory.mktemp("course")),
        name="mlp@digits-0",
        model=MODEL,
        dataset=DatasetInfo("digits", "bench_datasets.digits:Digits", "classification"),
        params={"hidden": [16]},
        data_params={},
        train={"max_epochs": 6, "batch_size": 64, "accelerator": "cpu", "snapshots": 3},
        seed=0,
        metrics=uses[:1],
        metrics_named=True,
        runtimes=(RuntimeUse("onnxruntime", RuntimeInfo("onnxruntime", "bench_runtimes.onnx:OnnxRuntime")),),
        precisions=("fp32",),
        device="cpu",
        train_threads=1,
        timed_threads=1,
        batch_sizes=(1,),
        owners={},
        course=uses,
    )
    stale = request.snapshot(99)
    stale.parent.mkdir(parents=True)
    stale.write_text("of an earlier training")
    data = Digits()
    trained = train(request, data, lambda share: None)
    export(request, data, lambda share: None)
    return request, trained, evaluate(request, data, lambda share: None)


def test_a_training_keeps_its_snapshots_and_removes_those_of_an_earlier_one(case):
    request, trained, _ = case
    assert [one.epoch for one in trained.snapshots] == request.snapshots() == [2, 4, 6]
    assert all(Path(request.folder, one.path).is_file() for one in trained.snapshots)
    assert len({one.sha256 for one in trained.snapshots}) == 3


def test_a_course_has_what_each_snapshot_answers(case):
    request, _, found = case
    course = next(one for one in found.courses if one.name == "accuracy")
    data = Digits()
    data.setup("test")
    inputs, targets = data.parts.test
    expected = []
    for epoch in (2, 4, 6):
        model, _ = load_checkpoint(request.snapshot(epoch))
        with torch.no_grad():
            expected.append(float((model(inputs).argmax(1) == targets).double().mean()))
    assert course.epochs == [2, 4, 6]
    assert course.values == pytest.approx(expected, abs=1e-6)
    assert len(set(expected)) > 1
    (final,) = [metric.reference for metric in found.metrics]
    assert course.values[-1] == pytest.approx(final)
    assert (course.artifact, course.higher_is_better) == ("forward", ACCURACY.higher_is_better)


def test_a_course_ends_where_its_metric_fails_and_the_failure_is_told_once(case):
    _, _, found = case
    assert {one.name: one.epochs for one in found.courses} == {"accuracy": [2, 4, 6], "fails-later": [2, 4]}
    assert [(one.kind, one.message, one.artifact, one.metric, one.fatal) for one in found.failures] == [
        ("Unsuitable", "not for these", "forward", "left-out", False),
        ("ValueError", "no more", "", "", True),
    ]


@pytest.mark.parametrize("bounds", [{"max_epochs": 4, "max_steps": 10_000}, {"max_epochs": 99, "max_steps": 40}])
def test_whichever_bound_ends_the_training_its_snapshots_are_kept(case, bounds, tmp_path):
    """Two of 20 batches make an epoch."""
    request, *_ = case
    settings = {**request.train, **bounds, "batch_size": 700, "snapshots": 2}
    found = train(replace(request, folder=str(tmp_path), train=settings), Digits(), lambda share: None)
    assert len(found.snapshots) == 2
    assert found.snapshots[-1].epoch == found.epochs


def test_where_nothing_was_kept_there_is_nothing_to_follow_which_is_told(case):
    request, *_ = case
    subject = Subject(*load_checkpoint(request.checkpoint), Source(Digits()), 0)
    courses, failures = follow(request, subject)
    assert courses == []
    assert [one.metric for one in failures] == ["accuracy", "left-out", "fails-later"]
    assert {(one.kind, one.artifact, one.fatal) for one in failures} == {("Unsuitable", "forward", False)}
    assert "needs snapshots, and this training has kept none" in failures[0].message


def test_there_is_no_snapshot_of_other_epochs(case):
    request, *_ = case
    subject = Subject(*load_checkpoint(request.checkpoint), Source(Digits()), 0, None, [2, 4], lambda epoch: 1 / 0)
    with pytest.raises(Unsuitable, match=r"there is no snapshot of epoch 3 \(those kept: \(2, 4\)\)"):
        subject.after(3)
