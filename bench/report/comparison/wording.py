"""What every format says of a comparison: figures, changes, intervals, and what to do about what stays open."""

import shlex
from collections.abc import Collection, Iterator

from bench.compare.again import FIGURES
from bench.compare.records import NO_DIRECTION, NOTHING, PASSED, REGRESSED, VERDICTS, Broken, Comparison, Row, Side
from bench.errors import suggestion
from bench.report.formats import joules, number, percent, rough, seconds, size_of
from bench.report.wording import plain

# A name, a message or a note from outside is cut after so many characters.
MOST = 200

HOW_TO_READ = (
    "A change of a timing, or of a fact of a graph, is a share of its base; one of a quality, of how far the base lies "
    "from the best value, where there is one. Intervals have 95 % confidence."
)

_UNITS = {"s": seconds, "J": joules, "B": size_of}


def line(text: str, most: int = MOST) -> str:
    """A text from outside in one line, without control characters, cut where it is too long."""
    text = " ".join(plain(text).split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def figure(value: float, unit: str) -> str:
    """A value with its unit."""
    if unit in _UNITS:
        return _UNITS[unit](value)
    return _with(number(value), unit)


def base_and_head(row: Row) -> tuple[str, str]:
    """Both values of a row, with as many digits as tell them apart."""
    unit = row.unit
    if row.kind == "fact":
        base, head = (_with(f"{value:,.10g}", unit) for value in (row.base, row.head))
    else:
        base, head = figure(row.base, unit), figure(row.head, unit)
        if base == head and row.base != row.head:
            base, head = (_with(f"{value:.8g}", unit) for value in (row.base, row.head))
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
    """Where the true change lies; empty where nothing can be said."""
    if row.interval is None:
        return ""
    low, high = row.interval
    if low < 0 < high:
        return f"{rough(-low)} {_word(row, -1)} to {rough(high)} {_word(row, 1)}"
    near, far = sorted((abs(low), abs(high)))
    word = f" {_word(row, high or low)}" if (row.change > 0) != (high > 0) else ""
    return f"{rough(near)} to {rough(far)}{word}"


def threshold(row: Row) -> str:
    """How much worse a figure may become, and who says so."""
    source = line(row.threshold.source, 60)
    return percent(row.threshold.share) + (f" ({source})" if source else "")


def told(row: Row) -> str:
    """A row in one sentence, without its name."""
    base, head = base_and_head(row)
    parts = [f"{base} -> {head}", change(row)]
    if ends := interval(row):
        parts.append(f"95 % interval {ends}")
    parts.append(f"tolerated {threshold(row)}")
    return line(", ".join(parts), 2 * MOST)


def name(row: Row) -> str:
    """Which figure a row is, in one line."""
    return line(str(row.key))


def remarks(row: Row) -> list[str]:
    """What is to be said of a row besides its figures, in words of ours: they need no escaping."""
    return [
        *(["measured again"] if row.is_remeasured else []),
        *([reason(row)] if row.verdict == "inconclusive" else []),
    ]


def notes(row: Row, most: int = 2) -> list[str]:
    """What the comparison itself notes of a row: first what is not about one run alone, and how much more there is."""
    found = sorted(dict.fromkeys(map(line, row.notes)), key=lambda note: note.startswith(("base: ", "head: ")))
    shown = [note for note in found if note != NO_DIRECTION]
    left = len(shown) - most
    return [*shown[:most], *([left_over(left, f"note{'s' * (left > 1)} more")] if left > 0 else [])]


def reason(row: Row) -> str:
    """Why a row is inconclusive, and what would decide it."""
    found = remedy(row)
    return f"{_why(row)}; it takes {found}" if found else _why(row)


def remedy(row: Row) -> str:
    """What would decide an inconclusive row; empty where measuring again does not."""
    if row.kind == "fact" or row.higher_is_better is None:
        return ""
    if row.kind == "quality":
        return "more `seeds`"
    if row.is_remeasured or row.key.name not in FIGURES:
        return "more `measure.processes`, or a quieter machine"
    return "`--remeasure`, which times both runs' graphs anew, in turn"


def advice(comparison: Comparison) -> str:
    """What would decide the inconclusive rows; empty where there are none."""
    found = dict.fromkeys(filter(None, map(remedy, comparison.of("inconclusive"))))
    return f"What is inconclusive takes {'; '.join(found)}." if found else ""


def _why(row: Row) -> str:
    if row.higher_is_better is None:
        return NO_DIRECTION
    if row.interval is None:
        return "too little data to tell"
    if row.interval[0] > row.threshold.share or row.interval[1] < -row.threshold.share:
        return "among so many figures, chance may explain it"
    if row.detectable is None or row.detectable <= row.threshold.share:
        return f"the interval reaches across the tolerated {percent(row.threshold.share)}"
    return f"so much data finds changes from {rough(row.detectable)} on, tolerated are {percent(row.threshold.share)}"


def summary(comparison: Comparison) -> str:
    """How many figures have which verdict: `2 regressed, 1 inconclusive, 3 improved, 120 unchanged`."""
    counts = [f"{count:,} {verdict}" for verdict, count in comparison.counts.items() if count]
    cases, new, vanished = len(comparison.newly_broken), len(comparison.new), len(comparison.vanished)
    more = [
        *([f"{cases:,} case{'s' * (cases > 1)} failed"] if cases else []),
        *([f"{new:,} new"] if new else []),
        *([f"{vanished:,} vanished"] if vanished else []),
    ]
    return "; ".join([", ".join(counts) or "nothing to compare", *more])


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
    commit = f"commit {line(one.commit)[:10]}" if one.commit else ""
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
