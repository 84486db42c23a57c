"""Every plugin's report is written, and one that raises costs no other."""

import pytest

from bench.catalog import Catalog
from bench.manager import load_plugins
from bench.report.write import write_reports

REPORTER = """
    import bench

    @bench.hookimpl
    def bench_reporters():
        yield bench.ReporterInfo("{name}", f"{__name__}:write", filename="{name}.txt")

    def write(results, folder):
        return f"{results.run_id} passed" if "{name}" != "bad" else 1 / 0
"""


def test_the_built_in_reports_are_markdown_and_html(make, tmp_path):
    written = write_reports(make.results(), tmp_path, Catalog(load_plugins()))
    assert [path.name for path in written] == ["report.html", "report.md"]
    assert all(path.parent == tmp_path and path.stat().st_size for path in written)


def test_a_plugins_report_is_written_to_its_file(make, tmp_path, install, no_plugins):
    install("good", REPORTER.replace("{name}", "good"))
    (path,) = write_reports(make.results(), tmp_path, Catalog(load_plugins()))
    assert (path.name, path.read_text()) == ("good.txt", "20240501-120000-abcd passed")


NAMED = """
    import bench

    @bench.hookimpl
    def bench_reporters():
        yield bench.ReporterInfo("bad", f"{__name__}:write", filename="FILE")
        yield bench.ReporterInfo("good", f"{__name__}:write", filename="good.txt")

    def write(results, folder):
        return "mine"
"""


@pytest.mark.parametrize(
    "filename", ["nosuch/dir.txt", "../out.txt", "/tmp/out.txt", "", ".", "results.json", "Results.JSON"]
)
def test_a_report_has_a_plain_file_of_its_own(make, tmp_path, install, no_plugins, filename):
    install("named", NAMED.replace("FILE", filename))
    (tmp_path / "results.json").write_text("theirs")
    catalog = Catalog(load_plugins())
    assert [path.name for path in write_reports(make.results(), tmp_path, catalog)] == ["good.txt"]
    assert "reporter bad: " in catalog.plugins.broken["named"]
    assert (tmp_path / "results.json").read_text() == "theirs"


def test_of_two_reports_with_one_file_the_second_is_refused(make, tmp_path, install, no_plugins):
    install("named", NAMED.replace("FILE", "GOOD.txt"))
    catalog = Catalog(load_plugins())
    assert [path.name for path in write_reports(make.results(), tmp_path, catalog)] == ["GOOD.txt"]
    assert "reporter good: BenchError: the file name 'good.txt' is taken" in catalog.plugins.broken["named"]


def test_a_report_that_cannot_be_written_costs_no_other(make, tmp_path, install, no_plugins):
    install("named", NAMED.replace("FILE", "images"))
    (tmp_path / "images").mkdir()
    catalog = Catalog(load_plugins())
    assert [path.name for path in write_reports(make.results(), tmp_path, catalog)] == ["good.txt"]
    assert "named" in catalog.plugins.broken


def test_a_reporter_that_leaves_costs_no_other(make, tmp_path, install, no_plugins):
    install("bad", REPORTER.replace("{name}", "bad").replace("1 / 0", "exit(1)"))
    install("good", REPORTER.replace("{name}", "good"))
    catalog = Catalog(load_plugins())
    assert [path.name for path in write_reports(make.results(), tmp_path, catalog)] == ["good.txt"]
    assert catalog.plugins.broken["bad"].startswith("reporter bad: SystemExit")


def test_a_reporter_that_raises_costs_no_other(make, tmp_path, install, no_plugins):
    for name in ("bad", "good"):
        install(name, REPORTER.replace("{name}", name))
    catalog = Catalog(load_plugins())
    assert [path.name for path in write_reports(make.results(), tmp_path, catalog)] == ["good.txt"]
    assert catalog.plugins.broken["bad"].startswith("reporter bad: ZeroDivisionError")
