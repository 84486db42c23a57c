"""A figure over many runs -> where it changed, and by how much.

Noisy figures are cut as E-divisive does it for MongoDB (Matteson and James 2014; Daly et al. 2020): find the best place
to cut, keep it if a permutation test says that chance hardly cuts as well, go on in both parts. Three things are
different. The statistic is the sum of squares between the two parts, of values that are clipped about their median: one
outlier is no change and hides none. It is computed in windows of many sizes (seeded binary segmentation, Kovács et al.
2023), since what was worse for a week is invisible among a thousand runs. And the level is shared among the windows,
so that it is the chance to find any change in a steady series of any length, whatever the distribution of its noise:
a permutation test needs none. It needs runs that do not depend on each other; a machine that drifts does change.

Figures that repeat exactly, such as a number of parameters, have no noise: their change is told at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil, erfc, exp, sqrt
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

# The chance to find a change where there is none, for a whole series.
LEVEL = 0.005

# So many runs make a level; a change is told when so many runs are past it.
LEAST_RUNS = 3

# The smallest window in which a change is looked for, if there are more runs.
LEAST_WINDOW = 24

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
        places = _kept(series, _cuts(series, 0, len(series)))
    levels = [float(np.median(part)) for part in np.split(series, places)] if places else []
    return [
        ChangePoint(place, before, after, (after - before) / abs(before) if before else None)
        for place, (before, after) in zip(places, pairwise(levels), strict=True)
    ]


def _exact(series: Values) -> list[int] | None:
    """Where a figure that repeats exactly takes another value, for good or as its newest; None if it has noise."""
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
        if (cut := _cut(series[first:last], level)) is not None:
            place = first + cut
            return [*_cuts(series, start, place), place, *_cuts(series, place, end)]
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
    for place, after in pairwise([*places, len(series)]):
        del place
        cut = _cut(series[kept[-1] : after], LEVEL)
        if cut is not None:
            kept.append(kept[-1] + cut)
    return kept[1:]


def _cut(part: Values, level: float) -> int | None:
    """Where a part is best cut in two, if chance cuts as well with at most the probability `level`."""
    if len(part) < 2 * LEAST_RUNS:
        return None
    clipped = _clipped(part)
    gains = _gains(clipped[np.newaxis])[0]
    best = int(gains.argmax())
    if _is_beyond_chance(clipped, gains[best] * (1 - 1e-9), level):
        return LEAST_RUNS + best
    return None


def _clipped(part: Values) -> Values:
    """Values about their median, those far away taken nearer; it does not depend on their order, as the test wants."""
    about = part - np.median(part)
    reach = CLIP * np.median(np.abs(about))
    about = np.clip(about, -reach, reach) if reach > 0 else np.sign(about)
    return about - about.mean()


def _gains(rows: Values) -> Values:
    """The sum of squares between the two parts of each row, for every place at which it can be cut."""
    length = rows.shape[1]
    sizes = np.arange(LEAST_RUNS, length - LEAST_RUNS + 1)
    sums = rows.cumsum(axis=1)[:, LEAST_RUNS - 1 : length - LEAST_RUNS]
    return sums**2 * (length / (sizes * (length - sizes)))


def _is_beyond_chance(values: Values, gain: float, level: float) -> bool:
    """Whether at most a share `level` of all orders of the values can be cut with such a gain.

    What is obvious, Hoeffding's bound tells (1963; a part of the values is drawn without replacement, and the smaller
    part of a cut has at most half of them). Else a sample of orders does, which ends as soon as there are too many.
    """
    if gain <= 0 or erfc(sqrt(OPTIMISM * gain / values.var() / 2)) > level:
        return False  # also at this one place alone, by the normal distribution
    if 2 * len(values) * exp(-gain / np.ptp(values) ** 2) <= level:
        return True
    if _as_good(values[_orders(len(values))], gain) > FIRST_ALLOWED:
        return False
    random = np.random.default_rng(crc32(values.tobytes()))
    wanted, tried, found = ceil((ALLOWED + 1) / level) - 1, 0, 0
    while found <= ALLOWED and tried < wanted:
        count = min(max(BATCH // len(values), 1), wanted - tried)
        found += _as_good(random.permuted(np.tile(values, (count, 1)), axis=1), gain)
        tried += count
    return found <= ALLOWED


def _as_good(rows: Values, gain: float) -> int:
    return int((_gains(rows).max(axis=1) >= gain).sum())


@lru_cache(maxsize=256)
def _orders(length: int) -> NDArray[np.intp]:
    """Orders for a first look, which most steady series do not pass."""
    return np.random.default_rng(length).permuted(np.tile(np.arange(length), (FIRST, 1)), axis=1)
