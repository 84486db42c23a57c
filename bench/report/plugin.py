"""The built-in reports, offered through the same hook as a third party's."""

from collections.abc import Iterator

import bench


@bench.hookimpl
def bench_reporters() -> Iterator[bench.ReporterInfo]:
    """Markdown for code hosting pages, HTML for people."""
    yield bench.ReporterInfo(
        "markdown",
        "bench.report.markdown:render",
        filename="report.md",
        summary="Tables and pictures, readable on a code-hosting page.",
    )
    yield bench.ReporterInfo(
        "html",
        "bench.report.html:render",
        filename="report.html",
        summary="One offline file with interactive charts.",
    )
