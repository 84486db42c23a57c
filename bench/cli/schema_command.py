"""`bench schema`: the JSON Schemas of a suite and of results.json."""

import json

import click


@click.command("schema", short_help="Print the JSON Schema of a suite, for editors, or of results.json.")
@click.argument("what", type=click.Choice(["suite", "results"]), default="suite")
def command(what: str) -> None:
    """Print a JSON Schema.

    An editor with a YAML language server checks a suite against it while you type, if the suite begins with
    `# yaml-language-server: $schema=suite.schema.json`.
    """
    from bench.store.folder import results_schema
    from bench.suite.schema import suite_schema

    click.echo(json.dumps(suite_schema() if what == "suite" else results_schema(), indent=2))
