"""A comparison as workflow commands of GitHub, which become annotations.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from bench.compare.records import Comparison
from bench.report.comparison import figures, lines, remedies, wording

Level = Literal["error", "warning", "notice"]

# GitHub shows no more annotations of one level from one step.
MOST = 10


def render(comparison: Comparison, strict: bool) -> str:
    """The comparison as annotations: an error is what fails, a warning what is open, a notice all else."""
    vanished = [("vanished", f"only the base has: {what}") for what in wording.places(comparison.vanished)]
    is_again = remedies.was_remeasured(comparison)
    open_ = [
        (f"inconclusive: {figures.name(row)}", f"{figures.told(row)}; {remedies.reason(row, is_again)}")
        for row in comparison.of("inconclusive")
    ]
    failed = [(f"failed: {lines.line(one.case)}", wording.broken(one)) for one in comparison.newly_broken]
    regressed = [(f"regressed: {figures.name(row)}", figures.told(row)) for row in comparison.of("regressed")]
    improved = [(f"improved: {figures.name(row)}", figures.told(row)) for row in comparison.of("improved")]
    in_short = (f"{wording.title(comparison)}: {wording.outcome(comparison, strict)}", wording.summary(comparison))
    old = [("failed before", told) for told in wording.broken_before(comparison)]
    new = [("new", f"only the head has: {what}") for what in wording.places(comparison.new)]
    notes = [("note", lines.line(note, 2 * lines.MOST)) for note in remedies.noted(comparison)]
    bad = [*failed, *regressed, *(open_ + vanished if strict else [])]
    return "".join(
        [
            *_commands("error", bad),
            *_commands("warning", [] if strict else open_ + vanished),
            *_commands("notice", [in_short, *old, *notes, *improved, *new]),
        ]
    )


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline."""
    first, *more = wording.missing(name, allowed)
    return _command("notice", first, " ".join(more))


def _commands(level: Level, annotations: Sequence[tuple[str, str]]) -> Iterator[str]:
    """As many annotations as are shown; the last one counts the others."""
    fit = len(annotations) if len(annotations) <= MOST else MOST - 1
    yield from (_command(level, title, message) for title, message in annotations[:fit])
    if left := len(annotations) - fit:
        yield _command(level, lines.left_over(left), f"{lines.left_over(left)}; the job's summary has them")


def _command(level: Level, title: str, message: str) -> str:
    return f"::{level} title={_property(title)}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
