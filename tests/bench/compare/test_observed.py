"""The figures of a run."""

import pytest

from bench.compare.observed import Execution, Nature, observed
from bench.compare.records import Key

PLACE = "forward graph fp32 cpu threads=1 single-stream batch=1"
EXECUTION = Execution("graph", "fp32", "cpu", 1)


@pytest.fixture
def figures(make, tmp_path):
    """The figures of a run with these cases: `figures(case, case, only=())`."""
    return lambda *cases, only=(): observed(make.results(cases=list(cases)), tmp_path, only)


def process(make, turn, **more):
    return make.process(turn=turn, **{"p50_s": 1e-3, "p90_s": 2e-3, "throughput_per_s": 900.0, "pace_s": 0.5, **more})


class TestTimings:
    def test_each_process_is_one_value(self, make, figures):
        row = make.measurement(by_process=[process(make, 0), process(make, 1, p50_s=3e-3, pace_s=0.6)], noise=["noisy"])
        found = figures(make.case(measurements=[row]))
        one = found[Key("tiny@points", PLACE, "latency-p50")]
        assert one.nature == Nature("timing", "s", False, None, EXECUTION, follows_pace=True)
        seen = one.seeds[0]
        assert (seen.value, seen.processes, seen.paces, seen.doubts) == (2e-3, (1e-3, 3e-3), (0.5, 0.6), ("noisy",))
        assert found[Key("tiny@points", PLACE, "throughput")].nature.higher_is_better

    def test_what_one_process_does_not_know_is_no_figure(self, make, figures):
        row = make.measurement(by_process=[process(make, 0, p90_s=None), process(make, 1, p99_s=1e-3)])
        names = {key.name for key in figures(make.case(measurements=[row])) if key.place == PLACE}
        assert names == {"latency-p50", "throughput"}

    def test_paces_are_known_to_all_or_to_none(self, make, figures):
        row = make.measurement(by_process=[process(make, 0), process(make, 1, pace_s=None)])
        assert figures(make.case(measurements=[row]))[Key("tiny@points", PLACE, "latency-p50")].seeds[0].paces == ()

    def test_loads_are_apart(self, make, figures):
        rows = [make.measurement(batch_size=size) for size in (1, 8)]
        keys = [key for key in figures(make.case(measurements=rows)) if key.name == "latency-p50"]
        assert len(keys) == 2

    def test_seeds_are_together(self, make, figures):
        found = figures(make.case(seed=0), make.case(seed=3))
        assert set(found[Key("tiny@points", PLACE, "latency-p50")].seeds) == {0, 3}


class TestMemory:
    def test_it_is_the_most_that_a_process_held_under_any_load(self, make, figures):
        rows = [
            make.measurement(
                batch_size=size,
                by_process=[process(make, 0, peak_memory_bytes=size * 10), process(make, 7, peak_memory_bytes=500)],
            )
            for size in (8, 32)
        ]
        found = figures(make.case(measurements=rows))
        one = found[Key("tiny@points", "forward graph fp32 cpu threads=1", "memory")]
        assert sorted(one.seeds[0].processes) == [320.0, 500.0]
        assert not one.nature.follows_pace
        assert one.nature.unit == "B"

    def test_where_nobody_knows_it_is_no_figure(self, make, figures):
        assert not [key for key in figures(make.case()) if key.name == "memory"]


class TestServer:
    def rows(self, make, **kept):
        """Rates, and which processes keep each: `r100=(True, True)`."""
        return [
            make.measurement(
                scenario="server",
                rate_per_s=float(rate[1:]),
                by_process=[process(make, turn, meets_bound=one) for turn, one in enumerate(keeps)],
            )
            for rate, keeps in kept.items()
        ]

    def test_the_highest_rate_of_each_process_is_one_value(self, make, figures):
        rows = self.rows(make, r100=(True, True), r200=(True, False), r300=(False, False))
        found = figures(make.case(measurements=rows))
        place = "forward graph fp32 cpu threads=1 server batch=1"
        one = found[Key("tiny@points", place, "highest-rate")]
        assert sorted(one.seeds[0].processes) == [100.0, 200.0]
        assert sorted(one.seeds[0].steps) == [1.5, 2.0]
        assert one.nature.higher_is_better
        assert not [key for key in found if "rate=" in key.place]

    def test_a_process_that_keeps_all_or_none_does_not_tell(self, make, figures):
        found = figures(make.case(measurements=self.rows(make, r100=(True, False), r200=(True, False))))
        assert not [key for key in found if key.name == "highest-rate"]


class TestQuality:
    def test_a_metric_is_found_with_its_scores(self, make, figures, tmp_path):
        metric = make.metric(best=1.0, scores_path="scores/tiny/accuracy.npy")
        case = make.case(metrics=[metric])
        one = figures(case)[Key("tiny@points", "forward graph fp32", "accuracy")]
        assert one.nature == Nature("quality", "", True, 1.0)
        assert one.seeds[0].value == 0.9
        assert one.seeds[0].scores == tmp_path / "scores/tiny/accuracy.npy"

    def test_it_knows_by_which_rows_it_was_asked(self, make, figures):
        def asked(**data):
            from bench.results import DataResult

            case = make.case(data=DataResult("fingerprint", 80, 10, 10, **data))
            return figures(case)[Key("tiny@points", "forward graph fp32", "accuracy")].seeds[0].asked

        assert asked(test_inputs="i", test_targets="t") == "i t"
        assert asked(test_inputs="i", test_targets="u") != asked(test_inputs="i", test_targets="t")
        assert asked() == "fingerprint"


class TestFacts:
    def test_those_of_a_graph_are_found(self, make, figures):
        found = figures(make.case(artifacts=[make.artifact(operators={"Gemm": 2, "Relu": 1})]))
        facts = {key.name: one.seeds[0].value for key, one in found.items() if one.nature.kind == "fact"}
        assert facts == {"parameters": 1234, "macs": 5678, "nodes": 3, "bytes": 2048, "operators": 2}
        operators = found[Key("tiny@points", "forward fp32", "operators")]
        assert operators.seeds[0].parts == {"Gemm": 2, "Relu": 1}
        assert operators.nature.higher_is_better is None

    def test_of_a_run_that_did_not_keep_them_there_are_no_operators(self, make, figures):
        assert not [key for key in figures(make.case()) if key.name == "operators"]


def test_only_chosen_cases_have_figures(make, figures):
    found = figures(make.case("tiny"), make.case("small"), only=("sma*",))
    assert {key.group for key in found} == {"small@points"}
