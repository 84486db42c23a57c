"""Sentences about a run that every report has."""

import re

from bench.report.formats import size_of
from bench.results import RunResult

# A terminal's escape sequences (ECMA-48) whole, and whatever else is no text: a message may hold anything.
CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]"
)


def plain(text: str) -> str:
    """Text without control characters, but for line breaks and tabs."""
    return CONTROL.sub("", text)


def subtitle(results: RunResult) -> str:
    """When, where and how long."""
    passed = sum(case.status == "passed" for case in results.cases)
    minutes, rest = divmod(round(results.seconds), 60)
    took = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{passed} of {len(results.cases)} cases passed. Run {results.run_id}, {results.started}, took {took}."


def machine(results: RunResult) -> str:
    """The machine in a line."""
    found = results.environment
    memory = f", {size_of(found['memory_bytes'])}" if found.get("memory_bytes") else ""
    gpus = ", ".join(found.get("gpus", [])) or "no GPU"
    jobs = f"{found['jobs']} case{'' if found['jobs'] == 1 else 's'} at once"
    return f"{found['cpu']}, {found['cores']} cores{memory}, {gpus}; {found['platform']}; {jobs}"


def software(results: RunResult) -> str:
    """The versions in a line."""
    packages = ", ".join(f"{name} {version}" for name, version in results.environment["packages"].items())
    return f"Python {results.environment['python']}, {packages}"
