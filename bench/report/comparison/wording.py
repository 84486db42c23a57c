"""What every format says of a comparison: figures, changes, intervals, and what to do about what stays open."""

import re
import shlex
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import count

from bench.compare.again import FIGURES
from bench.compare.records import NO_DIRECTION, NOTHING, PASSED, REGRESSED, VERDICTS, Broken, Comparison, Key, Row, Side
from bench.errors import suggestion
from bench.report.formats import joules, number, percent, rough, seconds, size_of
from bench.report.wording import plain

# A name, a message or a note from outside is cut after so many characters.
MOST = 200

HOW_TO_READ = (
    "A change of a timing, or of a fact of a graph, is a share of its base; one of a quality, of how far the base lies "
    "from the best value, where there is one. Intervals have 95 % confidence."
)

EXACTLY = "exactly"

# What is to be said of a case that failed in the base and no longer does; also, if no row has figures of its group.
RECOVERED = "failed in the base alone"
UNMATCHED = "; its figures in the head are compared with none"

# How a note begins that tells why a figure was not timed again, and one that says what `reason` says.
NOT_AGAIN = "not timed again"
SAID_ALREADY = (NO_DIRECTION, "beyond the threshold if it were the only figure")

# What settles an inconclusive figure.
REMEASURE, BUDGET, SEEDS = "`--remeasure`", "more `--budget`", "more `seeds`"
PROCESSES = "more `measure.processes`, or a quieter machine"

# Remedy -> of what it is one, and what it does, in a comparison's advice.
_ADVICE = {
    REMEASURE: "for timings, `--remeasure`, which times both runs' graphs anew, in turn",
    BUDGET: "for timings that were measured again, more `--budget`",
    SEEDS: "for qualities, more `seeds`",
    PROCESSES: "for figures that cannot be timed again, more `measure.processes`, or a quieter machine",
}

# So many figures of a place are named, and no value is told with more digits than this.
NAMED, DIGITS = 3, 10

# A number in a note, but not one in a name or a version.
_NUMBER = re.compile(r"(?<![\w.,#=@-])\d+(?:\.\d+)?(?!\w|[.,]\d)")

_UNITS = {"s": seconds, "J": joules, "B": size_of}


def line(text: str, most: int = MOST) -> str:
    """A text from outside in one line, without control characters, cut where it is too long."""
    text = " ".join(plain(text).split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def figure(value: float, unit: str, more_digits: int = 0) -> str:
    """A value with its unit.

    :param more_digits: than a reader wants
    """
    if unit in _UNITS:
        return _UNITS[unit](value, 3 + more_digits)
    return _with(number(value, 4 + more_digits), unit)


def base_and_head(row: Row) -> tuple[str, str]:
    """Both values of a row, with as many digits as tell them apart."""
    unit = row.unit
    if row.kind == "fact":
        base, head = (_with(f"{value:,.{DIGITS}g}", unit) for value in (row.base, row.head))
        return base, head
    for more in count():
        base, head = figure(row.base, unit, more), figure(row.head, unit, more)
        if base != head or row.base == row.head or more == DIGITS:
            break
    return base, head


def change(row: Row) -> str:
    """A change in words; of a quality, also how far it has moved in its own unit."""
    if row.change == 0:
        return "the same"
    text = f"{percent(abs(row.change))} {_word(row, row.change)}"
    if row.kind != "quality":
        return text
    moved = row.head - row.base
    points = "%" in row.unit
    how_far = f"{abs(moved):.3g} points" if points else _with(f"{abs(moved):.3g}", row.unit)
    return f"{text} ({how_far} {'higher' if moved > 0 else 'lower'})" if moved else text


def interval(row: Row) -> str:
    """Where the true change lies, as far as it is not known exactly; empty where nothing can be said."""
    if row.interval is None:
        return ""
    low, high = row.interval
    if low == high:
        return EXACTLY
    if low < 0 < high:
        return f"{rough(-low)} {_word(row, -1)} to {rough(high)} {_word(row, 1)}"
    near, far = sorted((abs(low), abs(high)))
    word = f" {_word(row, high or low)}" if (row.change > 0) != (high > 0) else ""
    return f"{rough(near)} to {rough(far)}{word}"


def certainty(row: Row) -> str:
    """What `interval` has, as a part of a sentence."""
    ends = interval(row)
    return f"95 % interval {ends}" if ends and ends != EXACTLY else ends


def threshold(row: Row) -> str:
    """How much worse a figure may become, and who says so."""
    source = line(row.threshold.source, 60)
    return percent(row.threshold.share) + (f" ({source})" if source else "")


def told(row: Row) -> str:
    """A row in one sentence, without its name."""
    base, head = base_and_head(row)
    parts = [f"{base} -> {head}", change(row), certainty(row), f"tolerated {threshold(row)}"]
    return line(", ".join(filter(None, parts)), 2 * MOST)


def name(row: Row) -> str:
    """Which figure a row is, in one line."""
    return line(str(row.key))


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
    return f"{_why(row)}; what helps: {found}" if found else _why(row)


def remedy(row: Row, is_again: bool = False) -> str:
    """What would decide an inconclusive row; empty where measuring again does not.

    :param is_again: whether what can be timed again has been: see `was_remeasured`
    """
    if row.kind == "fact" or row.higher_is_better is None:
        return ""
    if row.kind == "quality":
        return SEEDS
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


def places(keys: Collection[Key]) -> list[str]:
    """Figures, place by place: how many there are, and the names of some."""
    found: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        found.setdefault(key.place_of_group, []).append(line(key.name))
    return [_at(group, place, names) for (group, place), names in found.items()]


def _at(group: str, place: str, names: Sequence[str]) -> str:
    where = f"{line(group)}, {line(place)}" if place else line(group)
    if len(names) == 1:
        return f"{names[0]} of {where}"
    more = " ..." if len(names) > NAMED else ""
    return f"{len(names):,} figures of {where} ({', '.join(names[:NAMED])}{more})"


def _why(row: Row) -> str:
    if row.higher_is_better is None:
        return NO_DIRECTION
    if row.interval is None:
        return "too little data to tell"
    if row.interval[0] > row.threshold.share or row.interval[1] < -row.threshold.share:
        return "beyond what is tolerated, but among so many figures, chance may explain it"
    if row.detectable is None or row.detectable <= row.threshold.share:
        return f"the interval reaches across the tolerated {percent(row.threshold.share)}"
    return f"so much data finds changes from {rough(row.detectable)} on, tolerated are {percent(row.threshold.share)}"


def summary(comparison: Comparison) -> str:
    """How many figures have which verdict: `2 regressed, 1 inconclusive, 3 improved, 120 unchanged`."""
    counts = [f"{count:,} {verdict}" for verdict, count in comparison.counts.items() if count]
    cases, new, vanished = len(comparison.newly_broken), len(comparison.new), len(comparison.vanished)
    in_both = sum(one.run == "head" for one in failed_before(comparison))
    in_base = len(failed_before(comparison)) - 2 * in_both
    more = [
        *([f"{cases:,} case{'s' * (cases > 1)} failed"] if cases else []),
        *([f"{in_both:,} fail{'s' * (in_both == 1)} as in the base"] if in_both else []),
        *([f"{in_base:,} failed in the base alone"] if in_base else []),
        *([f"{new:,} new"] if new else []),
        *([f"{vanished:,} vanished"] if vanished else []),
    ]
    return "; ".join([", ".join(counts) or "nothing to compare", *more])


def more_than(outcome: str, comparison: Comparison) -> str:
    """The summary without what the outcome says already; empty if that is all."""
    return "; ".join(part for part in summary(comparison).split("; ") if part != outcome)


def outcome(comparison: Comparison, strict: bool) -> str:
    """In a word or two, what `bench compare` ends with."""
    code = comparison.exit_code(strict)
    if code == REGRESSED and not comparison.of("regressed"):
        return "inconclusive" if comparison.of("inconclusive") else "figures vanished"
    return {PASSED: "passed", REGRESSED: "regressed", NOTHING: "nothing to compare"}.get(code, "cases failed")


def title(comparison: Comparison) -> str:
    """The suite that is compared; both, if they differ."""
    suites = dict.fromkeys(line(side.suite) for side in (comparison.base, comparison.head))
    return " -> ".join(suites)


def side(one: Side) -> str:
    """A run in a line."""
    commit = f"commit {line(one.commit)[:10]}{'+' if one.is_changed else ''}" if one.commit else ""
    return ", ".join(part for part in (line(one.run_id), line(one.started), commit, line(one.machine)) if part)


def sides(comparison: Comparison) -> tuple[tuple[str, Side], ...]:
    """Both runs, each with what it is called."""
    return ("base", comparison.base), ("head", comparison.head)


def broken(one: Broken) -> str:
    """A case that failed, in one sentence."""
    return f"{line(one.case)} failed in the {one.run}: {line(one.message)}"


def failed_before(comparison: Comparison) -> list[Broken]:
    """The failures that are no news: of cases that failed in the base, too, or only there."""
    news = set(comparison.newly_broken)
    return [one for one in comparison.broken if one not in news]


def broken_before(comparison: Comparison) -> list[str]:
    """The cases that are no news, in a sentence each: those that still fail first."""
    old = failed_before(comparison)
    base = {one.case: one.message for one in old if one.run == "base"}
    head = {one.case: one.message for one in old if one.run == "head"}
    compared = {row.key.group for row in comparison.rows}
    return [
        *(f"{line(case)} fails as in the base: {_both(base[case], message)}" for case, message in head.items()),
        *(
            f"{line(case)} {RECOVERED}{'' if case.rpartition('#')[0] in compared else UNMATCHED}: {line(message)}"
            for case, message in base.items()
            if case not in head
        ),
    ]


def _both(base: str, head: str) -> str:
    return line(head) if line(base) == line(head) else f"{line(head)} (in the base: {line(base)})"


def worst(comparison: Comparison) -> tuple[Row, ...]:
    """All rows that are not unchanged, in the order in which they have to be seen."""
    return comparison.of(*(verdict for verdict in VERDICTS if verdict != "unchanged"))


def left_over(count: int, what: str = "more") -> str:
    """How many do not fit."""
    return f"and {count:,} {what}"


def missing(name: str, allowed: Collection[str]) -> tuple[str, ...]:
    """Sentences for where there is no baseline of a name yet."""
    name = line(name)
    others = f" ({suggestion(name, [line(one) for one in allowed])})" if allowed else ""
    return (
        f"There is no baseline {name} yet{others}.",
        "Nothing was compared, so this passes.",
        f"Make one of a run: {how_to_make(name)}",
    )


def how_to_make(name: str) -> str:
    """The command that gives a run a name."""
    return f"bench baseline set {shlex.quote(line(name))} latest"


def _with(text: str, unit: str) -> str:
    unit = line(unit, 20)
    return f"{text}{'' if unit.startswith('/') else ' '}{unit}" if unit else text


def _word(row: Row, way: float) -> str:
    """How a figure that goes this way is called: positive is worse, or larger where nobody says what is better."""
    worse, better = _words(row)
    return worse if way > 0 else better


def _words(row: Row) -> Iterator[str]:
    if row.unit in ("s", "/s") and row.higher_is_better is not None:
        return iter(("slower", "faster"))
    if row.kind == "quality" and row.higher_is_better is not None:
        return iter(("worse", "better"))
    pair = ("larger", "smaller") if row.unit == "B" else ("more", "less")
    return reversed(pair) if row.higher_is_better else iter(pair)
