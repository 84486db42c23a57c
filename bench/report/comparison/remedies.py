"""Why figures stay open and what would settle them, and what is noted of how they were measured."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from bench.compare.again import FIGURES, NOT_AGAIN
from bench.compare.quality import OTHER_DATA
from bench.compare.records import BY_ITSELF, NO_DIRECTION, Comparison, Key, Row
from bench.report.comparison.figures import times
from bench.report.comparison.lines import left_over, line
from bench.report.comparison.wording import places
from bench.report.formats import percent, rough

# How notes begin that say what `reason` says.
SAID_ALREADY = (NO_DIRECTION, BY_ITSELF)

# What settles an inconclusive figure.
REMEASURE, BUDGET, SEEDS, TEST_SET = "`--remeasure`", "more `--budget`", "more `seeds`", "the same test set"

PROCESSES = "more `measure.processes`, or a quieter machine"

# Remedy -> of what it is one, and what it does, in a comparison's advice.
_ADVICE = {
    REMEASURE: "for timings, `--remeasure`, which times both runs' graphs anew, in turn",
    BUDGET: "for timings that were measured again, more `--budget`",
    SEEDS: "for qualities, more `seeds`",
    TEST_SET: "for qualities on other data, the same test set",
    PROCESSES: "for figures that cannot be timed again, more `measure.processes`, or a quieter machine",
}

# A number in a note, but not one in a name or a version.
_NUMBER = re.compile(r"(?<![\w.,#=@-])\d+(?:\.\d+)?(?!\w|[.,]\d)")


def remarks(row: Row, is_again: bool = False) -> list[str]:
    """What is to be said of a row besides its figures, in words of ours: they need no escaping.

    :param is_again: as for `remedy`
    """
    return [
        *(["measured again"] if row.is_remeasured else []),
        *([reason(row, is_again)] if row.verdict == "inconclusive" else []),
    ]


def notes(row: Row, most: int = 2) -> list[str]:
    """What the comparison itself notes of a row: first what is not about one run alone, and how much more there is.

    Notes that differ in their numbers alone, as those of several seeds do, are one.
    """
    told = [line(note) for note in row.notes if not note.startswith(SAID_ALREADY)]
    found = sorted(_merged(told), key=lambda note: note.startswith(("base: ", "head: ")))
    left = len(found) - most
    return [*found[:most], *([left_over(left, f"note{'s' * (left > 1)} more")] if left > 0 else [])]


def _merged(told: Sequence[str]) -> Iterator[str]:
    """Each note once; of those that differ in numbers alone, one that tells from where to where these reach."""
    alike: dict[str, list[str]] = {}
    for note in told:
        alike.setdefault(_NUMBER.sub("0", note), []).append(note)
    for same in alike.values():
        reaches = map(_reach, zip(*map(_NUMBER.findall, same), strict=True))
        yield _NUMBER.sub(partial(_next, reaches), same[0])


def _next(texts: Iterator[str], _: re.Match[str]) -> str:
    return next(texts)


def _reach(numbers: Collection[str]) -> str:
    """The smallest and the largest of them."""
    ends = min(numbers, key=float), max(numbers, key=float)
    return " to ".join(dict.fromkeys(ends))


def reason(row: Row, is_again: bool = False) -> str:
    """Why a row is inconclusive, and what would decide it.

    :param is_again: as for `remedy`
    """
    found = remedy(row, is_again)
    return f"{why(row)}; what helps: {found}" if found else why(row)


def why(row: Row) -> str:
    """Why a row is inconclusive."""
    if row.higher_is_better is None:
        return NO_DIRECTION
    if row.interval is None:
        return "too little data to tell"
    if row.interval[0] > row.threshold.share or row.interval[1] < -row.threshold.share:
        return "beyond what is tolerated, but among so many figures, chance may explain it"
    if row.detectable is None or row.detectable <= row.threshold.share:
        return f"the interval reaches across the tolerated {percent(row.threshold.share)}"
    factor = times(row, row.detectable)
    least = f"a factor of {factor}" if factor else rough(row.detectable)
    return f"so much data finds changes from {least} on, tolerated are {percent(row.threshold.share)}"


def remedy(row: Row, is_again: bool = False) -> str:
    """What would decide an inconclusive row; empty where measuring again does not.

    :param is_again: whether what can be timed again has been: see `was_remeasured`
    """
    if row.kind == "fact" or row.higher_is_better is None:
        return ""
    if row.kind == "quality":
        return TEST_SET if OTHER_DATA in row.notes else SEEDS
    refused = [note for note in row.notes if note.startswith(NOT_AGAIN)]
    if row.is_remeasured or any("--budget" in note for note in refused):
        return BUDGET
    return PROCESSES if is_again or refused or row.key.name not in FIGURES else REMEASURE


def was_remeasured(comparison: Comparison) -> bool:
    """Whether `--remeasure` has been asked for."""
    return any(row.is_remeasured or any(note.startswith(NOT_AGAIN) for note in row.notes) for row in comparison.rows)


def advice(comparison: Comparison) -> str:
    """What would decide the inconclusive rows; empty where there are none."""
    is_again = was_remeasured(comparison)
    found = {remedy(row, is_again) for row in comparison.of("inconclusive")}
    told = [words for one, words in _ADVICE.items() if one in found]
    return f"What settles the inconclusive: {'; '.join(told)}." if told else ""


def noted(comparison: Comparison) -> list[str]:
    """What is noted of all, and what was to be timed again and could not be."""
    refused: dict[str, list[Key]] = {}
    for row in comparison.rows:
        for note in row.notes:
            if note.startswith(NOT_AGAIN):
                refused.setdefault(note, []).append(row.key)
    again = [
        f"{NOT_AGAIN}: {what}{note.removeprefix(NOT_AGAIN)}" for note, keys in refused.items() for what in places(keys)
    ]
    return [*comparison.notes, *again]
