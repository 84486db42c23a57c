"""`bench report`."""

import pytest

from bench.store.folder import write_results
from bench.store.history import History


@pytest.fixture
def run_folder(make, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    write_results(make.results(), folder)
    return folder


def test_reports_are_written_again_and_named(command, run_folder):
    answer = command("report", run_folder)
    assert answer.code == 0
    assert set(answer.out.splitlines()) == {str(run_folder / "report.html"), str(run_folder / "report.md")}
    assert "trial" in (run_folder / "report.md").read_text()


def test_a_run_has_the_names_that_it_has_elsewhere(command, make, tmp_path):
    results, folder = make.results(), tmp_path / "reports" / "trial" / "run"
    folder.mkdir(parents=True)
    write_results(results, folder)
    History(tmp_path / "reports", make=True).record(results, folder)
    for name in ("latest", results.run_id):
        answer = command("report", name, "--reports", tmp_path / "reports")
        assert (answer.code, len(answer.out.splitlines())) == (0, 2)


def test_results_stay_as_they_are(command, run_folder):
    before = (run_folder / "results.json").read_bytes()
    command("report", run_folder)
    assert (run_folder / "results.json").read_bytes() == before


def test_a_reporter_that_raises_is_named_and_costs_no_other(command, run_folder, install):
    install(
        "bad",
        """
        import bench

        @bench.hookimpl
        def bench_reporters():
            yield bench.ReporterInfo("bad", f"{__name__}:write", filename="bad.txt")

        def write(results, folder):
            raise ValueError("no ink")
        """,
    )
    answer = command("report", run_folder)
    assert len(answer.out.splitlines()) == 2
    assert answer.err.startswith("plugin bad failed: reporter bad: ValueError: no ink")


def test_a_folder_without_results_is_told(command, tmp_path):
    answer = command("report", tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f"error: {tmp_path}/results.json: No such file or directory (name a run directory: reports/<suite>/<run id>)\n"
    )


def test_damaged_results_are_told(command, run_folder):
    path = run_folder / "results.json"
    path.write_text(path.read_text()[:100])
    answer = command("report", run_folder)
    assert answer.code == 2
    assert answer.err.startswith(f"error: {path}: damaged: ")


def test_without_a_report_the_exit_code_tells(command, run_folder, install, no_plugins):
    install("bad", "raise ImportError")
    answer = command("report", run_folder)
    assert (answer.code, answer.out) == (3, "")
