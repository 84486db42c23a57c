"""What a run does at its end."""

import sqlite3
from functools import partial
from types import SimpleNamespace

from bench.run import loop
from bench.run.loop import Run
from bench.store.folder import write_results
from bench.store.history import FILE, History


def test_a_history_that_is_locked_costs_no_run_and_how_to_take_it_in_is_said(make, tmp_path, monkeypatch):
    results, told = make.results(cases=[make.case()]), []
    reports = tmp_path / "my reports"
    folder = reports / "trial" / results.run_id
    folder.mkdir(parents=True)
    write_results(results, folder)
    History(reports, make=True)
    monkeypatch.setattr(loop, "History", partial(History, wait_s=0.05))
    run = SimpleNamespace(folder=folder, output=reports, progress=SimpleNamespace(warned=told.append))
    held = sqlite3.connect(reports / FILE, isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    try:
        Run._remember(run, results)
    finally:
        held.execute("ROLLBACK")
        held.close()
    (line,) = told
    assert line.startswith(f"the history does not have this run: {reports / FILE}: database is locked (")
    assert line.endswith(f"`bench history rebuild --reports '{reports}'` takes it in")
    assert History(reports).rebuild(told.append) == 1
