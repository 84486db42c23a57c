"""Options that several commands have."""

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
        click.argument("suite", type=click.Path(path_type=Path)),
    ):
        function = option(function)
    return function
