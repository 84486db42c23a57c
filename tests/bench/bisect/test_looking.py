"""Two commits -> a comparison of their runs, timed side by side where that can be."""

from dataclasses import replace
from math import exp

import pytest

from bench.bisect.git import Commit
from bench.bisect.judging import Question
from bench.bisect.looking import BUDGET_S, Looker
from bench.compare.again import Paired, Remeasured
from bench.compare.thresholds import Tolerance
from bench.errors import UnknownName
from bench.store.folder import write_results

OLD, NEW = (Commit(name * 40, name * 7, "", "", "") for name in "ab")
PLACES = [f"forward {runtime} fp32 cpu threads=1 single-stream batch=1" for runtime in ("graph", "eager")]

NOISE = (0.0, 0.01, -0.01, 0.0)


@pytest.fixture
def looked(make, tmp_path, catalog):
    """Looks at two commits with a graph each, under a runtime that needs torch and one that does not."""

    def look(metric, *, repeat=0, share=1.0, place="", watched=(), noise=NOISE, scored=1, seen=None, seconds=()):
        names = ("graph", "eager")
        specs = [{"name": name, "runtime": name, "params": {}} for name in names]
        asked, measured = [], [] if seen is None else seen

        def measure(commit, factor):
            measured.append((commit, factor))
            folder = tmp_path / commit.short
            folder.mkdir(exist_ok=True)
            processes = [make.process(turn=turn, p50_s=one) for turn, one in enumerate(seconds)]
            rows = [make.measurement(runtime=name, by_process=processes or [make.process()]) for name in names]
            artifact = make.artifact(sha256=commit.id)
            suite = {"name": "trial", "measure": {"runtimes": specs}}
            metrics = [make.metric(name=f"metric-{number}") for number in range(scored)]
            case = make.case(measurements=rows, artifacts=[artifact], metrics=metrics)
            write_results(replace(make.results(cases=[case]), suite=suite, run_id=commit.short), folder)
            return folder

        def again(pair, tolerance, budget_s):
            places = [(one.runtime, one.batch_size) for one in pair.head.results.cases[0].measurements]
            asked.append((places, budget_s))
            paired = Paired((1.0,) * 4, tuple(2 * exp(one) for one in noise))
            return [Remeasured("tiny@points", PLACES[0], {"latency-p50": paired}, looks=1, processes=4)]

        looker = Looker(Question(metric, place), measure, catalog, (), lambda run: Tolerance(), again)
        found = looker(OLD, NEW, repeat, share, watched)
        rows = {row.key.place: row for row in found.rows if row.key.name == metric}
        return rows, asked, measured

    return look


def test_a_graph_is_timed_side_by_side_and_a_torch_model_is_not(looked):
    rows, asked, measured = looked("latency-p50")
    assert asked == [([("graph", 1)], BUDGET_S)]
    assert rows[PLACES[0]].verdict == "regressed"
    assert rows[PLACES[0]].is_remeasured
    assert rows[PLACES[0]].change == pytest.approx(1.0)
    assert not rows[PLACES[1]].is_remeasured
    assert measured == [(OLD, 1), (NEW, 1)]


def test_what_was_timed_until_it_was_clear_is_judged_by_itself(looked):
    """However many figures the runs have besides: whoever times asks whether these few are clear."""
    rows, _, _ = looked("latency-p50", noise=(0.1, -0.1, 0.09, -0.09), scored=200)
    assert rows[PLACES[0]].verdict == "regressed"
    assert {*rows} == {*PLACES}


def test_a_repetition_has_twice_the_time(looked):
    assert [budget for _, budget in looked("latency-p50", repeat=2)[1]] == [4 * BUDGET_S]


@pytest.mark.parametrize("place", PLACES)
def test_a_look_with_a_share_of_the_error_is_less_sure(looked, place):
    whole, part = (looked("latency-p50", share=share, seconds=(1, 1.1, 1.2))[0][place] for share in (1.0, 0.1))
    assert part.interval[0] < whole.interval[0]
    assert part.interval[1] > whole.interval[1]


@pytest.mark.parametrize(("metric", "place"), [("latency-p50", "eager"), ("nodes", ""), ("metric-0", "")])
def test_else_a_repetition_has_twice_the_processes(looked, metric, place):
    _, asked, measured = looked(metric, repeat=1, place=place)
    assert asked == []
    assert measured[-2:] == [(OLD, 2), (NEW, 2)]


def test_an_unknown_figure_costs_one_run(looked):
    seen = []
    with pytest.raises(UnknownName, match="did you mean 'latency-p50'"):
        looked("latncy-p50", seen=seen)
    assert seen == [(OLD, 1)]


def test_only_what_is_watched_is_timed(looked):
    rows, _, _ = looked("latency-p50")
    assert looked("latency-p50", watched=[rows[PLACES[1]].key])[1] == []
    assert len(looked("latency-p50", watched=[rows[PLACES[0]].key])[1]) == 1
