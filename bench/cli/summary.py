"""What a run prints when it has ended, and what a dry run prints."""

from pathlib import Path

import click

from bench.cli.text import table
from bench.report.view import log_name, quality_table, size_of, speed_table, verdict_table
from bench.results import CaseResult, Failure, RunResult
from bench.run.requests import timing_processes, timing_seconds
from bench.store.folder import RESULTS
from bench.suite.plan import Plan


def print_plan(plan: Plan) -> None:
    """The cases that a run would have, and what would be timed."""
    rows = [
        (case.id, f"{_length(case.train.max_epochs, case.train.max_steps)}, batches of {case.train.batch_size}")
        for case in plan.cases
    ]
    click.echo(table(rows, ("case", "training")))
    measure = plan.suite.measure
    runtimes = ", ".join(spec.name for spec in measure.runtimes)
    click.echo(
        f"\n{len(plan.cases)} cases; then {timing_processes(plan)} timing processes of one artifact each "
        f"({runtimes}; {', '.join(measure.precisions)}; {', '.join(measure.scenarios)}; "
        f"batch sizes {', '.join(map(str, measure.batch_sizes))}), "
        f"about {timing_seconds(plan):.0f} s"
    )


def _length(epochs: int | None, steps: int | None) -> str:
    if steps:
        return f"{steps} steps"
    return f"{epochs} epochs"


def print_summary(results: RunResult, folder: Path) -> None:
    """The verdicts and the most telling figures, and where the reports are."""
    for title, section in (("quality", quality_table(results)), ("speed", speed_table(results))):
        if section.rows:
            click.secho(f"\n{title}", bold=True)
            click.echo(table([list(map(str, row)) for row in section.rows], section.headers))
    click.secho("\nverdicts", bold=True)
    section = verdict_table(results)
    click.echo(table([list(map(str, row)) for row in section.rows], section.headers))
    for case in results.cases:
        if case.error is not None:
            _say_failed(case, case.error, folder)
    click.echo()
    # Reports are the files of the run directory itself, whoever's they are; all else is in folders.
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".part")
    for path in sorted(files, key=lambda path: path.name == RESULTS):
        click.echo(f"{path}  {size_of(path.stat().st_size)}")


def _say_failed(case: CaseResult, error: Failure, folder: Path) -> None:
    """Say on standard error what happened to a case, in whose code, and where more stands."""
    click.secho(f"\nfailed: {case.id} in {error.stage}: {error.message}", fg="red", err=True)
    if error.plugin:
        click.echo(f"  in the code of: {error.plugin}", err=True)
    click.echo(f"  its log: {folder / 'logs' / log_name(case)}", err=True)
