"""`bench history` and `bench baseline`."""

import re
import shutil
from dataclasses import replace

import pytest

from bench.results import Latency
from bench.store.folder import write_results
from bench.store.history import FILE, WRITING, History


@pytest.fixture
def reports(make, tmp_path, monkeypatch):
    """Two runs of a suite, in the folder that is the default."""
    monkeypatch.chdir(tmp_path)
    for number in range(2):
        results = make.results(cases=[make.case()])
        results = replace(results, run_id=f"run-{number}", started=f"2026-01-01T00:00:0{number}+00:00")
        folder = tmp_path / "reports" / "trial" / results.run_id
        folder.mkdir(parents=True)
        write_results(results, folder)
        History(tmp_path / "reports", make=True).record(results, folder)
    return tmp_path / "reports"


def test_it_lists_runs_the_newest_first_with_their_baselines(reports, command):
    assert command("baseline", "set", "main", "run-0").out == "main: run-0\n"
    lines = command("history").out.splitlines()
    assert [line.split()[0] for line in lines] == ["run", "run-1", "run-0"]
    assert lines[2].endswith("main")


def test_it_says_so_if_there_are_none(reports, command):
    shutil.rmtree(reports / "trial")
    command("history", "rebuild")
    for arguments in ((), ("--suite", "trial")):
        answer = command("history", *arguments)
        assert (answer.code, answer.out) == (0, "there are no runs in reports\n")


@pytest.mark.parametrize("words", [(), ("trend", "parameters")])
def test_an_unknown_suite_is_one_line_with_those_that_there_are(reports, command, words):
    answer = command("history", *words, "--suite", "tril")
    said = f"error: there are no runs of 'tril' in {reports} (did you mean 'trial'? allowed: trial)\n"
    assert (answer.code, answer.out, answer.err) == (2, "", said)


def test_a_commit_whose_files_had_been_changed_is_marked(reports, command, make):
    for number, changed in enumerate((True, False)):
        git = {"git": {"commit": f"{number}" * 40, "changed": changed}}
        results = make.results(cases=[make.case()], run_id=f"run-{number}", environment=git)
        History(reports).record(results, reports / "trial" / results.run_id)
    for words in ((), ("trend", "parameters")):
        out = command("history", *words).out
        assert re.search(r" 0{10}\+\s", out)
        assert re.search(r" 1{10}\s", out)


def test_where_there_are_no_runs_none_is_offered(reports, command):
    shutil.rmtree(reports / "trial")
    command("history", "rebuild")
    for words in (("compare", "main"), ("baseline", "set", "main", "latest")):
        answer = command(*words)
        assert (answer.code, answer.err) == (2, f"error: there are no runs in {reports} (`bench run` makes one)\n")


def test_a_baseline_that_has_not_finished_is_said(reports, command, make):
    assert command("baseline", "set", "whole", "run-0").err == ""
    write_results(replace(make.results(cases=[make.case()]), run_id="run-0", status="running"), reports / "trial/run-0")
    answer = command("baseline", "set", "main", "run-0")
    assert (answer.code, answer.out) == (0, "main: run-0\n")
    assert answer.err.startswith("run-0 has not finished")


def test_a_trend_has_a_row_for_each_run_with_its_change(reports, command):
    answer = command("history", "trend", "parameters")
    assert answer.code == 0
    rows = [line for line in answer.out.splitlines() if line.strip().startswith("run-")]
    assert [row.split()[0] for row in rows] == ["run-0", "run-1"]
    assert rows[1].endswith("+0.0%")
    assert not rows[0].endswith("%")


def test_a_figure_below_zero_that_falls_has_fallen(reports, command, make):
    for number, value in enumerate((-100.0, -110.0)):
        metric = make.metric(name="log-likelihood", value=value)
        results = make.results(cases=[make.case(metrics=[metric])], run_id=f"run-{number}")
        History(reports).record(replace(results, started=f"2026-01-01T00:00:0{number}+00:00"), reports / "trial")
    rows = command("history", "trend", "log-likelihood").out.splitlines()
    assert rows[-1].endswith("-10.0%")


def test_an_unknown_figure_is_one_line_with_the_nearest(reports, command):
    answer = command("history", "trend", "latency-p5")
    assert answer.code == 2
    assert answer.err.startswith("error: no run has a figure 'latency-p5' (did you mean 'latency-p50'?")
    assert answer.err.count("\n") == 1


def test_no_match_is_said(reports, command):
    answer = command("history", "trend", "parameters", "--only", "none*")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err.startswith("error: --only none* matches no case with parameters (")
    assert "allowed: tiny@points#0" in answer.err


def test_it_is_made_again_from_the_run_directories(reports, command):
    (reports / FILE).unlink()
    assert command("history").code == 2
    assert command("history", "rebuild").out == f"{reports / FILE}: 2 runs\n"
    assert len(command("history").out.splitlines()) == 3


def test_nothing_is_made_in_a_folder_that_is_not_there(reports, command):
    answer = command("history", "rebuild", "--reports", "elsewhere")
    assert (answer.code, answer.err) == (
        2,
        "error: elsewhere: there is no such folder (name one with --reports)\n",
    )


def test_a_baseline_is_listed_and_removed(reports, command):
    command("baseline", "set", "main", "latest")
    assert command("baseline", "list").out == "main: run-1\n"
    assert command("baseline", "remove", "main").code == 0
    assert command("baseline", "list").out == ""
    assert "there is no baseline 'main'" in command("baseline", "remove", "main").err


def test_a_run_elsewhere_has_no_baseline_here(reports, command, tmp_path):
    (reports / "trial" / "run-0").rename(tmp_path / "elsewhere")
    answer = command("baseline", "set", "main", "elsewhere")
    assert answer.code == 2
    assert answer.err.startswith(f"error: elsewhere is not in {reports} (a history has the runs below its own folder")
    assert answer.err.count("\n") == 1


@pytest.fixture
def slower(make, reports):
    """Fifteen more runs of the suite, the last five slower by a half."""
    for number in range(2, 17):
        latency = 20e-6 * (1 + 0.01 * (number % 3)) * (1.5 if number >= 12 else 1)
        results = make.results(
            cases=[make.case(measurements=[make.measurement(latency_s=Latency(latency, None, None))])]
        )
        commit = {"git": {"commit": f"{number:07}" + "0" * 33}}
        started = f"2026-01-01T00:00:{number:02}+00:00"
        results = replace(results, run_id=f"run-{number}", started=started, environment=commit)
        History(reports).record(results, reports / "trial" / results.run_id)
    return reports


def test_a_trend_is_drawn_and_its_changes_are_told_and_marked(slower, command):
    answer = command("history", "trend", "latency-p50")
    lines = answer.out.splitlines()
    drawn, told = lines[1].strip(), lines[2].strip()
    assert len(drawn) == 17
    assert set(drawn[:12]) <= set("▁▂")
    assert "█" in drawn[12:]
    assert told.startswith("latency-p50 +")
    assert told.endswith("% since run-12 (0000012), worse")
    (marked,) = [line for line in lines if line.endswith(" ◆")]
    assert marked.startswith("  run-12 ")
    assert " 30 µs " in marked


def test_a_trend_of_too_few_runs_says_so_and_how_many_it_takes(slower, command):
    with History(slower)._open(WRITING) as connection:
        connection.execute("DELETE FROM figures WHERE run <= 8 AND name = 'latency-p50'")
    lines = command("history", "trend", "latency-p50").out.splitlines()
    count = len(lines[1].strip())
    assert 2 < count < 12
    assert lines[2] == f"  latency-p50: {count} runs are too few to tell a change; from 12 on one can be found"
    assert "too few" not in command("history", "trend", "parameters").out


def test_a_trend_without_a_change_tells_of_none(reports, command):
    lines = command("history", "trend", "parameters").out.splitlines()
    assert lines[1] == "  ▅▅"
    assert lines[2].split()[0] == "run"
    assert "◆" not in "".join(lines)


def test_the_dashboard_is_beside_the_runs(slower, command):
    answer = command("history", "dashboard")
    assert (answer.code, answer.out, answer.err) == (0, "reports/dashboard.html\n", "")
    assert "since run-12 (0000012)" in (slower / "dashboard.html").read_text(encoding="utf-8")


def test_the_dashboard_goes_where_it_is_wanted_in_folders_that_are_made(reports, command, tmp_path):
    path = tmp_path / "new" / "folder" / "page.html"
    assert command("history", "dashboard", "--output", path, "--suite", "trial").code == 0
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not (reports / "dashboard.html").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--suite", "tril"), "there are no runs of 'tril' in"),
        (("--reports", "elsewhere"), "there is no history"),
        (("--output", "file/page.html"), "cannot write file/page.html: "),
    ],
)
def test_a_dashboard_that_cannot_be_is_one_line(reports, command, tmp_path, options, message):
    (tmp_path / "file").write_text("in the way")
    answer = command("history", "dashboard", *options)
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.startswith("error: ")
    assert answer.err.count("\n") == 1
