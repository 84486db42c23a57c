"""A comparison as JSON, for other programs: stable, with a version and a schema."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from bench.compare.records import PASSED, Comparison, Verdict
from bench.report.comparison import wording

FORMAT: Literal[1] = 1

# What the schema says of fields whose names alone do not tell it, record by record.
DESCRIPTIONS = {
    "Row": {
        "base": "The figure in the base, in `unit`: the mean over seeds, of timings the geometric mean over processes.",
        "head": "The figure in the head, as `base`.",
        "higher_is_better": "null where nobody says which way is better.",
        "change": (
            "How much worse the figure has become, as a share: of a timing or a fact, of its base; of a quality whose "
            "best value is known, of how far the base lies from that. Positive is worse, whichever way that is: a "
            "throughput that falls by 15.7 % has 0.157, one that grows a negative change. Where `higher_is_better` is "
            "null, positive is larger."
        ),
        "interval": (
            "Where the true change lies at 95 % confidence, positive as `change` is; null where there is too little to "
            "tell it; twice the same number where it is known exactly."
        ),
        "detectable": (
            "The smallest change that so much data would find in four of five tries; null where `interval` is."
        ),
        "is_remeasured": "Whether the figure was timed again by `--remeasure`, in place of the runs' own timings.",
        "notes": "Why not to trust the figure, or what to do about it.",
    },
    "Threshold": {
        "share": "By how much the figure may become worse, a share as `change` is.",
        "source": "Who says so: a gate, the command line, a calibration, or bench's default.",
    },
    "Comparison": {
        "rows": "All figures that both runs have, those that matter first.",
        "new": "Figures that only the head has; they are not judged.",
        "vanished": "Figures that only the base has; they are not judged.",
        "broken": "Cases that failed, one entry for each run in which they did.",
        "notes": "What holds of all figures.",
    },
}


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
    for record, fields in DESCRIPTIONS.items():
        for field, text in fields.items():
            schema["$defs"][record]["properties"][field]["description"] = text
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "bench comparison"}


def _written(document: Document) -> str:
    from pydantic import TypeAdapter

    return json.dumps(TypeAdapter(Document).dump_python(document), allow_nan=False) + "\n"
