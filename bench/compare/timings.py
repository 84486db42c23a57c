"""The effect between timings: over processes, since the queries of one process share its fate.

The logarithms of what processes found are held against each other with Welch's t-test. A bootstrap over processes, of
which there are three to ten, would err twice as often as it says with three of them; over the queries, it would be sure
of what only one process is about. Where processes know how fast the machine was meanwhile, the same is asked of their
figures in units of that pace, and both views have to agree.

A server's highest rate is known only to lie between two that were tried, and each run has a ladder of its own: often
all processes of a run end on one rung, which looks like no noise at all. So the same is asked with either side as high
as it may be.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import exp, log

from bench.compare.effects import Effect
from bench.compare.estimates import Doubted, Estimate, Student, between, combined
from bench.compare.observed import Observed, Seen
from bench.compare.scales import Ratio

Side = Mapping[int, Seen]

# Of each seed, the logarithm of what each process found.
Logs = Sequence[Sequence[float]]

ONE_PROCESS = "one process a side: raise measure.processes"


def timing_effect(base: Observed, head: Observed) -> Effect:
    """The effect between two timings: seed by seed where both have the same, else of all processes."""
    scale = Ratio(base.nature.higher_is_better)
    old, new = _matched(base.seeds, head.seeds)
    logs = _logs(old), _logs(new)
    before, after = (exp(_mean([_mean(seed) for seed in side])) for side in logs)
    others, words = _other_views(old, new, logs, scale)
    views = [_over_seeds(scale, *pair) for pair in (logs, *others)] if _have_partners(logs) else []
    estimate: Estimate | None = Doubted(views) if len(views) > 1 else next(iter(views), None)
    return Effect(
        base=before,
        head=after,
        scale=scale,
        value=scale.of(before, after),
        estimate=estimate,
        method=_method(old, new) + words if views else "no interval",
        notes=(*_doubts(old, new), *(() if estimate else (ONE_PROCESS,))),
    )


def _logs(side: Side) -> Logs:
    return [list(map(log, seen.processes)) for seen in side.values()]


def _have_partners(logs: tuple[Logs, Logs]) -> bool:
    """Whether no process stands alone: of one, nobody knows how far others lie from it."""
    return all(len(seed) > 1 for side in logs for seed in side)


def _matched(base: Side, head: Side) -> tuple[Side, Side]:
    """The same seeds of both; where they share none, all processes as if they were of one."""
    common = sorted(base.keys() & head.keys())
    if common:
        return {seed: base[seed] for seed in common}, {seed: head[seed] for seed in common}
    return {0: _pooled(base)}, {0: _pooled(head)}


def _pooled(side: Side) -> Seen:
    every = list(side.values())
    return Seen(
        _mean([one.value for one in every]),
        tuple(value for one in every for value in one.processes),
        tuple(pace for one in every for pace in one.paces) if all(one.paces for one in every) else (),
        tuple(step for one in every for step in one.steps),
        doubts=tuple(dict.fromkeys(doubt for one in every for doubt in one.doubts)),
    )


def _other_views(base: Side, head: Side, logs: tuple[Logs, Logs], scale: Ratio) -> tuple[list[tuple[Logs, Logs]], str]:
    """What has to tell the same as the figures themselves, of both sides, and in words what it is."""
    every = [seen for side in (base, head) for seen in side.values()]
    if all(seen.paces for seen in every):
        paced = _paced(base, logs[0], scale), _paced(head, logs[1], scale)
        return [paced], ", also in units of the machine's pace"
    if any(seen.steps for seen in every):
        raised = _raised(base, logs[0]), _raised(head, logs[1])
        return [(raised[0], logs[1]), (logs[0], raised[1])], ", each up to the next rate that was tried"
    return [], ""


def _paced(side: Side, logs: Logs, scale: Ratio) -> Logs:
    """The logarithms of durations in units of the pace, or of figures that fall as it grows."""
    sign = 1 if scale.higher_is_better else -1
    return [
        [value + sign * log(pace) for value, pace in zip(own, seen.paces, strict=True)]
        for seen, own in zip(side.values(), logs, strict=True)
    ]


def _raised(side: Side, logs: Logs) -> Logs:
    """The logarithms of the lowest rates that the processes did not keep."""
    return [
        [value + log(step) for value, step in zip(own, seen.steps, strict=True)]
        for seen, own in zip(side.values(), logs, strict=True)
    ]


def _over_seeds(scale: Ratio, base: Logs, head: Logs) -> Student:
    pairs = zip(head, base, strict=True) if scale.higher_is_better else zip(base, head, strict=True)
    estimates = [between(*pair) for pair in pairs]
    return combined(estimates) if len(estimates) > 1 else estimates[0]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _method(base: Side, head: Side) -> str:
    def count(side: Side) -> str:
        counts = sorted({len(one.processes) for one in side.values()})
        return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"

    seeds = f", {len(base)} seeds" if len(base) > 1 else ""
    return f"Welch's t over {count(base)} and {count(head)} processes{seeds}"


def _doubts(base: Side, head: Side) -> Iterator[str]:
    """What either run says against its own figures."""
    for name, side in (("base", base), ("head", head)):
        for doubt in dict.fromkeys(doubt for one in side.values() for doubt in one.doubts):
            yield f"{name}: {doubt}"
