"""`bench baseline`: give a run a name, for others to be compared with it."""

from pathlib import Path

import click

from bench.cli.options import reports_option
from bench.cli.usage import Group


@click.group("baseline", cls=Group, short_help="Name runs that others are compared with.")
def command() -> None:
    """Give a run a name that outlasts the next runs, such as `main`."""


@command.command("set")
@click.argument("name")
@click.argument("run")
@reports_option
def set_(name: str, run: str, reports: Path) -> None:
    """Call RUN by NAME: a run directory, an identifier, a git commit, another baseline or `latest`."""
    from bench.cli.text import say_warning
    from bench.store.folder import read_results
    from bench.store.history import History

    history = History(reports)
    results, folder = read_results(history.find(run))
    history.record(results, folder)  # a run that the history has not seen yet
    history.set_baseline(name, results.run_id)
    if results.status == "running":
        say_warning(f"{results.run_id} has not finished: it has what had ended when it was interrupted, or goes on")
    click.echo(f"{name}: {results.run_id}")


@command.command("remove")
@click.argument("name")
@reports_option
def remove(name: str, reports: Path) -> None:
    """Forget NAME; its run stays."""
    from bench.store.history import History

    History(reports).remove_baseline(name)


@command.command("list")
@reports_option
def list_(reports: Path) -> None:
    """List all names with their runs."""
    from bench.store.history import History

    for name, run_id in History(reports).baselines().items():
        click.echo(f"{name}: {run_id}")
