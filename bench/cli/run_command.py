"""`bench run SUITE`."""

import sys
import time
from pathlib import Path

import click

from bench.cli.options import suite_options
from bench.data import use_data_root


@click.command("run", short_help="Run a suite: train, export, score, time and report.")
@suite_options
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="The folder that gets <suite>/<run id>.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Cases that train side by side; else one a core.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Go on in the directory of an earlier run of SUITE: what was trained there is not trained again.",
)
@click.option("--dry-run", is_flag=True, help="Check everything, print the plan and how long it takes; leave nothing.")
def command(
    suite: Path,
    overrides: tuple[str, ...],
    only: tuple[str, ...],
    data: Path | None,
    output: Path,
    jobs: int | None,
    resume: Path | None,
    dry_run: bool,
) -> None:
    """Run every case of SUITE and write its reports.

    \b
    Exit codes:
      0  everything passed
      1  a gate was missed, or a server keeps its bound at no rate
      2  a mistake in what was asked; nothing ran
      3  cases failed; the others have their results
      4  there was nothing to do
    """
    use_data_root(data)
    from bench.cli.planning import checked_plan, read_plan
    from bench.cli.progress import WAITING, progress_for
    from bench.cli.summary import print_estimate, print_plan, print_summary

    if dry_run:
        from bench.run.rehearsal import rehearse

        began = time.monotonic()
        plan, catalog = checked_plan(suite, overrides, only, fetch=True)
        print_plan(plan)
        check_s = time.monotonic() - began
        print_estimate(rehearse(plan, catalog, jobs, check_s, lambda: click.echo(f"\n{WAITING}", err=True)))
        return
    plan, catalog = read_plan(suite, overrides, only)
    from bench.cli.text import say_failed
    from bench.run.loop import begin, exit_code

    known = dict(catalog.plugins.broken)
    with progress_for(sys.stderr) as progress:
        run = begin(plan, catalog, output, jobs, resume, progress)
        try:
            results = run.execute()
        except KeyboardInterrupt:
            progress.interrupted(f"what has ended is kept; go on with: {_resuming(run.folder)}")
            raise
    print_summary(results, run.folder)
    say_failed(catalog, known)
    sys.exit(exit_code(results))


def _resuming(folder: Path) -> str:
    """This command line, made to go on in a run directory."""
    import shlex

    words = ["bench", *sys.argv[1:]]
    if "--resume" not in words:
        words += ["--resume", str(folder)]
    return shlex.join(words)
