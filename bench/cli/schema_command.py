"""`bench schema`: the JSON Schemas of a suite, of results.json and of a comparison."""

import json

import click

from bench.cli.usage import OneOf


@click.command("schema", short_help="Print the JSON Schema of a suite, for editors, or of what bench writes.")
@click.argument("what", type=OneOf("schema", ("suite", "results", "comparison")), default="suite")
def command(what: str) -> None:
    """Print a JSON Schema: of a suite, of results.json, or of what `bench compare --format json` prints.

    An editor with a YAML language server checks a suite against it while you type, if the suite begins with
    `# yaml-language-server: $schema=suite.schema.json`.
    """
    from bench.report.comparison.json import comparison_schema
    from bench.store.folder import results_schema
    from bench.suite.schema import suite_schema

    schema = {"suite": suite_schema, "results": results_schema, "comparison": comparison_schema}[what]
    click.echo(json.dumps(schema(), indent=2))
