"""Mistakes in a command line, told as all others are: in a line, with what was given, what is allowed, the nearest."""

from typing import Any

import click

from bench.errors import BenchError, UnknownName

# The help that is shown where nothing was asked for; click 8.1 raises nothing there.
HELP: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())


class Group(click.Group):
    """Commands of which an unknown one is told with the nearest."""

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Tell the nearest."""
        if args and self.get_command(context, args[0]) is None and not args[0].startswith("-"):
            raise UnknownName("command", args[0], self.list_commands(context))
        return super().resolve_command(context, args)


class OneOf(click.Choice):  # type: ignore[type-arg] # click 8.1 has it without
    """One of some names.

    :param kind: what they are names of
    """

    def __init__(self, kind: str, names: tuple[str, ...]) -> None:
        super().__init__(names)
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Tell the nearest."""
        if value not in self.choices:
            raise UnknownName(self.kind, value, self.choices)
        return super().convert(value, param, ctx)


def in_a_line(error: click.ClickException) -> str:
    """What click complains of; of a command line, also how it may read."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None and isinstance(error, click.NoSuchOption):
        return str(UnknownName("option", error.option_name, _options(context)))
    # Where a number within bounds is expected, click calls 'x' no valid integer range.
    told = " ".join(error.format_message().split()).rstrip(".").removesuffix(" range")
    return str(BenchError(told[:1].lower() + told[1:], _usage(context) if context is not None else ""))


def _options(context: click.Context) -> list[str]:
    """The long names of a command's options."""
    options = [one for one in context.command.get_params(context) if isinstance(one, click.Option) and not one.hidden]
    return [name for option in options for name in (*option.opts, *option.secondary_opts) if name.startswith("--")]


def _usage(context: click.Context) -> str:
    """`bench run [OPTIONS] SUITE`, and how to learn more."""
    pieces = " ".join(context.command.collect_usage_pieces(context))
    return f"{context.command_path} {pieces}; see {context.command_path} --help"
