"""`bench compare BASE HEAD`: whether anything got worse."""

import sys
from pathlib import Path

import click

from bench.cli.options import FILE, finite, only_option, reports_option
from bench.cli.usage import OneOf
from bench.report.comparison.formats import FORMATS, no_baseline

# How many seconds a place is timed again if nobody says it.
BUDGET_S = 60.0


@click.command("compare", short_help="Say whether a run is worse than another, and how sure that is.")
@click.argument("base")
@click.argument("head", required=False)
@reports_option
@only_option
@click.option(
    "--format", "form", type=OneOf("format", tuple(FORMATS)), default="text", show_default=True, help="How to say it."
)
@click.option("--output", type=FILE, help="Write there, and not to the terminal.")
@click.option(
    "--also",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Write it there in another format, too, e.g. junit=report.xml; can be repeated.",
)
@click.option("--strict", is_flag=True, help="What is inconclusive, or has vanished, is as bad as a regression.")
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="[FIGURE=]PERCENT",
    help="How much worse a figure may become, e.g. latency-p50=3%, or 3% for all without a gate; can be repeated.",
)
@click.option("--remeasure", is_flag=True, help="Time the graphs of both runs again, in turn, on this machine.")
@click.option(
    "--budget",
    type=click.FloatRange(min=0, min_open=True),
    callback=finite,
    metavar="SECONDS",
    help="With --remeasure: how long to time one graph under one load at most; 60 if left out.",
)
def command(  # noqa: PLR0913, PLR0917 - an option each
    base: str,
    head: str | None,
    reports: Path,
    only: tuple[str, ...],
    form: str,
    output: Path | None,
    also: tuple[str, ...],
    strict: bool,
    thresholds: tuple[str, ...],
    remeasure: bool,
    budget: float | None,
) -> None:
    """Compare HEAD with BASE, figure by figure.

    If HEAD is left out, it is the newest run of BASE's suite; if that has no other run, the newest of all. A run is
    named by its directory, its identifier, a git commit, a baseline or `latest`. Each figure that both have is
    regressed, improved, unchanged, or inconclusive where the data cannot tell; see docs/tracking.md.

    \b
    Exit codes:
      0  nothing regressed; or there is no baseline BASE yet, which passes and is said
      1  something regressed; with --strict also if something is inconclusive or has vanished
      2  a mistake in what was asked
      3  cases failed in HEAD that did not fail in BASE
      4  the runs have nothing in common, or are the same
    """
    from bench.cli import comparing
    from bench.compare.runs import Pair
    from bench.errors import BenchError
    from bench.store.environment import hardware

    if budget is not None and not remeasure:
        raise BenchError("--budget is for --remeasure", "add that, or leave --budget out")
    targets = comparing.targets(form, output, also, list(FORMATS))
    with comparing.without_garbage_collection():
        base_run = comparing.find_base(base, reports)
        head_run = comparing.find_head(head, base_run, reports)
        tolerance = comparing.tolerance_of(thresholds, head_run, hardware() if remeasure else None)
    if base_run is None:
        known = comparing.baselines(reports)
        comparing.say([(no_baseline(one, base, known), path) for one, path in targets])
        return
    comparing.refuse_itself(base_run, head_run)
    pair = Pair(base_run, head_run, only)
    with comparing.without_garbage_collection():
        comparison = pair.compare(tolerance)
    comparing.refuse_unknown(tolerance, comparison)
    if remeasure:
        comparison = pair.compare(tolerance, comparing.timed_again(pair, tolerance, budget or BUDGET_S))
    with comparing.without_garbage_collection():
        comparing.say([(comparing.written(comparison, strict, one, path), path) for one, path in targets])
    sys.exit(comparison.exit_code(strict))
