"""What a run prints when it has ended, and what a dry run prints."""

from dataclasses import replace
from pathlib import Path

import click

from bench.cli.text import duration, table
from bench.report.formats import counted, size_of
from bench.report.tables.quality import quality_tables
from bench.report.tables.rivals import latency_rival_table, quality_rival_table
from bench.report.tables.speed import latency_table, offline_table, server_table
from bench.report.tables.table import Table
from bench.report.tables.verdicts import left_out_table, log_name, verdict_table
from bench.results import CaseResult, RunResult
from bench.run.estimate import Estimate
from bench.run.requests import timing_processes
from bench.store.folder import RESULTS
from bench.suite.plan import Plan

# Rows of a table; the reports have all.
MOST = 20


def print_plan(plan: Plan) -> None:
    """The cases that a run would have, and what would be timed."""
    rows = [
        (case.id, f"{_length(case.train.max_epochs, case.train.max_steps)}, batches of {case.train.batch_size}")
        for case in plan.cases
    ]
    click.echo(table(rows, ("case", "training")))
    measure = plan.suite.measure
    runtimes = ", ".join(spec.name for spec in measure.runtimes)
    lengths = f"; lengths {', '.join(map(str, measure.lengths))}" if measure.lengths else ""
    click.echo(
        f"\n{counted(len(plan.cases), 'case')}; "
        f"then {counted(timing_processes(plan), 'timing process')} of one artifact each "
        f"({runtimes}; {', '.join(measure.precisions)}; {', '.join(measure.scenarios)}; "
        f"batch sizes {', '.join(map(str, measure.batch_sizes))}{lengths})"
    )


def print_estimate(estimate: Estimate) -> None:
    """How long a run takes: a table of its stages, and the whole in words."""
    click.echo()
    click.echo(table([(stage, f"{seconds:.1f}") for stage, seconds in estimate.seconds.items()], ("stage", "seconds")))
    for group, why in estimate.unknown.items():
        click.echo(f"\nno estimate for {group}: {why}")
    told = {"training", "timing"} | {one for one, seconds in estimate.seconds.items() if seconds > 0.1 * estimate.total}
    parts = ", ".join(f"{stage} {duration(seconds)}" for stage, seconds in estimate.seconds.items() if stage in told)
    without = (" without it" if len(estimate.unknown) == 1 else " without these") if estimate.unknown else ""
    click.echo(f"\nabout {duration(estimate.total)}{without}: {parts}")


def _length(epochs: int | None, steps: int | None) -> str:
    if steps:
        return f"{steps} steps"
    return f"{epochs} epochs"


def print_summary(results: RunResult, folder: Path) -> None:
    """The verdicts and the most telling figures, and where the reports are."""
    for section in quality_tables(results):
        _print_table(section.title.lower(), section)
    _print_table("speed, single-stream", _at_smallest_batch(latency_table(results, "single-stream", "")))
    for section in (latency_rival_table(results), quality_rival_table(results)):
        _print_table(section.title.lower(), section)
    for section in (offline_table(results), server_table(results)):
        _print_table(f"speed, {section.title.lower()}", section)
    _print_table("left out", left_out_table(results))
    _print_table("verdicts", verdict_table(results), most=None)
    for case in results.cases:
        _say_failed(case, folder)
    click.echo()
    # Reports are the files of the run directory itself, whoever's they are; all else is in folders.
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".part")
    for path in sorted(files, key=lambda path: path.name == RESULTS):
        click.echo(f"{path}  {size_of(path.stat().st_size)}")


def _at_smallest_batch(section: Table) -> Table:
    """Of a table of latencies what is asked for first; the reports have all batch sizes and percentiles."""
    batch, smallest = section.headers.index("batch"), min(map(int, section.cells("batch")), default=0)
    rows = [row for row in section.rows if row[batch] == str(smallest)]
    return replace(section, rows=rows).without("p90", "p99.9")


def _print_table(title: str, section: Table, most: int | None = MOST) -> None:
    """A table without its note; of a long one its beginning."""
    if section.rows:
        click.secho(f"\n{title}", bold=True)
        click.echo(table(section.rows[:most], section.headers))
        if most is not None and len(section.rows) > most:
            click.echo(f"  and {len(section.rows) - most} more rows in the reports")


def _say_failed(case: CaseResult, folder: Path) -> None:
    """Say on standard error everything that made a case fail, in whose code, and where more stands."""
    fatal = [failure for failure in case.failures if failure.fatal]
    for failure in fatal[:MOST]:
        click.secho(f"\nfailed: {case.id} in {failure.stage}: {failure.message}", fg="red", err=True)
        if failure.plugin:
            click.echo(f"  in the code of: {failure.plugin}", err=True)
    if len(fatal) > MOST:
        click.echo(f"\n  and {len(fatal) - MOST} more failures in the reports", err=True)
    if fatal:
        click.echo(f"  its log: {folder / 'logs' / log_name(case)}", err=True)
