"""What is kept of an earlier run's case."""

from types import SimpleNamespace

import pytest

from bench.records import TensorSpec
from bench.results import Failure
from bench.run.resume import earlier_run
from bench.stages.files import sha256
from bench.store.folder import write_results
from bench.suite.schema import Measure

UNSUITABLE = Failure("export", "Unsuitable", "nothing", fatal=False, artifact="forward", precision="int8-static")
BROKEN = Failure("export", "BenchError", "cannot make it", artifact="other", precision="fp32")


@pytest.fixture
def resumed(make, tmp_path):
    """What is left of a case that had a graph at fp32 and these failures: `resumed(failures, precisions)`.

    :param graph: what else is known of the graph
    :param asked: what else is measured now
    """

    def call(failures, precisions, graph=None, **asked):
        case = make.case(failures=failures)
        for path in (case.training.checkpoint, case.artifacts[0].path):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("any")
        found = sha256(tmp_path / case.training.checkpoint)
        training = make.case().training.__class__(**{**vars(case.training), "checkpoint_sha256": found})
        case = make.case(failures=failures, training=training, artifacts=[make.artifact(sha256=found, **graph or {})])
        results = make.results(cases=[case])
        results.environment["plugins"] = []
        write_results(results, tmp_path)
        planned = {name: getattr(case, name) for name in ("id", "folder", "params", "data_params", "seed")}
        names = {"model": SimpleNamespace(name=case.model), "dataset": SimpleNamespace(name=case.dataset)}
        train = SimpleNamespace(model_dump=lambda: case.train)
        suite = SimpleNamespace(name="trial", measure=Measure(precisions=precisions, **asked))
        plan = SimpleNamespace(suite=suite, cases=[SimpleNamespace(train=train, **planned, **names)])
        return earlier_run(plan, tmp_path, results.environment).begun[case.id]

    return call


def test_what_is_unsuitable_for_a_precision_is_not_tried_again_and_still_told(resumed):
    scored = Failure("evaluate", "Unsuitable", "not mine", fatal=False)
    case = resumed([UNSUITABLE, scored], ["fp32", "int8-static"])
    assert list(case.stages) == ["train", "export"]
    assert case.failures == [UNSUITABLE]


@pytest.mark.parametrize(
    ("failures", "precisions"),
    [
        ([], ["fp32", "int8-static"]),
        ([UNSUITABLE], ["fp32"]),
        ([BROKEN], ["fp32"]),
        ([UNSUITABLE, BROKEN], ["fp32", "int8-static"]),
    ],
)
def test_graphs_are_made_again_if_others_are_asked_for_or_one_failed(failures, precisions, resumed):
    case = resumed(failures, precisions)
    assert list(case.stages) == ["train"]
    assert (case.artifacts, case.failures) == ([], [])


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({}, True),
        ({"lengths": [8, 4]}, True),
        ({"lengths": [16]}, False),
        ({"lengths": [16], "artifacts": ["forward"]}, False),
        ({"lengths": [16], "artifacts": ["other"]}, True),
    ],
)
def test_what_a_graph_computes_has_to_be_known_of_each_length(asked, kept, resumed):
    graph = {"inputs": [TensorSpec("tokens", (8,), "int64", sequence=0)], "macs_at": {4: 40, 8: 80}}
    case = resumed([], ["fp32"], graph, **asked)
    assert ("export" in case.stages) == kept
    assert [one.macs_at for one in case.artifacts] == [{4: 40, 8: 80}] * kept
