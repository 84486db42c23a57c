"""A figure over many runs -> where it changed, and by how much.

Noisy figures are cut as E-divisive does it for MongoDB (Matteson and James 2014; Daly et al. 2020): find the best place
to cut, keep it if a permutation test says that chance hardly cuts as well, go on in both parts. Some things are
different. The statistic is the sum of squares between the two parts, of values that are clipped about their median: one
outlier is no change and hides none. It is computed in windows of many sizes (seeded binary segmentation, Kovács et al.
2023), and in few runs with two ends, since what was worse for a week is invisible among many. And the level is shared
among all of these, so that it is the chance to find any change in a steady series of any length, whatever the
distribution of its noise: a permutation test needs none. It needs runs that do not depend on each other; a machine that
drifts does change.

Figures that repeat exactly, such as a number of parameters, have no noise: their change is told at once. A noisy figure
of very few values, such as an accuracy on ten samples, may at first be taken for one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil, comb, erfc, sqrt
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

# The chance to find a change where there is none, for a whole series.
LEVEL = 0.005

# So many runs make a level; a change is told when so many runs are past it.
LEAST_RUNS = 3

# The smallest window in which a change is looked for, if there are more runs.
LEAST_WINDOW = 24

# The part of the level that is spent on what came and went in the middle of so few runs that no window ends within it.
PULSES = 0.2

# The fewest runs in which noise can have a change: chance alone has the clearest cut, in halves, in two orders of so
# many. What came and went takes more.
LEAST_NOISY = next(n for n in range(2 * LEAST_RUNS, LEAST_WINDOW) if 2 / comb(n, n // 2) <= LEVEL * (1 - PULSES))

# Values further from the median than so many standard deviations (of a normal distribution with the same median
# deviation) are taken for as far as that.
CLIP = 3 * 1.4826

# Of a figure that repeats exactly, this part of its values at most, and one more, are outliers.
ALONE = 20

# What is not tried at all: a cut that would be too likely even if its sum of squares were so many times larger.
OPTIMISM = 1.5

# How many orders of the values are tried at a first, cheap look, and how many of them may be cut as well; how many of
# those that are tried then may, and the size of a batch in values.
FIRST, FIRST_ALLOWED = 79, 3
ALLOWED = 1
BATCH = 100_000

Values = NDArray[np.float64]
Gains = Callable[[Values], Values]


@dataclass(frozen=True)
class ChangePoint:
    """Where a figure changed.

    :param index: of the first value at the new level
    :param before: the median of the values since the change before
    :param after: the median of the values up to the next change
    :param change: relative to `before`; None if that is zero
    """

    index: int
    before: float
    after: float
    change: float | None


def change_points(values: Sequence[float]) -> list[ChangePoint]:
    """The changes of a figure, the earliest first.

    The same values have the same answer: what is random in the test is seeded.

    :param values: finite, one for each run, the oldest first
    """
    series = np.asarray(values, dtype=np.float64)
    places = _exact(series)
    if places is None:
        places = [] if too_few(values) else _kept(series, _cuts(series, 0, len(series)))
    levels = [float(np.median(part)) for part in np.split(series, places)] if places else []
    return [
        ChangePoint(place, before, after, (after - before) / abs(before) if before else None)
        for place, (before, after) in zip(places, pairwise(levels), strict=True)
    ]


def too_few(values: Sequence[float]) -> bool:
    """Whether a figure has noise, and so few runs that no change could be told however large it were."""
    return len(values) < LEAST_NOISY and len(set(values)) > 1 and _exact(np.asarray(values, dtype=np.float64)) is None


def _exact(series: Values) -> list[int] | None:
    """Where a figure that repeats exactly takes another value, for good or as its newest; None if it has noise."""
    if not series.size:
        return []
    borders = [0, *(np.flatnonzero(np.diff(series)) + 1).tolist(), len(series)]
    *earlier, newest = pairwise(borders)
    levels = [(start, end) for start, end in earlier if end - start >= LEAST_RUNS]
    outliers = {series[start] for start, end in earlier if end - start < LEAST_RUNS}
    if len(earlier) - len(levels) > 1 + len(series) // ALONE:
        return None
    if series[newest[0]] not in outliers or newest[1] - newest[0] >= LEAST_RUNS:
        levels.append(newest)
    if all(end - start < LEAST_RUNS for start, end in levels):
        return None
    return [start for (before, _), (start, _) in pairwise(levels) if series[start] != series[before]]


def _cuts(series: Values, start: int, end: int) -> list[int]:
    """The places between `start` and `end` where a part of the series is best cut, as long as it should be."""
    for first, last, level in _windows(start, end):
        if (cut := _cut(series[first:last], level * (1 - PULSES))) is not None:
            place = first + cut
            return [*_cuts(series, start, place), place, *_cuts(series, place, end)]
    if end - start < 2 * LEAST_WINDOW:
        return [start + place for place in _pulse(series[start:end], LEVEL * PULSES)]
    return []


def _windows(start: int, end: int) -> Iterator[tuple[int, int, float]]:
    """Windows of a part, the largest first, each overlapping half of the next; with the level of the test in it."""
    length = end - start
    halvings = max(0, (length // LEAST_WINDOW).bit_length() - 1)
    for scale in range(halvings + 1):
        size, count = length >> scale, (2 << scale) - 1
        for number in range(count):
            first = start + (length - size) * number // max(count - 1, 1)
            yield first, first + size, LEVEL / (halvings + 1) / count


def _kept(series: Values, places: list[int]) -> list[int]:
    """Each place looked at again between its neighbours: a cut was made before those to its sides were known."""
    kept = [0]
    for after in [*places[1:], len(series)] if places else []:
        cut = _cut(series[kept[-1] : after], LEVEL)
        if cut is not None:
            kept.append(kept[-1] + cut)
    return kept[1:]


def _cut(part: Values, level: float) -> int | None:
    """Where a part is best cut in two, if chance cuts as well with at most the probability `level`."""
    if len(part) < 2 * LEAST_RUNS:
        return None
    values = _clipped(part)
    gains = _gains_of_cuts(values[:, np.newaxis])[:, 0]
    best = int(gains.argmax())
    sizes = np.arange(LEAST_RUNS, len(part) - LEAST_RUNS + 1)
    return int(sizes[best]) if _is_beyond_chance(values, _gains_of_cuts, gains[best], sizes, level) else None


def _pulse(part: Values, level: float) -> list[int]:
    """Where a part differs most from what is before and after it, if chance makes as much of it as rarely.

    That is circular binary segmentation (Olshen et al. 2004). No cut in two finds what came and went in the middle.
    """
    if len(part) < 3 * LEAST_RUNS:
        return []
    values = _clipped(part)
    gains = _gains_of_pulses(values[:, np.newaxis])[:, 0]
    best = int(gains.argmax())
    starts, ends = _pulses(len(part))
    found = _is_beyond_chance(values, _gains_of_pulses, gains[best], ends - starts, level)
    return [int(starts[best]), int(ends[best])] if found else []


def _clipped(part: Values) -> Values:
    """Values about their median, those far away taken nearer; it does not depend on their order, as the test wants."""
    about = part - np.median(part)
    reach = CLIP * np.median(np.abs(about))
    about = np.clip(about, -reach, reach) if reach > 0 else np.sign(about)
    about /= np.abs(about).max() or 1.0  # squares of large values would overflow
    return about - about.mean()


def _gains_of_cuts(columns: Values) -> Values:
    """The sum of squares between the two parts of each column, for every place at which it can be cut."""
    length = len(columns)
    sizes = np.arange(LEAST_RUNS, length - LEAST_RUNS + 1)[:, np.newaxis]
    sums = columns.cumsum(axis=0)[LEAST_RUNS - 1 : length - LEAST_RUNS]
    return sums**2 * (length / (sizes * (length - sizes)))


def _gains_of_pulses(columns: Values) -> Values:
    """The sum of squares between a stretch in the middle of each column and the rest, for every such stretch."""
    length = len(columns)
    starts, ends = _pulses(length)
    sums = columns.cumsum(axis=0)
    sizes = (ends - starts)[:, np.newaxis]
    return (sums[ends - 1] - sums[starts - 1]) ** 2 * (length / (sizes * (length - sizes)))


@lru_cache(maxsize=2 * LEAST_WINDOW)
def _pulses(length: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where all stretches in the middle start and end; they, and what is before and after, have runs enough."""
    starts, ends = np.triu_indices(length, LEAST_RUNS)
    inner = (starts >= LEAST_RUNS) & (ends <= length - LEAST_RUNS)
    return starts[inner], ends[inner]


def _is_beyond_chance(values: Values, gains: Gains, best: float, sizes: NDArray[np.intp], level: float) -> bool:
    """Whether at most a share `level` of all orders of the values has such a gain, with a part of any of the sizes.

    What is obvious, a bound tells. Else a sample of orders does, which ends as soon as there are too many.
    """
    if best <= 0 or erfc(sqrt(OPTIMISM * best / values.var() / 2)) > level:
        return False  # also at this one place alone, by the normal distribution
    if _bound(values, best, sizes) <= level:
        return True

    def as_good(columns: Values) -> int:
        return int((gains(columns).max(axis=0) >= best * (1 - 1e-9)).sum())  # sums of another order round otherwise

    if as_good(values[_orders(len(values))]) > FIRST_ALLOWED:
        return False
    random = np.random.default_rng(crc32(values.argsort().tobytes()))
    wanted, tried, found = ceil((ALLOWED + 1) / level) - 1, 0, 0
    while found <= ALLOWED and tried < wanted:
        count = min(max(BATCH // len(sizes), 1), wanted - tried)
        found += as_good(random.permuted(np.tile(values[:, np.newaxis], count), axis=0))
        tried += count
    return found <= ALLOWED


def _bound(values: Values, best: float, sizes: NDArray[np.intp]) -> float:
    """More than the share of orders with such a gain: Bernstein's inequality, for each of the sizes.

    It holds for values that are drawn without replacement, too (Hoeffding 1963).
    """
    others = len(values) - sizes
    squares = best * sizes * others / len(values)
    spread = np.minimum(sizes, others) * values.var() + np.abs(values).max() * np.sqrt(squares) / 3
    return float(2 * np.exp(-squares / (2 * spread)).sum())


@lru_cache(maxsize=256)
def _orders(length: int) -> NDArray[np.intp]:
    """Orders for a first look, which most steady series do not pass."""
    return np.random.default_rng(length).permuted(np.tile(np.arange(length)[:, np.newaxis], FIRST), axis=0)
