"""`bench bisect`: which commit made a figure worse."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.options import suite_options
from bench.data import use_data_root

if TYPE_CHECKING:
    from bench.bisect.git import Commit, Repository
    from bench.bisect.judging import Judge, Question
    from bench.bisect.looking import Looker
    from bench.bisect.measuring import Measurer, Recipe

FOUND, MISTAKE, UNDECIDED, NOTHING = 0, 2, 3, 4


def _percentage(_: click.Context, option: click.Parameter, text: str | None) -> str | None:
    """Refuse what is none before anything runs."""
    from bench.bounds import share
    from bench.errors import BenchError

    try:
        if text is not None:
            share(text)
    except ValueError as error:
        raise BenchError(f"--{option.name} {text}: {error}", "e.g. 1%") from error
    return text


@click.command("bisect", short_help="Find the commit that made a figure worse.")
@suite_options
@click.argument("metric")
@click.option("--good", required=True, metavar="REVISION", help="A commit at which the figure was as it should be.")
@click.option("--bad", default="HEAD", show_default=True, metavar="REVISION", help="A later one at which it is worse.")
@click.option(
    "--place", default="", metavar="TEXT", help="Only figures of places that have this, e.g. batch=1 or int8."
)
@click.option(
    "--repo",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The repository; else that of the current folder.",
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="FOLDER",
    help="A folder of the repository, besides its root, to import from, such as src; can be repeated.",
)
@click.option(
    "--install",
    default="",
    metavar="COMMAND",
    help='Run in each commit\'s files before they are measured; it may install into "$BENCH_SITE".',
)
@click.option(
    "--repeats",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="How often to repeat timings that say nothing, each time for twice as long.",
)
@click.option(
    "--threshold",
    metavar="PERCENT",
    callback=_percentage,
    help="How much worse METRIC may become, e.g. 1%; else as `bench compare`.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Cases that train side by side; else one a core.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports/bisect"),
    show_default=True,
    help="The folder that gets a folder for this suite and these options, with a run for each commit.",
)
def command(
    suite: Path, metric: str, good: str, bad: str, repo: Path, place: str, repeats: int, output: Path, **options: Any
) -> None:
    """Find the first commit at which METRIC of SUITE got worse.

    METRIC is any figure of a run, such as accuracy, latency-p50, throughput or bytes. Commits are checked out in a
    temporary working tree; yours is left as it is. What has been measured is kept, and not measured again.

    \b
    Exit codes:
      0  found
      2  a mistake in what was asked
      3  commits could not be measured, and it may be any of several
      4  the figure is no worse at BAD than at GOOD
    """
    from bench.bisect.git import Repository
    from bench.bisect.judging import Judge, Question
    from bench.bisect.lock import alone_in

    _use_data(options["data"])
    recipe = _recipe(suite, options)
    repository = Repository(repo)
    _check_only(suite, options["overrides"], options["only"])
    first, last = repository.commit(good), repository.commit(bad)
    count = repository.count_between(first, last)
    click.echo(f"{metric} of {recipe.name}, {count} commit{'' if count == 1 else 's'} after {first}, up to {last}")
    folder = _made(output.resolve() / f"{recipe.name}-{recipe.digest}")
    question = Question(metric, place)
    with alone_in(folder), _ready(repository, first, recipe, folder) as measurer:
        judge = Judge(question, _looker(question, measurer, options["threshold"]), repeats)
        code = _bisect(judge, measurer, first, last)
    sys.exit(code)


def _made(folder: Path) -> Path:
    """:raises RunError: if the folder is not there and cannot be made"""
    from bench.errors import RunError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot make {folder}: {error.strerror}", "name another folder with --output") from error
    return folder


def _use_data(data: Path | None) -> None:
    """The folder of the data is where it is, wherever a run is started."""
    import os

    from bench.data import VARIABLE

    known = os.environ.get(VARIABLE)
    use_data_root(data or (Path(known) if known else None))


def _recipe(suite: Path, options: Mapping[str, Any]) -> "Recipe":
    from bench.bisect.measuring import Recipe
    from bench.suite.load import load_suite

    loaded, _ = load_suite(suite, options["overrides"])
    names = ("only", "overrides", "jobs", "install", "paths")
    text = suite.read_text(encoding="utf-8")
    return Recipe(text, loaded.name, loaded.measure.processes, **{name: options[name] for name in names})


def _check_only(suite: Path, overrides: tuple[str, ...], only: tuple[str, ...]) -> None:
    """See that a case is chosen, if that can be known here: a plugin may be there at the commits alone.

    :raises SuiteError: if none is
    """
    from bench.catalog import Catalog
    from bench.errors import BenchError
    from bench.manager import load_plugins
    from bench.suite.load import load_suite
    from bench.suite.plan import make_plan, nothing_chosen

    try:
        plan = make_plan(*load_suite(suite, overrides), Catalog(load_plugins()), only)
    except BenchError:
        return
    if not plan.cases:
        error = nothing_chosen(plan, only)
        error.exit_code = MISTAKE
        raise error


@contextmanager
def _ready(repository: "Repository", commit: "Commit", recipe: "Recipe", folder: Path) -> Iterator["Measurer"]:
    """What measures commits, with a working tree for as long as that takes.

    :raises BenchError: if folders to import from are not there
    """
    from bench.bisect.git import worktree
    from bench.bisect.measuring import Measurer, check_paths
    from bench.cli.bisecting import say_progress

    try:
        with worktree(repository, commit) as tree:
            check_paths(tree, recipe.paths)
            yield Measurer(recipe, tree, folder, say_progress)
    except KeyboardInterrupt:
        say_progress(f"what has been measured is kept in {folder}; the same command goes on")
        raise


def _looker(question: "Question", measurer: "Measurer", threshold: str | None) -> "Looker":
    """What compares two commits as `bench compare --remeasure` compares two runs."""
    from functools import partial

    from bench.bisect.looking import Looker
    from bench.catalog import Catalog
    from bench.cli.comparing import timed_again, tolerance_of
    from bench.manager import load_plugins
    from bench.store.environment import hardware

    tolerated = [f"{question.metric}={threshold}"] if threshold else []
    catalog, only = Catalog(load_plugins()), measurer.recipe.only
    tolerance = partial(tolerance_of, tolerated, here=hardware())
    return Looker(question, measurer, catalog, only, tolerance, timed_again)


def _bisect(judge: "Judge", measurer: "Measurer", good: "Commit", bad: "Commit") -> int:
    """Search, print, and say what to end with.

    :raises Unmeasured: if one of the two gives no figures
    """
    from bench.bisect.search import search
    from bench.cli.bisecting import print_decision, print_ends, print_found
    from bench.store.folder import write_text

    ends = judge.ends(good, bad)
    print_ends(ends)
    if not ends.watched:
        return NOTHING
    found = search(measurer.tree, judge, ends, print_decision)
    write_text(measurer.folder / "git-bisect.log", found.log + "\n")
    print_found(found, measurer.folder)
    return FOUND if len(found.suspects) == 1 else UNDECIDED
