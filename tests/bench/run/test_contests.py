"""What of two runs can be timed side by side, and what has to be on disk for that."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.compare.runs import Pair
from bench.errors import BenchError, RunError, UnknownName
from bench.run.contests import check_files, contests_of

ROWS = {
    "single": {},
    "batch": {"batch_size": 8},
    "multi": {"scenario": "multi-stream", "batch_size": 8},
    "offline": {"scenario": "offline", "batch_size": 32},
    "server": {"scenario": "server", "rate_per_s": 100.0},
    "loadgen": {"instrument": "loadgen"},
}


@pytest.fixture
def case(make):
    """A case with some rows: `case("single", "server", seed=1)`."""

    def with_rows(*names, **changes):
        rows = [make.measurement(**ROWS.get(name, {})) for name in names or ("single",)]
        return make.case(measurements=rows, **changes)

    return with_rows


def places(base, head, only=()):
    return [one.place for one in contests_of(Pair(base, head, only))]


def test_what_both_have_timed_is_a_contest_if_its_queries_follow_each_other(run_directory, case):
    base, head = (run_directory(name, [case(*ROWS)]) for name in ("base", "head"))
    graph = "forward graph fp32 cpu threads=1"
    assert places(base, head) == [
        f"{graph} single-stream batch=1",
        f"{graph} single-stream batch=8",
        f"{graph} multi-stream batch=8",
        f"{graph} offline",
    ]


def test_a_place_or_a_case_that_one_run_lacks_is_none(run_directory, case, make):
    base = run_directory("base", [case("single", "batch"), make.case("small")])
    head = run_directory("head", [case("batch", "multi"), make.case("deep-net")])
    assert [place.rpartition(" ")[2] for place in places(base, head)] == ["batch=8"]


def test_offline_at_another_batch_size_cannot_take_turns(run_directory, case, make):
    base = run_directory("base", [case("offline")])
    other = make.measurement(scenario="offline", batch_size=64)
    assert places(base, run_directory("head", [make.case(measurements=[other])])) == []


def test_the_first_seed_that_both_have_stands_for_all(run_directory, case):
    base = run_directory("base", [case(seed=seed) for seed in (2, 1, 0)])
    head = run_directory("head", [case(seed=seed) for seed in (3, 2, 1)])
    (contest,) = contests_of(Pair(base, head))
    assert [one.rows.parent.name for one in contest.entrants] == ["tiny@points-1", "tiny@points-1"]
    assert [one.rows.is_relative_to(run.folder) for one, run in zip(contest.entrants, (base, head), strict=True)]


def seeds_of(contests):
    return [[one.rows.parent.name.rpartition("-")[2] for one in contest.entrants] for contest in contests]


def test_without_a_common_seed_it_is_the_first_of_each(run_directory, case):
    base, head = run_directory("base", [case(seed=5), case(seed=4)]), run_directory("head", [case(seed=7)])
    assert seeds_of(contests_of(Pair(base, head))) == [["4", "7"]]


def test_a_seed_whose_graphs_differ_stands_for_those_whose_graphs_do_not(run_directory, case):
    base, head = (run_directory(name, [case(seed=seed) for seed in range(3)], content="same") for name in "bh")
    assert [one.is_same for one in contests_of(Pair(base, head))] == [True]
    changed = [
        replace(one, artifacts=[replace(graph, sha256="other") for graph in one.artifacts]) if one.seed else one
        for one in head.results.cases
    ]
    head = replace(head, results=replace(head.results, cases=changed))
    contests = list(contests_of(Pair(base, head)))
    assert (seeds_of(contests), contests[0].is_same) == ([["1", "1"]], False)


def test_only_chosen_cases_are_timed(run_directory, case, make):
    base, head = (run_directory(name, [case(), make.case("small")]) for name in ("base", "head"))
    assert [one.group for one in contests_of(Pair(base, head, ["small*"]))] == ["small@points"]


def test_the_same_graph_executed_alike_is_the_same(run_directory, case):
    fast, slow = ({"name": "graph", "params": {"level": level}} for level in ("all", "none"))
    base = run_directory("base", [case()], content="one", runtimes=[fast])

    def is_same(**changes):
        (contest,) = contests_of(Pair(base, run_directory("head", [case()], **changes)))
        return contest.is_same

    assert is_same(content="one", runtimes=[{**fast, "precisions": ["fp32"]}])
    assert not is_same(content="one", runtimes=[slow])
    assert not is_same(content="other", runtimes=[fast])


def test_a_runtime_is_the_one_that_its_suite_means(run_directory, catalog, make):
    spec = {"runtime": "graph", "name": "tuned", "params": {"level": 3}}
    row = make.measurement(runtime="tuned")
    base, head = (run_directory(name, [make.case(measurements=[row])], runtimes=[spec]) for name in ("base", "head"))
    (contest,) = contests_of(Pair(base, head))
    use = contest.base.use(catalog)
    assert (use.name, use.info.name, use.params) == ("tuned", "graph", {"level": 3})
    with pytest.raises(UnknownName, match="unknown runtime 'grap'"):
        replace(contest.base, runtime="grap").use(catalog)
    with pytest.raises(BenchError, match=r"'absent' needs not_installed \(pip install 'sample\[absent\]'\)"):
        replace(contest.base, runtime="absent").use(catalog)


@pytest.fixture
def contests(run_directory, case):
    """One contest, whose files are there."""
    return list(contests_of(Pair(*(run_directory(name, [case()]) for name in ("base", "head")))))


def test_files_that_are_as_they_were_pass(contests):
    check_files(contests, [True])


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("what", ["path", "checkpoint"])
def test_a_file_that_has_changed_is_named_with_both_hashes(contests, side, what):
    entrant = contests[0].entrants[side]
    path = getattr(entrant.artifact, what)
    expected = entrant.sha256 if what == "path" else entrant.checkpoint_sha256
    with Path(path).open("ab") as file:
        file.write(b"?")
    with pytest.raises(RunError) as caught:
        check_files(contests, [True])
    assert caught.value.message.startswith(f"{path}: not what was timed: its SHA-256 is ")
    assert caught.value.message.endswith(f", and results.json has {expected[:12]}")
    assert len(caught.value.message) < len(path) + 100
    if what == "checkpoint":
        check_files(contests, [False])  # nothing is built from it


@pytest.mark.parametrize("left", [0, 100])
def test_rows_that_are_damaged_are_named(contests, left):
    rows = contests[0].base.rows
    rows.write_bytes(rows.read_bytes()[:left])
    with pytest.raises(RunError, match="damaged; it holds what") as caught:
        check_files(contests, [False])
    assert str(caught.value).startswith(f"{rows}: ")


@pytest.mark.parametrize(
    ("what", "message"), [("path", "No such file"), ("rows", "missing; it holds what the artifact")]
)
def test_a_file_that_is_missing_is_named(contests, what, message):
    head = contests[0].head
    path = head.rows if what == "rows" else head.artifact.path
    (head.rows.parent / str(path)).unlink()
    with pytest.raises(RunError, match=message) as caught:
        check_files(contests, [False])
    assert str(caught.value).startswith(f"{path}: ")
    assert "run its suite again" in caught.value.hint
