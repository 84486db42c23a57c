"""The command as a whole: its help, its own errors, and the commands that plugins add."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from bench.cli import COMMANDS

COMMAND = """
    import bench
    import click

    @bench.hookimpl
    def bench_commands():
        @click.command("{name}", short_help="Made by a plugin.")
        def command():
            click.echo("it works")
        yield command
"""


def test_help_names_every_command(command):
    answer = command("--help")
    assert answer.code == 0
    assert all(f"\n  {name} " in answer.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_fits_80_columns(command, name):
    answer = command(name, "--help")
    assert answer.code == 0
    assert answer.out.startswith("Usage: ")
    assert all(len(line) <= 100 for line in answer.out.splitlines())


def test_version_is_the_distributions(command):
    assert command("--version").out == f"bench, version {version('bench')}\n"


def test_an_unknown_command_is_told_with_the_nearest(command):
    answer = command("lsit")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: unknown command 'lsit' (did you mean 'list'? allowed: ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--hlp",), "unknown option '--hlp' (did you mean '--help'? allowed: --help, --version)"),
        (("list", "--al"), "unknown option '--al' ("),
        (("compare", "a", "--budgte", "3"), "unknown option '--budgte' (did you mean '--budget'? allowed: --also, "),
        (("run",), "missing argument 'SUITE' (bench run [OPTIONS] SUITE; see bench run --help)"),
        (("baseline", "set", "main"), "missing argument 'RUN' (bench baseline set [OPTIONS] NAME RUN; see bench "),
        (("bisect", "a", "b"), "missing option '--good' (bench bisect [OPTIONS] SUITE METRIC; see bench bisect "),
        (("show", "a", "b"), "got unexpected extra argument (b) (bench show [OPTIONS] NAME; see bench show --help)"),
        (("run", "a", "--jobs", "0"), "invalid value for '--jobs': 0 is not in the range x>=1 (bench run "),
        (("history", "--most", "x"), "invalid value for '--most': 'x' is not a valid integer (bench history "),
        (("compare", "a", "--format"), "option '--format' requires an argument"),
        (("compare", "a", "--budget", "3"), "--budget is for --remeasure"),
        (("compare", "a", "--format", "jsn"), "unknown format 'jsn' (did you mean 'json'? allowed: github, "),
        (("list", "modles"), "unknown kind 'modles' (did you mean 'models'? allowed: "),
        (("schema", "sute"), "unknown schema 'sute' (did you mean 'suite'? allowed: comparison, results, suite)"),
        (("calibrate", "--device", "gpu"), "unknown device 'gpu' (did you mean 'cpu'? allowed: cpu, cuda)"),
        (("baseline", "lst"), "unknown command 'lst' (did you mean 'list'? allowed: list, remove, set)"),
        (("history", "tren"), "unknown command 'tren' (did you mean 'trend'? allowed: dashboard, rebuild, trend)"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_in_a_command_line_is_told_in_one_line(command, arguments, told):
    answer = command(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"error: {told}")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [(), ("baseline",)])
def test_where_nothing_is_asked_for_the_help_is_no_error(command, arguments):
    answer = command(*arguments)
    assert (answer.out + answer.err).startswith("Usage: ")  # click 8.1 prints it, later ones say it on standard error


def test_a_plugins_command_complains_in_one_line_too(command, install):
    raises = "raise click.ClickException('it\\ndoes not work')"
    install("extra", COMMAND.replace("{name}", "extra").replace('click.echo("it works")', raises))
    answer = command("extra")
    assert (answer.code, answer.err) == (1, "error: it does not work\n")


def test_a_plugins_command_is_there(command, install):
    install("extra", COMMAND.replace("{name}", "extra"))
    assert "Made by a plugin." in command("--help").out
    assert command("extra").out == "it works\n"


def test_a_plugin_cannot_replace_a_built_in_command(command, install):
    install("thief", COMMAND.replace("{name}", "list"))
    assert "it works" not in command("list").out
    assert "there is a command 'list' already" in command("plugins").out


def test_a_broken_plugin_does_not_break_the_help(command, install):
    install("bad", "raise RuntimeError('out of order')")
    assert command("--help").code == 0


def test_a_defect_keeps_its_traceback(command, install):
    install("extra", COMMAND.replace("{name}", "extra").replace('click.echo("it works")', "1 / 0"))
    answer = command("extra")
    assert answer.code == 70  # not 1, which says that a gate was missed
    assert "ZeroDivisionError" in answer.err
    assert "Traceback" in answer.err


def test_a_reader_who_goes_away_is_no_defect():
    bench = [sys.executable, "-m", "bench", "list"]
    process = subprocess.Popen(bench, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=30)
    assert (process.returncode, b"Traceback" in errors) == (141, False)
