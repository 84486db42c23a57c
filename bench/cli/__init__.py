"""The command line: one module a subcommand, each of which imports what is heavy only when it is called."""

import importlib
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from bench.cli.usage import HELP, Group, in_a_line
from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.manager import Plugins

COMMANDS = (
    *("run", "list", "show", "plugins", "report", "compare", "history", "baseline", "bisect", "validate", "schema"),
    "calibrate",
)


class Commands(Group):
    """The built-in commands, imported one by one when asked for, and after them those that plugins add."""

    def list_commands(self, context: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(set(self._added()) - set(COMMANDS))]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS:
            command: click.Command = importlib.import_module(f"bench.cli.{name}_command").command
            return command
        return self._added().get(name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; click itself would end with 1 for a reader that has gone, which is a verdict elsewhere."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise PipeClosed from error

    def _added(self) -> dict[str, click.Command]:
        from bench.manager import load_plugins

        return added_commands(load_plugins())


def added_commands(plugins: "Plugins") -> dict[str, click.Command]:
    """The commands that plugins add. One that is no command, or has a name that is taken, makes its plugin broken."""
    found: dict[str, click.Command] = {}
    for plugin, command in plugins.collect("bench_commands"):
        if not isinstance(command, click.Command) or not command.name:
            plugins.complain(plugin, f"bench_commands: {command!r} is no click.Command with a name")
        elif command.name in COMMANDS or command.name in found:
            plugins.complain(plugin, f"bench_commands: there is a command {command.name!r} already")
        else:
            found[command.name] = command
    return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="bench", prog_name="bench")
def cli() -> None:
    """Benchmark neural networks: train, export to ONNX, score and time that same graph, report.

    \b
    Start here:
      bench run suites/quickstart.yaml     train, time and report six models in two minutes
      bench list                           what a suite can use
      bench show lenet5                    what a name is and which parameters it takes
    """


# What `main` ends with when no exit code of a command's own says more: sysexits.h's EX_SOFTWARE and EX_IOERR, and what
# shells show for a process that a signal ended.
INTERNAL, IO_ERROR, INTERRUPTED, TERMINATED, PIPE_CLOSED = 70, 74, 130, 143, 141


def main() -> None:
    """The console script: an expected error is one message without a traceback, and its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        cli(prog_name="bench", standalone_mode=False, color=_colour())
    except BenchError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _tell(error)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except (click.Abort, KeyboardInterrupt) as end:
        _complain("interrupted")
        sys.exit(TERMINATED if isinstance(end.__cause__, Terminated) else INTERRUPTED)  # click wraps it
    except PipeClosed:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to write has no reader either
        sys.exit(PIPE_CLOSED)
    except OSError as error:
        _complain(f"{error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
        sys.exit(IO_ERROR)
    except Exception:
        traceback.print_exc()
        _complain("this is a defect of bench or of a plugin; what had ended is in the run directory")
        sys.exit(INTERNAL)


class PipeClosed(Exception):
    """Whoever read the output has gone."""


class Terminated(KeyboardInterrupt):
    """A signal asks this process to end: workers are ended and files cleaned up, as after a Ctrl-C."""


def _terminate(*_: object) -> None:
    raise Terminated


def _tell(error: click.ClickException) -> None:
    """In a line, but for the help, which is no complaint."""
    if isinstance(error, HELP):
        error.show()
    else:
        _complain(in_a_line(error))


def _complain(text: str) -> None:
    for line in text.splitlines():
        click.echo(f"{click.style('error:', fg='red', bold=True)} {line}", err=True, color=_colour())


def _colour() -> bool | None:
    """Whether to colour: not where https://no-color.org is asked for; else click knows a terminal when it sees one."""
    return False if os.environ.get("NO_COLOR") else None
