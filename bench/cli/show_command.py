"""`bench show NAME`: what something is, where it comes from, and which parameters it takes."""

from typing import Any

import click


@click.command("show", short_help="Show one model, dataset, metric or runtime with its parameters.")
@click.argument("name")
def command(name: str) -> None:
    """Show what NAME is, its source, and each parameter with its type, default and meaning."""
    from bench.catalog import Catalog, missing, resolve
    from bench.errors import BenchError
    from bench.manager import load_plugins

    for number, (kind, entry) in enumerate(Catalog(load_plugins()).search(name)):
        info, target = entry.info, None
        try:
            target = resolve(info)
        except Exception as error:
            if not missing(info):  # what is not installed yet can be shown all the same
                raise BenchError(
                    f"{kind[:-1]} {name!r} of the plugin {entry.plugin} cannot be imported: {error}"
                ) from error
        if number:
            click.echo()
        _show(kind, entry.plugin, info, target)


def _show(kind: str, plugin: str, info: Any, target: Any) -> None:
    from bench.catalog import how_to_install, missing

    click.echo(f"{click.style(info.name, bold=True)}: {kind[:-1]} of the plugin {plugin}")
    click.echo(f"  {info.summary}")
    for label in (
        "task",
        "unit",
        "higher_is_better",
        "best",
        "precisions",
        "scenarios",
        "requires",
        "source",
        "target",
    ):
        value = getattr(info, label, None)
        if value not in (None, "", ()):
            written = ", ".join(value) if isinstance(value, tuple) else value
            click.echo(f"  {label.replace('_', ' ')}: {written}")
    if absent := missing(info):
        hint = how_to_install(info)
        click.secho(f"  not installed: {', '.join(absent)}" + (f"; {hint}" if hint else ""), fg="yellow")
    if target is not None:
        _show_target(kind, info, target)


def _show_target(kind: str, info: Any, target: Any) -> None:
    """What a target says of itself, and which of its parameters a suite can set."""
    import inspect

    text = inspect.getdoc(target) or ""
    prose = text.split("\n:", 1)[0].strip()
    if prose and prose != info.summary:
        click.echo("\n" + "\n".join(f"  {line}".rstrip() for line in prose.splitlines()))
    if kind != "reporters":
        from bench.signature import first_parameter

        given = (first_parameter(target),) if kind in {"models", "metrics"} else ()
        _show_parameters(target, given, _meanings(text))


def _show_parameters(target: Any, given: tuple[str, ...], meanings: dict[str, str]) -> None:
    from bench.cli.text import table
    from bench.signature import REQUIRED, parameters

    rows = [
        (p.name, p.type_name, "required" if p.default is REQUIRED else repr(p.default), meanings.get(p.name, ""))
        for p in parameters(target, given)
    ]
    click.echo("\n  parameters" + ("" if rows else ": none"))
    if rows:
        click.echo(table(rows, ("name", "type", "default", "meaning")))


def _meanings(docstring: str) -> dict[str, str]:
    """`:param name: meaning` in a docstring."""
    import re

    found = re.findall(r"^:param (\w+): (.*(?:\n[ \t]+.*)*)", docstring, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}
