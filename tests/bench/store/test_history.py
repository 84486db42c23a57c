"""The history: what it answers, how runs are named, and that nothing breaks it."""

import hashlib
import shutil
import sqlite3
import threading
import time
from dataclasses import replace

import pytest

from bench.errors import RunError
from bench.results import MetricResult
from bench.store import history as module
from bench.store.figures import figures_of
from bench.store.folder import write_results
from bench.store.history import FILE, MIGRATIONS, History

COMMIT = "3026e83b0c7d1f2a4e5968778695a4b3c2d1e0f9"

# Of each migration that has been released.
DIGESTS = ["0b729d1e", "10ba9418", "8fe658f5"]


@pytest.fixture
def reports(tmp_path):
    return tmp_path / "reports"


@pytest.fixture
def keep(make, reports):
    """Write a run and take it into the history: `keep(number, accuracy=, suite=, commit=) -> its directory`."""

    def run(number, accuracy=0.9, suite="trial", commit="", changed=False):
        metric = MetricResult("accuracy", accuracy, "", True, "forward", "graph", "fp32", accuracy, None)
        results = make.results(cases=[make.case(metrics=[metric])])
        results = replace(
            results,
            run_id=f"run-{number}",
            suite={**results.suite, "name": suite},
            started=f"2026-01-01T00:00:{number:02}+00:00",
            environment={**results.environment, "git": {"commit": commit, "changed": changed} if commit else {}},
        )
        folder = reports / suite / results.run_id
        folder.mkdir(parents=True)
        write_results(results, folder)
        History(reports, make=True).record(results, folder)
        return folder

    return run


def test_runs_come_the_newest_first(keep, reports):
    for number, suite in enumerate(("trial", "other", "trial")):
        keep(number, suite=suite)
    history = History(reports)
    assert [run.id for run in history.runs()] == ["run-2", "run-1", "run-0"]
    assert [run.id for run in history.runs("trial")] == ["run-2", "run-0"]
    assert [run.id for run in history.runs(most=1)] == ["run-2"]
    assert history.runs()[1].folder == "other/run-1"


def test_every_figure_of_a_run_is_in_it(keep, reports, make):
    keep(1)
    history = History(reports)
    figures = list(figures_of(make.results(cases=[make.case()])))
    assert {figure.name for figure in figures} >= {"latency-p50", "throughput", "parameters", "bytes"}
    for figure in figures:
        if figure.name != "accuracy":
            found = {(point.case, point.place): point.value for point in history.trend(figure.name)}
            assert found[figure.case, figure.place] == figure.value


def test_a_trend_goes_from_the_oldest_run_to_the_newest(keep, reports):
    for number, accuracy in enumerate((0.9, 0.8, 0.95)):
        keep(number, accuracy)
    history = History(reports)
    assert [point.value for point in history.trend("accuracy")] == [0.9, 0.8, 0.95]
    assert history.trend("accuracy", suite="other") == []
    assert history.trend("accuracy", only=("no-such-*",)) == []
    with pytest.raises(RunError, match=r"no run has a figure 'accuracies' .*did you mean 'accuracy'"):
        history.trend("accuracies")


def test_a_run_that_is_recorded_again_is_there_once_as_it_is_now(keep, reports, make):
    folder = keep(1, 0.9)
    shutil.rmtree(folder)
    keep(1, 0.7)
    history = History(reports)
    assert len(history.runs()) == 1
    assert [point.value for point in history.trend("accuracy")] == [0.7]


@pytest.mark.parametrize(
    ("name", "number"), [("latest", 2), ("run-1", 1), ("main", 0), (COMMIT, 1), (COMMIT[:7], 1), ("run-0", 0)]
)
def test_a_run_is_found_by_each_of_its_names(keep, reports, name, number):
    keep(0)
    keep(1, commit=COMMIT)
    keep(2)
    History(reports).set_baseline("main", "run-0")
    assert History(reports).find(name) == reports / "trial" / f"run-{number}"


@pytest.mark.parametrize(("changed", "number"), [((False, False), 1), ((False, True), 0), ((True, True), 1)])
def test_of_a_commits_runs_those_of_changed_files_come_last(keep, reports, changed, number):
    for one, is_changed in enumerate(changed):
        keep(one, commit=COMMIT, changed=is_changed)
    assert History(reports).find(COMMIT[:8]) == reports / "trial" / f"run-{number}"
    assert [run.is_changed for run in History(reports).runs()] == [*reversed(changed)]
    assert [point.is_changed for point in History(reports).trend("accuracy")] == [*changed]


def test_a_path_goes_before_every_other_name(keep, reports, tmp_path, monkeypatch):
    keep(0)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latest").mkdir()
    assert str(History(reports).find("latest")) == "latest"


def test_what_is_no_run_is_refused_with_the_nearest_name(keep, reports):
    keep(0)
    History(reports).set_baseline("main", "run-0")
    with pytest.raises(RunError, match=r"'mian' is no run, baseline or commit .*did you mean 'main'"):
        History(reports).find("mian")
    with pytest.raises(RunError, match="is no run"):
        History(reports).find(COMMIT[:6])


def test_a_run_whose_directory_is_gone_is_named(keep, reports):
    shutil.rmtree(keep(0))
    with pytest.raises(RunError, match=r"run-0 is not in .* any more \(`bench history rebuild` forgets it\)"):
        History(reports).find("latest")


def test_a_baseline_whose_run_is_gone_is_named(keep, reports):
    keep(0)
    shutil.rmtree(keep(1))
    History(reports).set_baseline("main", "run-1")
    History(reports).rebuild(pytest.fail)
    with pytest.raises(RunError, match=r"the run run-1, called 'main', is not in "):
        History(reports).find("main")


@pytest.mark.parametrize(
    "name", ["", "latest", "a/b", "a\\b", "-x", "--only", "20260101-120000-1a2b", "3026e83", "f" * 40]
)
def test_a_baseline_hides_no_other_name(keep, reports, name):
    keep(0)
    with pytest.raises(RunError, match="a baseline cannot be called"):
        History(reports).set_baseline(name, "run-0")


@pytest.mark.parametrize("name", ["main", "v1.0", "2026-01", "a-b", "3026e8", "f" * 41, "20260101"[:6]])
def test_other_names_are_free(keep, reports, name):
    History(reports, make=True).set_baseline(name, "run-0")
    assert History(reports).baselines() == {name: "run-0"}


def test_a_baseline_moves_and_goes(keep, reports):
    keep(0)
    keep(1)
    history = History(reports)
    history.set_baseline("main", "run-0")
    history.set_baseline("main", "run-1")
    assert history.baselines() == {"main": "run-1"}
    history.remove_baseline("main")
    assert history.baselines() == {}
    with pytest.raises(RunError, match="there is no baseline 'main'"):
        history.remove_baseline("main")


def test_rebuilding_gives_the_same_history_and_keeps_baselines(keep, reports):
    for number in range(3):
        keep(number, 0.9 + number / 100)
    history = History(reports)
    history.set_baseline("main", "run-0")
    before = history.runs(), history.trend("accuracy"), history.trend("latency-p50")
    shutil.rmtree(reports / "trial" / "run-2")
    assert history.rebuild(pytest.fail) == 2
    assert history.runs() == before[0][1:]
    assert history.trend("accuracy") == before[1][:2]
    assert history.baselines() == {"main": "run-0"}


def test_rebuilding_names_a_run_that_cannot_be_read_and_takes_the_others(keep, reports):
    keep(0)
    (keep(1) / "results.json").write_text('{"format": 1')
    told = []
    assert History(reports).rebuild(told.append) == 1
    assert len(told) == 1
    assert "run-1" in told[0]
    assert "damaged" in told[0]


def test_where_there_is_none_nothing_is_made(reports):
    with pytest.raises(RunError, match=r"there is no history .*`bench run` begins one"):
        History(reports)
    assert not reports.exists()


def test_a_newer_one_is_left_alone(keep, reports):
    keep(0)
    with sqlite3.connect(reports / FILE) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = (reports / FILE).read_bytes()
    for make_one in (True, False):
        with pytest.raises(RunError, match=rf"is of version {len(MIGRATIONS) + 1} .*knows versions up to"):
            History(reports, make=make_one)
    assert (reports / FILE).read_bytes() == before


def test_an_older_one_is_brought_up_to_date_with_what_is_in_it(keep, reports, monkeypatch):
    keep(0)
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, ("ALTER TABLE runs ADD COLUMN note TEXT DEFAULT ''",)))
    assert [run.id for run in History(reports).runs()] == ["run-0"]
    with sqlite3.connect(reports / FILE) as connection:
        assert connection.execute("SELECT note FROM runs").fetchall() == [("",)]
    connection.close()


def test_one_of_the_first_version_learns_which_way_its_timings_are_better(keep, reports, make, monkeypatch):
    results = make.results(cases=[make.case()])
    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", MIGRATIONS[:1])
        with History(reports, make=True)._open(module.WRITING) as connection:
            run = ("run-0", "trial", "trial/run-0", "2026-01-01T00:00:00+00:00", "passed", "", "")
            connection.execute("INSERT INTO runs VALUES (7, ?, ?, ?, ?, ?, ?, ?)", run)
            rows = [(f.name, f.case, f.place, 7, f.value, f.unit) for f in figures_of(results)]
            connection.executemany("INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.execute("INSERT INTO baselines VALUES ('main', 'run-0')")
    history = History(reports)
    directions = {series.figure: series.higher_is_better for series in history.series()}
    assert len(directions) == len({row[0] for row in rows})
    assert (directions["latency-p50"], directions["latency-p90"], directions["throughput"]) == (False, False, True)
    assert directions["parameters"] is directions["accuracy"] is None
    assert [point.value for point in history.trend("latency-p50")] == [20e-6]
    assert history.baselines() == {"main": "run-0"}
    with sqlite3.connect(reports / FILE) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


def test_one_of_the_second_version_learns_of_changed_files_when_it_is_rebuilt(keep, reports, monkeypatch):
    keep(0, commit=COMMIT, changed=True)
    (reports / FILE).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", MIGRATIONS[:2])
        with History(reports, make=True)._open(module.WRITING) as connection:
            run = ("run-0", "trial", "trial/run-0", "2026-01-01T00:00:00+00:00", "passed", COMMIT, "")
            connection.execute("INSERT INTO runs VALUES (7, ?, ?, ?, ?, ?, ?, ?)", run)
            connection.execute("INSERT INTO baselines VALUES ('main', 'run-0')")
    history = History(reports)
    assert [(run.id, run.commit, run.is_changed) for run in history.runs()] == [("run-0", COMMIT, False)]
    assert history.baselines() == {"main": "run-0"}
    history.rebuild(pytest.fail)
    assert [(run.id, run.is_changed) for run in history.runs()] == [("run-0", True)]


def test_what_has_been_released_is_as_it_was():
    digests = [hashlib.sha256(repr(tuple(statements)).encode()).hexdigest()[:8] for statements in MIGRATIONS]
    assert digests == DIGESTS


def test_series_are_of_each_suite_with_the_direction_that_is_known(keep, reports):
    for number, suite in enumerate(("trial", "other", "trial")):
        keep(number, 0.5 + number / 10, suite=suite)
    history = History(reports)
    with history._open(module.WRITING) as connection:
        connection.execute("UPDATE figures SET higher_is_better = NULL WHERE value = 0.5")
    found = {series.suite: series for series in history.series() if series.figure == "accuracy"}
    assert found["trial"].runs == ("run-0", "run-2")
    assert found["trial"].values == (0.5, 0.7)
    assert found["trial"].higher_is_better is True
    assert found["other"].runs == ("run-1",)
    assert {series.suite for series in history.series("other")} == {"other"}
    assert [point.higher_is_better for point in history.trend("accuracy", "trial")] == [None, True]


def test_a_migration_that_fails_changes_nothing(keep, reports, monkeypatch):
    keep(0)
    broken = ("ALTER TABLE runs ADD COLUMN note TEXT", "no such statement")
    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", (*MIGRATIONS, broken))
        with pytest.raises(RunError, match="syntax error"):
            History(reports)
    assert [run.id for run in History(reports).runs()] == ["run-0"]


def test_what_is_no_database_is_left_alone(reports):
    reports.mkdir()
    (reports / FILE).write_text("this is no database, and it is longer than a header of one\n" * 20)
    before = (reports / FILE).read_bytes()
    message = r"file is not a database \(move it away; `bench history rebuild` .* the baselines go with it"
    with pytest.raises(RunError, match=message):
        History(reports, make=True)
    assert (reports / FILE).read_bytes() == before


def test_one_that_cannot_be_written_need_not_be_moved_away(keep, reports, monkeypatch):
    keep(0)
    connect = sqlite3.connect

    def read_only(path, **options):
        return connect(f"file:{path}?mode=ro", uri=True, **options)

    monkeypatch.setattr(module.sqlite3, "connect", read_only)
    assert [run.id for run in History(reports).runs()] == ["run-0"]
    with pytest.raises(RunError, match=r"readonly database \(it cannot be written: ") as raised:
        History(reports).set_baseline("main", "run-0")
    assert "move it away" not in str(raised.value)


def test_a_lock_that_stays_is_told_and_one_that_goes_is_waited_for(keep, reports, make):
    folder = keep(0)
    other = sqlite3.connect(reports / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(RunError, match=r"database is locked \(another process holds it; try again"):
            History(reports, wait_s=0.05)
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert History(reports).find("latest") == folder


def test_two_writers_lose_nothing(make, reports):
    """Each thread has connections of its own, as two processes have."""

    def write(writer):
        for number in range(10):
            results = replace(make.results(cases=[make.case()]), run_id=f"{writer}-{number}")
            History(reports, make=True).record(results, reports / "trial" / results.run_id)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(History(reports).runs()) == 20
    assert len(History(reports).trend("latency-p50")) == 20


def test_a_trend_over_a_thousand_runs_takes_at_most_a_fifth_of_a_second(make, reports):
    """Filled as `record` does, but in one transaction; each run has 20 cases."""
    cases = [make.case(seed=seed) for seed in range(20)]
    results = make.results(cases=cases)
    history = History(reports, make=True)
    with history._open(module.WRITING) as connection:
        for number in range(1000):
            module._insert(connection, replace(results, run_id=f"run-{number}"), f"trial/run-{number}")
    began = time.perf_counter()
    points = history.trend("latency-p50", only=(cases[3].id,))
    took = time.perf_counter() - began
    assert len(points) == 1000
    assert took <= 0.2
