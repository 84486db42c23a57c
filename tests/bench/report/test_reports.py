"""Every plugin's report is written, and one that raises costs no other."""

from bench.catalog import Catalog
from bench.manager import load_plugins
from bench.report import write_reports

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


def test_a_reporter_that_raises_costs_no_other(make, tmp_path, install, no_plugins):
    for name in ("bad", "good"):
        install(name, REPORTER.replace("{name}", name))
    catalog = Catalog(load_plugins())
    assert [path.name for path in write_reports(make.results(), tmp_path, catalog)] == ["good.txt"]
    assert catalog.plugins.broken["bad"].startswith("reporter bad: ZeroDivisionError")
