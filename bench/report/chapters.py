"""The order of a report: chapters of tables and charts."""

from dataclasses import dataclass
from pathlib import Path

from bench.report.charts.chart import Chart
from bench.report.charts.quality import fronts, precisions
from bench.report.charts.rivals import ratios_by_length
from bench.report.charts.speed import latencies, lengths, server, throughput
from bench.report.charts.training import courses, curves
from bench.report.tables.gpu import gpu_table
from bench.report.tables.models import finding_table, lineage_table, size_table, target_table, training_table
from bench.report.tables.quality import parity_table, precision_table, quality_tables
from bench.report.tables.rivals import latency_rival_table, quality_rival_table
from bench.report.tables.speed import latency_table, offline_table, server_table, start_table
from bench.report.tables.table import Table
from bench.report.tables.trust import execution_table, loadgen_table, noisy_table, variance_table
from bench.report.tables.verdicts import failure_table, left_out_table, verdict_table
from bench.results import RunResult


@dataclass(frozen=True)
class Chapter:
    """A part of a report under one heading. What a table is called is said unless the heading says it."""

    title: str
    tables: list[Table]
    charts: list[Chart]


def chapters(results: RunResult, folder: Path) -> list[Chapter]:
    """What there is to tell, the answer first, without what is empty."""
    drawn = charts(results, folder)
    made = [
        Chapter(title, [table for table in tables if table.rows], [one for one in drawn if one.chapter == title])
        for title, tables in _tables(results).items()
    ]
    return [chapter for chapter in made if chapter.tables or chapter.charts]


def charts(results: RunResult, folder: Path) -> list[Chart]:
    """Every chart that has something to show."""
    return [
        *fronts(results),
        *precisions(results),
        *latencies(results, folder),
        *ratios_by_length(results),
        *lengths(results),
        *throughput(results),
        *server(results),
        *curves(results),
        *courses(results),
    ]


def _tables(results: RunResult) -> dict[str, list[Table]]:
    return {
        "Verdicts": [verdict_table(results), failure_table(results), left_out_table(results)],
        "Quality": [*quality_tables(results), quality_rival_table(results), precision_table(results)],
        "Speed": [
            latency_table(results, "single-stream", "Single-stream"),
            latency_rival_table(results),
            latency_table(results, "multi-stream", "Multi-stream"),
            offline_table(results),
            server_table(results),
            start_table(results),
        ],
        "Trust": [
            noisy_table(results),
            variance_table(results),
            loadgen_table(results),
            execution_table(results),
            gpu_table(results),
            parity_table(results),
        ],
        "Training": [training_table(results), finding_table(results), target_table(results)],
        "Size": [size_table(results)],
        "Lineage": [lineage_table(results)],
    }
