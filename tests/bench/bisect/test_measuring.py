"""A run at a commit: of its own code, once."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.bisect.git import worktree
from bench.bisect.measuring import Measurer, Recipe, Unmeasured, import_paths, newest_run
from bench.store.folder import read_results

RECIPE = Recipe("name: trial\n", "trial", processes=2)


@pytest.fixture
def measured(tmp_path):
    """Measures commits of a repository, with as many tries as there are: `measured(made, recipe, *tries)`."""

    def measure(made, recipe, *tries):
        folder = tmp_path / "kept"
        folder.mkdir(exist_ok=True)
        with worktree(made.repository, made.commits[0]) as tree:
            measurer = Measurer(recipe, tree, folder, lambda text: None)
            return [measurer(*one) for one in tries]

    return measure


def calls(tmp_path):
    return [json.loads(line) for line in (tmp_path / "kept" / "calls.jsonl").read_text().splitlines()]


def parameters(folder):
    return read_results(folder)[0].cases[0].artifacts[0].parameters


def test_each_commit_is_measured_once_with_its_own_files(faked, measured, tmp_path):
    made = faked("5", "7", "9")
    first, second, third = made.commits
    runs = measured(made, RECIPE, (third,), (first,), (second,), (third,), (first,))
    assert [parameters(run) for run in runs] == [9, 5, 7, 9, 5]
    assert measured(made, RECIPE, (second,)) == [runs[2]], "not again by another bisection"
    assert [call["content"] for call in calls(tmp_path)] == ["9", "5", "7"]
    assert newest_run(tmp_path / "kept", second)[1] == runs[2]


def test_what_was_asked_for_is_passed_on(faked, measured, tmp_path):
    made = faked("5")
    recipe = replace(RECIPE, only=("a*", "b"), overrides=("seeds=[0]",), jobs=2)
    measured(made, recipe, (made.commits[0],))
    (call,) = calls(tmp_path)
    suite, kept = str(tmp_path / "kept" / "suite.yaml"), str(tmp_path / "kept")
    chosen = ["--only", "a*", "--only", "b", "--set", "seeds=[0]", "--jobs", "2"]
    assert call["argv"] == ["run", suite, "--output", kept, *chosen]
    assert Path(suite).read_text() == "name: trial\n"


def test_more_processes_go_on_in_the_same_run(faked, measured, tmp_path):
    made = faked("5")
    commit = made.commits[0]
    runs = measured(made, RECIPE, (commit, 1), (commit, 4), (commit, 2), (commit, 1))
    assert len(set(runs)) == 1
    once, more = calls(tmp_path)
    assert not any(word.startswith("measure.processes") for word in once["argv"])
    assert more["argv"][-4:] == ["--set", "measure.processes=8", "--resume", str(runs[0])]


def test_a_run_that_cannot_be_gone_on_with_is_made_anew(faked, measured, tmp_path):
    """`otherwise` is interrupted, and refuses to go on."""
    made = faked("otherwise")
    commit = made.commits[0]
    with pytest.raises(Unmeasured, match="did not come to its end: half done"):
        measured(made, RECIPE, (commit,))
    (run,) = measured(made, RECIPE, (commit,))
    assert parameters(run) == 11
    first, refused, anew = calls(tmp_path)
    assert "--resume" in refused["argv"]
    assert anew["argv"] == first["argv"]


@pytest.mark.parametrize("content", ["mistaken", "failing"])
def test_a_run_that_fails_is_told_with_its_reason(faked, measured, tmp_path, content):
    made = faked(content)
    reason = {"mistaken": r"come to its end: error: quick.yaml:1: unknown model", "failing": r"failed: no gradient"}
    with pytest.raises(Unmeasured, match=reason[content]) as told:
        measured(made, RECIPE, (made.commits[0],))
    assert str(tmp_path / "kept") in str(told.value)
    with pytest.raises(Unmeasured, match=reason[content]):
        measured(made, RECIPE, (made.commits[0], 4))
    assert len(calls(tmp_path)) == {"mistaken": 2, "failing": 1}[content], "cases that failed are not run again"


def test_an_installation_is_seen_by_its_run_alone(faked, measured, tmp_path):
    made = faked("5", "6")
    recipe = replace(RECIPE, install='cp number "$BENCH_SITE/$(cat number)" && ls "$BENCH_SITE"', paths=("src",))
    measured(made, recipe, (made.commits[0],), (made.commits[1],))
    first, second = (call["environment"] for call in calls(tmp_path))
    site, tree, src = first["PYTHONPATH"].split(os.pathsep)[:3]
    assert site == first["BENCH_SITE"] == second["BENCH_SITE"]
    assert src == f"{tree}/src"
    assert not Path(site).exists()
    log = (tmp_path / "kept" / "logs" / f"{made.commits[1].id}.log").read_text()
    assert log == "6\n", "nothing of the commit before"


def test_an_installation_that_fails_is_told(faked, measured):
    made = faked("5")
    with pytest.raises(Unmeasured, match="'echo no compiler; exit 9' ended with 9: no compiler"):
        measured(made, replace(RECIPE, install="echo no compiler; exit 9"), (made.commits[0],))


def test_the_users_own_files_are_not_imported(faked, measured, tmp_path, monkeypatch):
    made = faked("5")
    inside, outside = made.folder / "plugins", tmp_path / "elsewhere"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(inside), str(made.folder), str(outside)]))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    measured(made, RECIPE, (made.commits[0],))
    environment = calls(tmp_path)[0]["environment"]
    paths = environment["PYTHONPATH"].split(os.pathsep)
    assert paths[-1] == str(outside)
    assert not any(Path(path).is_relative_to(made.folder) for path in paths)
    assert environment["GIT_DIR"] is None


def test_where_python_finds_the_users_code_it_finds_that_of_the_commit(scripted, tmp_path):
    made = scripted(1)
    known = ["", str(made.folder / "plugins"), str(tmp_path), str(made.folder)]
    tree = tmp_path / "tree"
    assert import_paths(made.repository, tree, ("src",), known) == [tree, tree / "src", tree / "plugins"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("heeding_ctrl_c")
def test_an_interrupt_ends_the_run_and_leaves_no_working_tree(faked, tmp_path, number):
    made = faked("5", "hanging", "50")
    before = made.state()
    suite = tmp_path / "quick.yaml"
    suite.write_text("name: trial\ncases: [{model: tiny, dataset: points}]\n")
    command = [sys.executable, "-m", "bench", "bisect", suite, "parameters", "--good", "main~1"]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    root = Path(__file__).parents[3]
    environment["PYTHONPATH"] = os.pathsep.join([str(root), str(root / "plugins")])
    options = ["--repo", made.folder, "--output", tmp_path / "kept"]
    with subprocess.Popen(
        [*command, *options], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        log = wait_for(lambda: next(tmp_path.glob("kept/*/trial/*/results.json"), None))
        process.send_signal(number)
        _, printed = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "the same command goes on" in printed
    assert log.exists()
    assert list(temporary.iterdir()) == []
    assert made.state() == before
    (call,) = [json.loads(line) for line in next(tmp_path.glob("kept/*/calls.jsonl")).read_text().splitlines()]
    assert call["content"] == "hanging"
    running = subprocess.run(["ps", "-A", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path / "kept") not in running


def wait_for(condition, patience_s=60.0):
    """What a condition gives once it gives something."""
    import time

    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("nothing came of it")
