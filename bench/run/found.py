"""What one timing process finds for those after it: the best batch size, and a server's rates."""

from collections.abc import Sequence
from dataclasses import replace

from bench.run.rows import Part
from bench.timing.request import Load
from bench.timing.server import LADDER, SHARED


def is_ready(load: Load) -> bool:
    """Whether a load can be measured: LoadGen measures a server and offline as bench's own have been found."""
    return load.instrument == "bench" or not finds(load)


def finds(load: Load) -> bool:
    """Whether a process that is asked for this load finds something: a server's rates, or the best batch size."""
    return is_searched(load) or len(load.batch_sizes) > 1


def is_searched(load: Load) -> bool:
    """Whether a process that is asked for this load searches for a server's rates."""
    return load.scenario == "server" and (load.search or not load.rates_per_s)


def loads_after(loads: Sequence[Load], parts: Sequence[Part], bound_s: float, may_search: bool) -> list[Load]:
    """The loads as the next process gets them.

    :param parts: what the last process has measured
    :param bound_s: what a server's 99th percentile has to keep
    :param may_search: whether the next process may search for a server's rates, if this one keeps all or none of them
    """
    found: dict[tuple[str, int | None], list[Part]] = {}
    for part in parts:
        if loads[part.load].instrument == "bench":
            found.setdefault(_kind(loads[part.load]), []).append(part)
    return [_with(load, found[_kind(load)], bound_s, may_search) if _kind(load) in found else load for load in loads]


def _kind(load: Load) -> tuple[str, int | None]:
    """What bench's own load and LoadGen's have in common."""
    return load.scenario, load.length


def _with(load: Load, parts: Sequence[Part], bound_s: float, may_search: bool) -> Load:
    """A load with what bench's own parts of its kind have found."""
    if load.scenario == "offline":
        return replace(load, batch_sizes=(parts[0].answer.batch_size,))
    if load.scenario != "server":
        return load
    rates = tuple(part.answer.rate_per_s or 0.0 for part in parts)
    kept = [part.keeps(bound_s) for part in parts]
    search = may_search and (all(kept) or not any(kept))
    if load.instrument == "bench":
        return replace(load, rates_per_s=rates, search=search)
    return replace(load, rates_per_s=() if search else (rates[LADDER.index(SHARED)],))
