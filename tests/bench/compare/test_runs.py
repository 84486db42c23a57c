"""Two runs as a comparison."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.compare.again import Paired, Remeasured
from bench.compare.records import PASSED, REGRESSED, Key
from bench.compare.runs import OTHER_MACHINE, TIMED_HERE, Pair, Run
from bench.compare.thresholds import DEFAULT, Tolerance
from bench.results import Failure
from bench.roofline import NoiseFloor

CPU = {"cpu": "Some CPU", "cores": 2, "gpus": []}


@pytest.fixture
def timed(make):
    """A case whose processes took so long: `timed([1e-3, 1.1e-3], model)`."""

    def build(seconds=(1.00e-3, 1.01e-3, 1.02e-3), model="tiny", seed=0, device="cpu", **more):
        processes = [make.process(turn=turn, p50_s=one) for turn, one in enumerate(seconds)]
        rows = [make.measurement(by_process=processes, device=device)]
        return make.case(model, seed=seed, **{"measurements": rows, **more})

    return build


@pytest.fixture
def pair(make):
    """Two runs of these cases: `pair(base, head, only=(), **of_the_head)`."""

    def build(base, head, only=(), **changes):
        old = make.results(cases=base, run_id="base", environment=CPU)
        new = make.results(cases=head, run_id="head", **{"environment": CPU, **changes})
        return Pair(Run(old, Path("base")), Run(new, Path("head")), only)

    return build


def verdicts(comparison) -> dict[str, str]:
    return {row.key.name: row.verdict for row in comparison.rows}


SLOWER = (1.30e-3, 1.31e-3, 1.33e-3)


def test_a_latency_that_grew_is_a_regression(pair, timed):
    comparison = pair([timed()], [timed(SLOWER)]).compare(Tolerance())
    assert comparison.rows[0].key.name == "latency-p50"
    assert comparison.rows[0].verdict == "regressed"
    assert comparison.rows[0].change == pytest.approx(0.3, abs=0.01)
    assert comparison.exit_code() == REGRESSED
    assert (comparison.new, comparison.vanished, comparison.broken, comparison.notes) == ((), (), (), ())


def test_the_other_way_round_it_is_an_improvement(pair, timed):
    comparison = pair([timed(SLOWER)], [timed()]).compare(Tolerance())
    assert verdicts(comparison)["latency-p50"] == "improved"
    assert comparison.exit_code() == PASSED


def test_every_figure_of_both_is_there_once_in_an_order_that_does_not_depend_on_chance(pair, timed):
    comparison = pair([timed()], [timed()]).compare(Tolerance())
    assert sorted(verdicts(comparison)) == ["accuracy", "bytes", "latency-p50", "macs", "nodes", "parameters"]
    unchanged = [row.key.name for row in comparison.rows if row.verdict == "unchanged" and row.kind != "timing"]
    assert unchanged == ["accuracy", "parameters", "macs", "nodes", "bytes"]


def test_sides_are_what_a_reader_needs(pair, timed):
    environment = {**CPU, "git": {"commit": "abc"}, "gpus": ["H200"]}
    head = pair([timed()], [timed()], environment=environment).compare(Tolerance()).head
    assert (head.run_id, head.suite, head.folder, head.commit) == ("head", "trial", "head", "abc")
    assert head.machine == "Some CPU with 2 cores, H200"


def test_runs_that_have_a_share_of_the_error_are_sure_of_less(pair, timed):
    whole = pair([timed()], [timed(SLOWER)])
    part = replace(whole, share=1e-6)
    found = again(1.3, 1.31, 1.33)
    for one, verdict in ((whole, "regressed"), (part, "inconclusive")):
        assert verdicts(one.compare(Tolerance()))["latency-p50"] == verdict
        assert verdicts(one.compare(Tolerance(), [found]))["latency-p50"] == verdict
        assert one.clearing(Tolerance())(found) == (verdict == "regressed")


def again(*ratios):
    """A place that was timed again: how many times as long the head took in each process."""
    place = "forward graph fp32 cpu threads=1 single-stream batch=1"
    figures = {"latency-p50": Paired((1.0,) * len(ratios), ratios)}
    return Remeasured("tiny@points", place, figures, looks=1, processes=len(ratios))


class TestCalibration:
    """Of the machine that a figure was timed on: the head's, or this one."""

    FOUND = again(1.08, 1.08, 1.08)

    @pytest.mark.parametrize(
        ("apart", "here", "verdict"), [(0.01, 0.1, "unchanged"), (0.1, 0.01, "regressed"), (0.1, None, "regressed")]
    )
    def test_what_is_timed_again_is_held_against_this_machines(self, pair, timed, make, apart, here, verdict):
        known, other = (
            [] if one is None else [make.calibration(noise=NoiseFloor(30e-6, one, 0.0))] for one in (apart, here)
        )
        runs, tolerance = pair([timed()], [timed(SLOWER)]), Tolerance(calibrations=known, here=other)
        (by_runs,), (by_again,) = (
            [row for row in one.rows if row.key.name == "latency-p50"]
            for one in (runs.compare(tolerance), runs.compare(tolerance, [self.FOUND]))
        )
        assert (by_runs.threshold.share, by_runs.threshold.source) == (apart, "calibration")
        assert by_again.threshold.share == (here or DEFAULT)
        assert by_again.verdict == verdict

    @pytest.mark.parametrize(("here", "is_clear"), [(0.01, True), (0.1, True), (0.08, False)])
    def test_and_timed_until_it_is_clear_by_them(self, pair, timed, make, here, is_clear):
        tolerance = Tolerance(here=[make.calibration(noise=NoiseFloor(30e-6, here, 0.0))])
        found = again(1.079, 1.08, 1.081)
        assert pair([timed()], [timed()]).clearing(tolerance)(found) == is_clear

    def test_what_could_not_be_timed_again_is_held_against_the_heads(self, pair, timed, make):
        tolerance = Tolerance(calibrations=[make.calibration(noise=NoiseFloor(30e-6, 0.5, 0.0))])
        failed = replace(self.FOUND, failure="it crashed")
        comparison = pair([timed()], [timed(SLOWER)]).compare(tolerance, [failed])
        assert verdicts(comparison)["latency-p50"] == "unchanged"


class TestWhatOneRunHasAlone:
    def test_new_and_vanished_figures_are_told_and_not_judged(self, pair, timed):
        comparison = pair([timed(), timed(model="old")], [timed(), timed(model="fresh")]).compare(Tolerance())
        assert {key.group for key in comparison.new} == {"fresh@points"}
        assert {key.group for key in comparison.vanished} == {"old@points"}
        assert {row.key.group for row in comparison.rows} == {"tiny@points"}
        assert (comparison.exit_code(), comparison.exit_code(strict=True)) == (PASSED, REGRESSED)

    def test_a_metric_of_a_case_may_vanish(self, pair, timed):
        comparison = pair([timed()], [timed(metrics=[])]).compare(Tolerance())
        assert comparison.vanished == (Key("tiny@points", "forward graph fp32", "accuracy"),)

    def test_two_runs_with_nothing_in_common(self, pair, timed):
        comparison = pair([timed()], [timed(model="other")]).compare(Tolerance())
        assert (comparison.rows, comparison.exit_code()) == ((), 4)


FAILED = {
    "status": "failed",
    "error": Failure("train", "ValueError", "it broke"),
    "artifacts": [],
    "metrics": [],
    "measurements": [],
}


class TestBroken:
    def test_a_case_that_failed_in_the_head_is_broken_and_has_not_vanished(self, pair, timed):
        comparison = pair([timed(), timed(model="b")], [timed(), timed(model="b", **FAILED)]).compare(Tolerance())
        (one,) = comparison.broken
        assert (one.case, one.run, one.message) == ("b@points#0", "head", "train: it broke")
        assert (comparison.vanished, comparison.exit_code()) == ((), 3)

    def test_one_that_failed_in_the_base_is_no_news(self, pair, timed):
        comparison = pair([timed(), timed(model="b", **FAILED)], [timed(), timed(model="b")]).compare(Tolerance())
        assert [one.run for one in comparison.broken] == ["base"]
        assert (comparison.new, comparison.exit_code()) == ((), PASSED)

    def test_nor_is_one_that_failed_in_both(self, pair, timed):
        cases = [timed(), timed(model="b", **FAILED)]
        comparison = pair(cases, cases).compare(Tolerance())
        assert (len(comparison.broken), comparison.newly_broken, comparison.exit_code()) == (2, (), PASSED)

    def test_one_that_was_not_chosen_does_not_count(self, pair, timed):
        cases = [timed(), timed(model="b")], [timed(), timed(model="b", **FAILED)]
        comparison = pair(*cases, only=("tiny*",)).compare(Tolerance())
        assert (comparison.broken, comparison.exit_code()) == ((), PASSED)


class TestOtherMachine:
    @pytest.mark.parametrize(
        ("change", "device"), [({"cpu": "Another"}, "cpu"), ({"cores": 4}, "cpu"), ({"gpus": ["H200"]}, "cuda")]
    )
    def test_its_timings_are_inconclusive_and_nothing_else(self, pair, timed, change, device):
        cases = [timed(device=device)], [timed(SLOWER, device=device)]
        comparison = pair(*cases, environment={**CPU, **change}).compare(Tolerance())
        (row,) = comparison.of("inconclusive")
        assert (row.key.name, row.interval, row.notes) == ("latency-p50", None, (OTHER_MACHINE,))
        assert comparison.notes == (TIMED_HERE,)
        assert {name for name, verdict in verdicts(comparison).items() if verdict == "unchanged"} >= {
            "accuracy",
            "nodes",
        }
        assert (comparison.exit_code(), comparison.exit_code(strict=True)) == (PASSED, REGRESSED)

    def test_a_gpu_on_which_nothing_was_timed_is_none(self, pair, timed):
        comparison = pair([timed()], [timed(SLOWER)], environment={**CPU, "gpus": ["H200"]}).compare(Tolerance())
        assert (comparison.exit_code(), comparison.notes) == (REGRESSED, ())


def test_a_run_of_changed_files_says_so(pair, timed):
    git = {"commit": "1234567", "changed": True}
    comparison = pair([timed()], [timed()], environment={**CPU, "git": git}).compare(Tolerance())
    assert [(side.commit, side.is_changed) for side in (comparison.base, comparison.head)] == [
        ("", False),
        ("1234567", True),
    ]


def test_another_suite_is_noted(pair, timed):
    comparison = pair([timed()], [timed()], suite={"name": "second"}).compare(Tolerance())
    assert comparison.notes == ("the runs are of different suites: trial and second",)


def test_a_run_that_has_not_finished_is_noted(pair, timed):
    comparison = pair([timed()], [timed()], status="running").compare(Tolerance())
    assert comparison.notes == ("head has not finished: what it has so far is compared",)


def test_only_what_matches_is_compared(pair, timed):
    cases = [timed(), timed(model="small"), timed(model="deep")]
    comparison = pair(cases, cases[:2], only=("sma", "deep*")).compare(Tolerance())
    assert {row.key.group for row in comparison.rows} == {"small@points"}
    assert {key.group for key in comparison.vanished} == {"deep@points"}


class TestGates:
    def test_those_of_the_head_hold(self, pair, timed):
        base, head = timed(tolerated={"latency-p50": 0.01}), timed(SLOWER, tolerated={"latency-p50": 0.5})
        (row,) = [row for row in pair([base], [head]).compare(Tolerance()).rows if row.key.name == "latency-p50"]
        assert (row.verdict, row.threshold.share, row.threshold.source) == ("unchanged", 0.5, "gate")

    def test_the_command_line_goes_before_them(self, pair, timed):
        head = timed(SLOWER, tolerated={"latency-p50": 0.5})
        comparison = pair([timed()], [head]).compare(Tolerance(named={"latency-p50": 0.1}))
        assert verdicts(comparison)["latency-p50"] == "regressed"


def test_a_quality_that_two_seeds_do_not_share_is_compared_between_those_that_they_do(pair, timed, make):
    def seeds(*values):
        return [timed(seed=seed, metrics=[make.metric(value=value)]) for seed, value in enumerate(values)]

    comparison = pair(seeds(0.9, 0.91, 0.92), seeds(0.8, 0.812)).compare(Tolerance())
    (row,) = [row for row in comparison.rows if row.key.name == "accuracy"]
    assert (row.base, row.head) == pytest.approx((0.905, 0.806))
    assert row.verdict == "regressed"
    assert comparison.notes == (
        "tiny@points#2: in the base alone, and left out: the seeds that both have are compared",
    )


def test_of_seeds_none_of_which_both_have_none_is_left_out(pair, timed):
    assert pair([timed(seed=0), timed(seed=1)], [timed(seed=2)]).compare(Tolerance()).notes == ()


def test_a_runtime_by_another_name_has_its_calibration(make):
    suite = {"name": "trial", "measure": {"runtimes": [{"name": "quick", "runtime": "graph"}]}}
    run = Run(replace(make.results(), suite=suite), Path("run"))
    assert run.runtimes == {"quick": "graph"}
    assert Run(replace(make.results(), suite={"name": "trial"}), Path("run")).runtimes == {}
