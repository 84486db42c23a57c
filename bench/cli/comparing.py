"""From what the command line says to two runs and what is tolerated between them."""

import difflib
import gc
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bench.bounds import share
from bench.cli.text import say_warning
from bench.compare.again import Remeasured
from bench.compare.records import NOTHING, Comparison
from bench.compare.runs import Pair, Run
from bench.compare.thresholds import Tolerance
from bench.errors import BenchError, RunError, UnknownName, suggestion
from bench.report.comparison.formats import FORMATS
from bench.report.comparison.text import render
from bench.roofline import Calibration
from bench.store.calibration import machine_of, read_calibrations
from bench.store.folder import path_of, read_results, write_text
from bench.store.history import IDENTIFIER, LATEST, History

# A terminal's colours of verdicts and outcomes; all others have none.
COLOURS = {
    "regressed": "red",
    "cases failed": "red",
    "figures vanished": "red",
    "inconclusive": "yellow",
    "improved": "green",
    "passed": "green",
}

# From so alike on, a name is taken for a slip in `latest`.
ALIKE = 0.8


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Large runs make hundreds of thousands of records that stay; to look for garbage among them costs a third."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def find_run(name: str, reports: Path) -> Run:
    """The run of a name.

    :raises RunError: if there is none, or it cannot be read
    """
    return Run(*read_results(path_of(name) or History(reports).find(name)))


def find_base(name: str, reports: Path) -> Run | None:
    """The run to compare with; None if the name is that of a baseline which nobody has set yet.

    :raises RunError: if the name cannot be that of a baseline, or has the letters of one that there is in another order
    """
    if _is_baseline_to_be(name, reports):
        return None
    return find_run(name, reports)


def find_head(name: str | None, base: Run | None, reports: Path) -> Run:
    """The run that is compared.

    :param name: None for the newest of the base's suite; of any, where there is no base or no other run of its suite
    :raises RunError: if there is none, or it cannot be read
    """
    if name is None and base is not None:
        of_suite = History(reports).runs(base.side.suite, most=2)
        if any(run.id != base.results.run_id for run in of_suite):
            name = of_suite[0].id
    return find_run(name or LATEST, reports)


def _is_baseline_to_be(name: str, reports: Path) -> bool:
    if path_of(name) or name == LATEST or set(name) & set("/\\") or re.fullmatch(IDENTIFIER, name):
        return False
    known = History(reports).baselines()
    if name in known:
        return False
    slips = [one for one in known if sorted(one.casefold()) == sorted(name.casefold())]
    if slips or difflib.get_close_matches(name, [LATEST], cutoff=ALIKE):
        raise RunError(f"there is no baseline {name!r}", suggestion(name, (*known, LATEST)))
    return True


def baselines(reports: Path) -> list[str]:
    """The names of the baselines that there are."""
    return list(History(reports).baselines())


def refuse_itself(base: Run, head: Run) -> None:
    """:raises RunError: if the two are one run, of which nothing can be said."""
    if base.folder == head.folder or base.results.run_id == head.results.run_id:
        error = RunError(f"BASE and HEAD are the same run, {head.results.run_id}", "name two runs")
        error.exit_code = NOTHING
        raise error


def tolerance_of(texts: Sequence[str], head: Run, here: Mapping[str, Any] | None = None) -> Tolerance:
    """What is tolerated, as far as neither run says it.

    :param texts: `FIGURE=PERCENT`, or `PERCENT` for all that no gate bounds
    :param here: this machine, if figures are timed again on it, as `bench.store.environment.hardware` has it
    :raises BenchError: if one is neither
    """
    named: dict[str, float] = {}
    general: float | None = None
    for text in texts:
        name, is_named, percent = text.rpartition("=")
        try:
            value = share(percent if name or not is_named else text)
        except ValueError as error:
            raise BenchError(f"--threshold {text}: {error}", "e.g. latency-p50=3%, or 3% for all") from error
        if name:
            named[name] = value
        else:
            general = value
    known = read_calibrations(say_warning)
    return Tolerance(named, general, calibrations=_of(head.results.environment, known), here=_of(here or {}, known))


def _of(machine: Mapping[str, Any], calibrations: Sequence[Calibration]) -> list[Calibration]:
    """Those that were measured on a machine."""
    return [one for one in calibrations if one.machine == machine_of(machine, one.device)]


def refuse_unknown(tolerance: Tolerance, comparison: Comparison) -> None:
    """:raises BenchError: for a threshold of a figure that neither run has."""
    keys = (*(row.key for row in comparison.rows), *comparison.new, *comparison.vanished)
    known = {key.name for key in keys}
    for name in tolerance.named:
        if known and name not in known:
            raise BenchError(f"--threshold: no run has a figure {name!r}", suggestion(name, known))


def timed_again(pair: Pair, tolerance: Tolerance, budget_s: float) -> list[Remeasured]:
    """Time what both runs have kept again, and show how it goes.

    :param budget_s: seconds for each place
    """
    from rich.console import Console

    from bench.catalog import Catalog
    from bench.cli.progress import Lines
    from bench.manager import load_plugins
    from bench.run.remeasuring import remeasure
    from bench.run.workers import Workers

    progress, is_clear = Lines(Console(file=sys.stderr)), pair.clearing(tolerance)
    return remeasure(pair, Catalog(load_plugins()), Workers, progress, budget_s, is_clear)


def targets(
    form: str, output: Path | None, also: Sequence[str], formats: Sequence[str]
) -> list[tuple[str, Path | None]]:
    """What is asked for: formats, and where they go, each somewhere else.

    :param output: where the first goes; None is the terminal
    :param also: each as `FORMAT=FILE`
    :param formats: the names of those that there are
    :raises BenchError: if one is something else
    """
    found = [(form, output)]
    for text in also:
        form, is_given, path = text.partition("=")
        if form not in formats:
            raise UnknownName("format", form, formats)
        if not is_given or not path:
            raise BenchError(f"--also {text}: no file is named", f"e.g. {form}=comparison.{form}")
        if any(Path(path) == other for _, other in found):
            raise BenchError(f"--also {text}: another format goes to that file", "name another one")
        found.append((form, Path(path)))
    return found


def written(comparison: Comparison, strict: bool, form: str, path: Path | None) -> str:
    """A comparison in a format.

    Text for the terminal has colours, which click takes away where there is none; a page in a file links from there.
    """
    if form == "text" and path is None:
        return render(comparison, strict, _coloured)
    if form == "html" and path is not None:
        from bench.report.comparison import html

        return html.render(comparison, strict, path.parent)
    return FORMATS[form](comparison, strict)


def _coloured(verdict: str) -> str:
    return click.style(verdict, fg=COLOURS[verdict]) if verdict in COLOURS else verdict


def say(texts: Sequence[tuple[str, Path | None]]) -> None:
    """Each to its file in one step, whose name is told if nothing else is, or to the terminal.

    :raises BenchError: if a file cannot be written; the others are
    """
    trouble = None
    for text, path in texts:
        if path is None:
            click.echo(text, nl=not text.endswith("\n"))
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, text if text.endswith("\n") else text + "\n")
        except OSError as error:
            trouble = BenchError(f"cannot write {path}: {error.strerror}", "name another file")
    if trouble is not None:
        raise trouble
    if all(path is not None for _, path in texts):
        click.echo("\n".join(str(path) for _, path in texts))
