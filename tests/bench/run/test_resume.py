"""What is kept of an earlier run's case."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from bench.errors import RunError
from bench.records import TensorSpec
from bench.results import Failure, SnapshotResult
from bench.run.resume import _refuse_to_part_rivals, earlier_run
from bench.stages.files import sha256
from bench.store.folder import write_results
from bench.suite.schema import Measure

UNSUITABLE = Failure("export", "Unsuitable", "nothing", fatal=False, artifact="forward", precision="int8-static")
BROKEN = Failure("export", "BenchError", "cannot make it", artifact="other", precision="fp32")


@pytest.fixture
def resumed(make, tmp_path):
    """What is left of a case that had graphs and failures: `resumed(failures, precisions, graphs=("fp32",))`.

    :param graph: what else is known of the graphs
    :param kept: the snapshots that there were
    :param snapshots: how many the suite asks for now; as many as there were if left out
    :param asked: what else is measured now
    """

    def call(failures, precisions, graphs=("fp32",), graph=None, kept=(), snapshots=None, **asked):
        case = make.case(failures=failures)
        for path in (case.training.checkpoint, case.artifacts[0].path):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("any")
        found = sha256(tmp_path / case.training.checkpoint)
        training = replace(case.training, checkpoint_sha256=found, snapshots=list(kept))
        artifacts = [make.artifact(sha256=found, precision=precision, **(graph or {})) for precision in graphs]
        settings = {**case.train, "snapshots": len(kept)}
        case = make.case(failures=failures, training=training, artifacts=artifacts, train=settings)
        results = make.results(cases=[case])
        results.environment["plugins"] = []
        write_results(results, tmp_path)
        planned = {
            name: getattr(case, name) for name in ("id", "group", "folder", "params", "data_params", "seed", "against")
        }
        planned["tolerated"] = {"loss": 0.05}
        names = {"model": SimpleNamespace(name=case.model), "dataset": SimpleNamespace(name=case.dataset)}
        wanted = len(kept) if snapshots is None else snapshots
        train = SimpleNamespace(model_dump=lambda: {**case.train, "snapshots": wanted})
        suite = SimpleNamespace(name="trial", measure=Measure(precisions=precisions, **asked))
        plan = SimpleNamespace(suite=suite, cases=[SimpleNamespace(train=train, **planned, **names)])
        return earlier_run(plan, tmp_path, results.environment).begun.get(case.id)

    return call


def test_how_much_worse_figures_may_become_is_what_the_suite_says_now(resumed):
    assert resumed([], ["fp32"]).tolerated == {"loss": 0.05}


def test_graphs_of_the_precisions_that_are_asked_for_are_kept(resumed):
    case = resumed([], ["int8-static", "fp32"], graphs=("fp32", "int8-static"))
    assert list(case.stages) == ["train", "export"]
    assert [graph.precision for graph in case.artifacts] == ["fp32", "int8-static"]


def test_what_is_unsuitable_for_a_precision_is_not_tried_again_and_still_told(resumed):
    scored = Failure("evaluate", "Unsuitable", "not mine", fatal=False)
    case = resumed([UNSUITABLE, scored], ["fp32", "int8-static"])
    assert list(case.stages) == ["train", "export"]
    assert case.failures == [UNSUITABLE]


@pytest.mark.parametrize(
    ("failures", "precisions", "graphs"),
    [
        ([], ["fp32", "int8-static"], ["fp32"]),
        ([], ["fp32"], ["fp32", "int8-static"]),
        ([UNSUITABLE], ["fp32"], ["fp32"]),
        ([BROKEN], ["fp32"], ["fp32"]),
        ([UNSUITABLE, BROKEN], ["fp32", "int8-static"], ["fp32"]),
    ],
)
def test_graphs_are_made_again_if_others_are_asked_for_or_one_failed(failures, precisions, graphs, resumed):
    case = resumed(failures, precisions, graphs)
    assert list(case.stages) == ["train"]
    assert (case.artifacts, case.failures) == ([], [])


@pytest.fixture
def kept(tmp_path):
    (tmp_path / "2.pt").write_text("any")
    return [SnapshotResult(2, "2.pt", sha256(tmp_path / "2.pt"))]


def test_a_training_whose_snapshots_are_not_what_they_were_is_done_again(resumed, kept, tmp_path):
    assert resumed([], ["fp32"], kept=kept) is not None
    (tmp_path / "2.pt").write_text("other")
    assert resumed([], ["fp32"], kept=kept) is None


@pytest.mark.parametrize(("snapshots", "is_kept"), [(0, True), (1, True), (2, False)])
def test_a_training_is_done_again_for_other_snapshots_but_not_for_none(resumed, kept, snapshots, is_kept):
    assert (resumed([], ["fp32"], kept=kept, snapshots=snapshots) is not None) == is_kept


@pytest.mark.parametrize(
    ("asked", "is_kept"),
    [
        ({}, True),
        ({"lengths": [8, 4]}, True),
        ({"lengths": [16]}, False),
        ({"lengths": [16], "artifacts": ["forward"]}, False),
        ({"lengths": [16], "artifacts": ["other"]}, True),
    ],
)
def test_what_a_graph_computes_has_to_be_known_of_each_length(asked, is_kept, resumed):
    graph = {"inputs": [TensorSpec("tokens", (8,), "int64", sequence=0)], "macs_at": {4: 40, 8: 80}}
    case = resumed([], ["fp32"], graph=graph, **asked)
    assert ("export" in case.stages) == is_kept
    assert [one.macs_at for one in case.artifacts] == [{4: 40, 8: 80}] * is_kept


@pytest.mark.parametrize("again", ["par", "full"])
def test_of_two_cases_that_are_compared_not_one_alone_is_timed_again(make, tmp_path, again):
    cases = {"full": make.case("full"), "par": make.case("par", against="full@points")}
    results = make.results(cases=list(cases.values()))
    with pytest.raises(RunError, match="par@points#0 is compared with full@points#0, and only one"):
        _refuse_to_part_rivals(tmp_path, results, {(cases[again].group, 0)})
    both = {(case.group, 0) for case in cases.values()}
    _refuse_to_part_rivals(tmp_path, results, both)
    _refuse_to_part_rivals(tmp_path, results, set())


def test_each_seed_is_timed_again_with_that_of_its_rival(make, tmp_path):
    pairs = [(make.case("full", seed=seed), make.case("par", seed=seed, against="full@points")) for seed in range(2)]
    results = make.results(cases=[case for pair in pairs for case in pair])
    _refuse_to_part_rivals(tmp_path, results, {(case.group, 1) for case in pairs[1]})
    with pytest.raises(RunError, match="par@points#1 is compared with full@points#1, and only one"):
        _refuse_to_part_rivals(tmp_path, results, {(case.group, case.seed) for case in (*pairs[0], pairs[1][1])})
