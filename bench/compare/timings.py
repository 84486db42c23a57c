"""The effect between timings: over processes, since the queries of one process share its fate.

The logarithms of what processes found are held against each other with Welch's t-test. A bootstrap over processes, of
which there are three to ten, would err twice as often as it says with three of them; over the queries, it would be sure
of what only one process is about. Where processes know how fast the machine was meanwhile, the same is asked of their
figures in units of that pace, and both views have to agree.
"""

from collections.abc import Iterator, Mapping
from math import exp, log
from statistics import fmean

from bench.compare.effects import Effect
from bench.compare.estimates import Doubted, Estimate, Student, between, combined
from bench.compare.observed import Observed, Seen
from bench.compare.scales import Ratio

Side = Mapping[int, Seen]


def timing_effect(base: Observed, head: Observed) -> Effect:
    """The effect between two timings: seed by seed where both have the same, else of all processes."""
    scale = Ratio(base.nature.higher_is_better)
    old, new = _matched(base.seeds, head.seeds)
    before, after = (exp(fmean(map(_level, side.values()))) for side in (old, new))
    views = list(_views(old, new, base.nature.follows_pace, scale))
    estimate: Estimate | None = Doubted(views) if len(views) > 1 else next(iter(views), None)
    return Effect(
        base=before,
        head=after,
        scale=scale,
        value=scale.of(before, after),
        estimate=estimate,
        method=_method(old, new, len(views)),
        notes=(*_doubts(old, new), *(() if estimate else ("one process a side: raise measure.processes",))),
    )


def _matched(base: Side, head: Side) -> tuple[Side, Side]:
    """The same seeds of both; where they share none, all processes as if they were of one."""
    common = sorted(base.keys() & head.keys())
    if common:
        return {seed: base[seed] for seed in common}, {seed: head[seed] for seed in common}
    return {0: _pooled(base)}, {0: _pooled(head)}


def _pooled(side: Side) -> Seen:
    every = list(side.values())
    return Seen(
        fmean(one.value for one in every),
        tuple(value for one in every for value in one.processes),
        tuple(pace for one in every for pace in one.paces) if all(one.paces for one in every) else (),
        doubts=tuple(dict.fromkeys(doubt for one in every for doubt in one.doubts)),
    )


def _level(seen: Seen) -> float:
    return fmean(map(log, seen.processes))


def _views(base: Side, head: Side, follows_pace: bool, scale: Ratio) -> Iterator[Student]:
    """The effect as the clock tells it, and in units of the machine's pace."""
    if not all(len(one.processes) > 1 for one in (*base.values(), *head.values())):
        return
    yield _over_seeds([_difference(_logs(base[seed]), _logs(head[seed]), scale) for seed in base])
    if follows_pace and all(one.paces for one in (*base.values(), *head.values())):
        power = 1 if scale.higher_is_better else -1
        yield _over_seeds([_difference(_logs(base[seed], power), _logs(head[seed], power), scale) for seed in base])


def _logs(seen: Seen, power: int = 0) -> list[float]:
    """The logarithms of what the processes found, times this power of the pace."""
    if power == 0:
        return list(map(log, seen.processes))
    return [log(value) + power * log(pace) for value, pace in zip(seen.processes, seen.paces, strict=True)]


def _difference(base: list[float], head: list[float], scale: Ratio) -> Student:
    return between(head, base) if scale.higher_is_better else between(base, head)


def _over_seeds(estimates: list[Student]) -> Student:
    return combined(estimates) if len(estimates) > 1 else estimates[0]


def _method(base: Side, head: Side, views: int) -> str:
    def count(side: Side) -> str:
        counts = sorted({len(one.processes) for one in side.values()})
        return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"

    if not views:
        return "no interval"
    seeds = f", {len(base)} seeds" if len(base) > 1 else ""
    pace = ", also in units of the machine's pace" if views > 1 else ""
    return f"Welch's t over {count(base)} and {count(head)} processes{seeds}{pace}"


def _doubts(base: Side, head: Side) -> Iterator[str]:
    """What either run says against its own figures."""
    for name, side in (("base", base), ("head", head)):
        for doubt in dict.fromkeys(doubt for one in side.values() for doubt in one.doubts):
            yield f"{name}: {doubt}"
