"""A comparison as JSON, for other programs: stable, with a version and a schema."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from bench.compare.records import PASSED, Comparison, Verdict
from bench.report.comparison import wording

FORMAT: Literal[1] = 1


@dataclass(frozen=True)
class Document:
    """What `bench compare --format json` prints.

    :param format: the version of this form; what is only added does not change it
    :param outcome: `passed`, `regressed`, `cases failed`, `nothing to compare`, `no baseline`; under `strict` also
        `inconclusive` and `figures vanished`
    :param exit_code: what `bench compare` ends with
    :param strict: whether what is inconclusive, or has vanished, is as bad as a regression
    :param summary: the counts in words
    :param counts: how many figures have each verdict
    :param comparison: None where there is no baseline yet
    """

    format: Literal[1]
    outcome: str
    exit_code: int
    strict: bool
    summary: str
    counts: dict[Verdict, int]
    comparison: Comparison | None


def render(comparison: Comparison, strict: bool) -> str:
    """The comparison as JSON."""
    return _written(
        Document(
            FORMAT,
            wording.outcome(comparison, strict),
            comparison.exit_code(strict),
            strict,
            wording.summary(comparison),
            comparison.counts,
            comparison,
        )
    )


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline."""
    return _written(Document(FORMAT, "no baseline", PASSED, False, " ".join(wording.missing(name, allowed)), {}, None))


def comparison_schema() -> dict[str, Any]:
    """The JSON Schema of what `bench compare --format json` prints."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Document).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "bench comparison"}


def _written(document: Document) -> str:
    from pydantic import TypeAdapter

    return json.dumps(TypeAdapter(Document).dump_python(document), allow_nan=False) + "\n"
