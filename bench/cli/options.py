"""Options that several commands have."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Function = Callable[..., Any]

only_option = click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Only cases whose identifier matches, e.g. 'lenet5*' or '#0'; can be repeated.",
)

reports_option = click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="The folder below which runs are; its history is in it.",
)


class _File(click.Path):
    """A file."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """An empty name would be the folder."""
        if not str(value):
            self.fail("no file is named", param, ctx)
        return super().convert(value, param, ctx)


FILE = _File(path_type=Path, dir_okay=False)


def finite(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """A number that one can count to."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no number of seconds")
    return value


def suite_options(function: Function) -> Function:
    """SUITE, --set, --only and --data."""
    for option in (
        click.option(
            "--data",
            type=click.Path(path_type=Path, file_okay=False),
            help="The folder of the datasets' files; else $BENCH_DATA, else the user's cache.",
        ),
        only_option,
        click.option(
            "--set",
            "overrides",
            multiple=True,
            metavar="KEY=VALUE",
            help="Change the suite, e.g. train.max_epochs=1 or 'seeds=[0]'; can be repeated.",
        ),
        click.argument("suite", type=_File(path_type=Path)),
    ):
        function = option(function)
    return function
