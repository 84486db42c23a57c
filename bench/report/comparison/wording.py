"""What every format says of a comparison as a whole: what it ends with, its runs, its cases, its places."""

import shlex
from collections.abc import Collection, Sequence

from bench.compare.records import BY_ITSELF, NOTHING, PASSED, REGRESSED, VERDICTS, Broken, Comparison, Key, Row, Side
from bench.errors import suggestion
from bench.report.comparison.lines import line
from bench.report.formats import counted

# What is to be said of a case that failed in the base and no longer does; also, if no row has figures of its group.
RECOVERED = "failed in the base alone"

UNMATCHED = "; its figures in the head are compared with none"

# So many figures of a place are named where there is little room.
NAMED = 3


def places(keys: Collection[Key], named: int = NAMED) -> list[str]:
    """Figures, place by place: how many there are, and the names of some.

    :param named: of so many at a place
    """
    return [_at(*where, names, named) for where, names in by_place(keys).items()]


def by_place(keys: Collection[Key]) -> dict[tuple[str, str], list[str]]:
    """The names of figures by the cases that they are of and the place there."""
    found: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        found.setdefault(key.place_of_group, []).append(line(key.name))
    return found


def _at(group: str, place: str, names: Sequence[str], named: int) -> str:
    where = f"{line(group)}, {line(place)}" if place else line(group)
    if len(names) == 1:
        return f"{names[0]} of {where}"
    more = " ..." if len(names) > named else ""
    return f"{len(names):,} figures of {where} ({', '.join(names[:named])}{more})"


def summary(comparison: Comparison) -> str:
    """How many figures have which verdict: `2 regressed, 1 inconclusive, 3 improved, 120 unchanged`."""
    suspects = sum(map(_looks_worse, comparison.of("inconclusive")))
    told = {"inconclusive": f" ({suspects:,} would be regressed alone)" if suspects else ""}
    counts = [f"{count:,} {verdict}{told.get(verdict, '')}" for verdict, count in comparison.counts.items() if count]
    cases, new, vanished = len(comparison.newly_broken), len(comparison.new), len(comparison.vanished)
    in_both = sum(one.run == "head" for one in failed_before(comparison))
    in_base = len(failed_before(comparison)) - 2 * in_both
    more = [
        *([f"{counted(cases, 'case')} failed"] if cases else []),
        *([f"{in_both:,} fail{'s' * (in_both == 1)} as in the base"] if in_both else []),
        *([f"{in_base:,} failed in the base alone"] if in_base else []),
        *([f"{new:,} new"] if new else []),
        *([f"{vanished:,} vanished"] if vanished else []),
    ]
    return "; ".join([", ".join(counts) or "nothing to compare", *more])


def _looks_worse(row: Row) -> bool:
    """Whether a figure would be called regressed if it were the only one: it passes, and is not to be passed over."""
    return row.change > 0 and any(note.startswith(BY_ITSELF) for note in row.notes)


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
