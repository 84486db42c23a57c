"""The effect between qualities: over seeds, and over rows of the test set, in pairs where both were asked the same."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from math import ceil, sqrt
from pathlib import Path
from statistics import fmean

import numpy as np

from bench.compare.effects import NONE, Effect
from bench.compare.estimates import Doubted, Drawn, Estimate, Student, between, combined, paired
from bench.compare.observed import Observed, Seen
from bench.compare.scales import Difference, quality_scale

# How often a bootstrap draws, and from how many blocks of rows at most: more would cost much and tell little.
DRAWS, BLOCKS = 2000, 1000

# Figures that differ by less than this share of the largest are the same but for rounding.
NEAR = 1e-9

# From so many seeds on, they tell how much training varies: of two, Student's t says next to nothing.
LEAST_SEEDS = 3

# Fewer blocks of rows than this may all differ by the same, and look certain.
LEAST_BLOCKS = 6

ROWS = "bootstrap of paired rows"

FEW_SEEDS = "seeds: {count}, from three on how much training itself varies is in the interval"
TOO_LITTLE = "one seed, and no scores of single rows: nobody can tell a change from chance; run more seeds"
ONE_A_SIDE = "one seed a side: how much training varies is not known; run more seeds"
ONE_STEP = "all seeds differ by the same, as a figure of few values does by chance: run more seeds"
OTHER_SEEDS = "the seeds differ"
OTHER_DATA = "the test sets differ"
NO_ROWS = "no scores of single rows, or too few"
UNSAMPLED = "how far other rows would move it is not known: {error}"
NO_SPREAD = "neither seeds nor rows tell how far chance moves it"


def quality_effect(base: Observed, head: Observed) -> Effect:
    """The effect between two qualities."""
    common = sorted(base.seeds.keys() & head.seeds.keys())
    old, new = ([side.seeds[seed] for seed in common] or list(side.seeds.values()) for side in (base, head))
    before, after = fmean(one.value for one in old), fmean(one.value for one in new)
    scale = quality_scale(base.nature.higher_is_better, base.nature.best, before, after)
    asked_the_same = all(a.asked == b.asked for a, b in zip(old, new, strict=False))
    notes = (*(() if common else (OTHER_SEEDS,)), *(() if asked_the_same else (OTHER_DATA,)))
    if common and asked_the_same:
        estimate, method, more = _of_partners(old, new, scale)
    elif asked_the_same:
        estimate, method, more = _of_strangers(old, new, scale)
    else:
        estimate, method, more = _of_other_data(old, new, scale)
    return Effect(before, after, scale, scale.of(before, after), estimate, method, (*notes, *more))


_Found = tuple[Estimate | None, str, tuple[str, ...]]


def _of_partners(base: Sequence[Seen], head: Sequence[Seen], scale: Difference) -> _Found:
    """Of the same seeds on the same test set."""
    differences = [scale.of(a.value, b.value) for a, b in zip(base, head, strict=True)]
    count = len(differences)
    rows, trouble = _of_rows(base, head, scale)
    if rows is not None and count < LEAST_SEEDS:
        return rows, ROWS, trouble if rows is NONE else (FEW_SEEDS.format(count=count), *trouble)
    if rows is not None:
        return _of_both(paired(differences), rows, base), f"paired t over {count} seeds, and {ROWS}", trouble
    if count > 1 and _is_one_step(base, differences):
        return None, "no interval", (ONE_STEP, *trouble)
    if count > 1:
        return paired(differences), f"paired t over {count} seeds", trouble
    if differences[0] == 0:
        return NONE, "the same value", trouble
    return None, "no interval", (TOO_LITTLE, *trouble)


def _of_both(seeds: Student, rows: Drawn | Student, base: Sequence[Seen]) -> Doubted:
    """What seeds and rows say together.

    Rows that all seeds were asked move them alike, which no spread of seeds tells: the one error comes on top of the
    other. The sum has more degrees of freedom than few seeds have, so that each by itself has to agree.
    """
    views: list[Estimate] = [seeds, rows]
    if isinstance(rows, Drawn) and len({one.asked for one in base}) == 1:
        views.insert(0, combined([seeds, replace(rows.student, value=0.0)], is_sum=True))
    return Doubted(views)


def _is_one_step(base: Sequence[Seen], differences: Sequence[float]) -> bool:
    """Whether seeds that lie apart have all moved by the same: then nothing tells how far they move by chance.

    A share of a hundred rows has a hundred values, and moves in their steps. Where all seeds have the same figure, as
    those of what is not drawn at random do, it is no coincidence.
    """
    values = [one.value for one in base]
    near = NEAR * max(map(abs, values))
    is_moved, is_same = any(abs(one) > near for one in differences), max(differences) - min(differences) <= near
    return is_moved and is_same and max(values) - min(values) > near


def _of_strangers(
    base: Sequence[Seen], head: Sequence[Seen], scale: Difference
) -> tuple[Student | None, str, tuple[str, ...]]:
    """Of seeds that are no partners."""
    if min(len(base), len(head)) < 2:
        return None, "no interval", (ONE_A_SIDE,)
    old, new = ([one.value for one in side] for side in (base, head))
    estimate = between(new, old) if scale.higher_is_better else between(old, new)
    return estimate, f"Welch's t over {len(old)} and {len(new)} seeds", ()


def _of_other_data(base: Sequence[Seen], head: Sequence[Seen], scale: Difference) -> _Found:
    """On other test sets.

    Each is a sample, and its rows move all seeds that were asked them alike: no spread of seeds tells how far. So the
    error of the rows' mean comes on top of that of the seeds. What a row is to one seed alone is in both, which errs on
    the wide side. Where few seeds lie close by chance, the sum would be too sure: seeds by themselves have to agree.
    """
    by_seeds, method, notes = _of_strangers(base, head, scale)
    if by_seeds is None:
        return None, method, notes
    try:
        moved = [*_moved_by_rows(base), *_moved_by_rows(head)]
    except (OSError, ValueError) as error:
        moved, notes = [], (UNSAMPLED.format(error=error),)
    whole = combined([by_seeds, *moved], is_sum=True)
    if whole.error <= NEAR * max(abs(one.value) for one in (*base, *head)):
        return None, "no interval", (NO_SPREAD, *notes)
    if not moved:
        return by_seeds, method, notes
    return Doubted([whole, by_seeds]), f"{method}, and the rows of their test sets", notes


def _moved_by_rows(side: Sequence[Seen]) -> Iterator[Student]:
    """How far each test set may have moved the mean of a side.

    Nothing where each seed has a test set of its own: what lies between seeds lies between these, too.

    :raises OSError: if scores cannot be read
    :raises ValueError: if there are too few, or they are damaged
    """
    sets: dict[str, list[Seen]] = {}
    for one in side:
        sets.setdefault(one.asked, []).append(one)
    if len(sets) == len(side):
        return
    for seeds in sets.values():
        mean = _mean_of_rows([_scores(one.scores) for one in seeds if one.scores is not None])
        yield Student(0.0, mean.error * len(seeds) / len(side), mean.freedom)


def _mean_of_rows(scores: Sequence[np.ndarray]) -> Student:
    """The mean over a test set, whose rows are a sample, in blocks as a bootstrap draws them.

    :param scores: of the same rows with each seed
    :raises ValueError: if there are too few
    """
    rows = np.mean(scores, axis=0) if scores else np.zeros(1)
    off = np.bincount(_blocks(len(rows)), rows - rows.mean())
    count = len(off)
    if count < LEAST_BLOCKS:
        raise ValueError(NO_ROWS)
    error = float(np.linalg.norm(off)) * sqrt(count / (count - 1)) / len(rows)
    return Student(float(rows.mean()), error, count - 1)


def _of_rows(
    base: Sequence[Seen], head: Sequence[Seen], scale: Difference
) -> tuple[Drawn | Student | None, tuple[str, ...]]:
    """A bootstrap of the rows' differences; None where some are not there, with the reason if they should be."""
    paths = [(a.scores, b.scores) for a, b in zip(base, head, strict=True)]
    try:
        found = [_differences(a, b, scale) for a, b in paths if a is not None and b is not None]
    except (OSError, ValueError) as error:
        return None, (f"scores of single rows cannot be read: {error}",)
    if len(found) < len(paths) or any(_blocks(len(one))[-1] + 1 < LEAST_BLOCKS for one in found):
        return None, ()
    if len({one.asked for one in base}) == 1 and len({len(one) for one in found}) == 1:
        found = [np.mean(found, axis=0)]  # the same rows with every seed: they are drawn together
    return bootstrap(found), ()


def bootstrap(differences: Sequence[np.ndarray]) -> Drawn | Student:
    """The mean of several test sets' mean differences, where the rows of each are a sample.

    :param differences: of each test set, how much worse each row is; `LEAST_BLOCKS` of them at least
    """
    if not any(one.any() for one in differences):
        return NONE
    drawn = [_drawn(one, seed) for seed, one in enumerate(differences)]
    freedom = min(int(_blocks(len(one))[-1]) for one in differences)
    return Drawn(fmean(float(one.mean()) for one in differences), np.mean(drawn, axis=0), freedom)


def _differences(base: Path, head: Path, scale: Difference) -> np.ndarray:
    """How much worse each row is.

    :raises ValueError: if the two are not of the same rows
    """
    old, new = _scores(base), _scores(head)
    if old.shape != new.shape:
        raise ValueError(f"{head} has the shape {new.shape}, {base} {old.shape}")
    return old - new if scale.higher_is_better else new - old


def _scores(path: Path) -> np.ndarray:
    """:raises ValueError: if the file is damaged; `numpy.load` would take it for something else, and raise whatever."""
    with path.open("rb") as file:
        scores = np.lib.format.read_array(file, allow_pickle=False).astype(np.float64)
    if scores.ndim != 1 or not len(scores):
        raise ValueError(f"{path} has the shape {scores.shape}")
    if not np.isfinite(scores).all():
        raise ValueError(f"{path} holds what is no finite number")
    return scores


def _drawn(differences: np.ndarray, seed: int) -> np.ndarray:
    """The mean in each of `DRAWS` samples that are drawn from the differences with replacement.

    Neighbours in a test set may be alike, as days in a row or pieces of a text are: whole blocks of them are drawn,
    which is as good where they are not. Carlstein 1986, "The use of subseries values for estimating the variance of a
    general statistic from a stationary sequence", doi:10.1214/aos/1176350057, with blocks of the cube root of all.
    """
    blocks = _blocks(len(differences))
    sums, counts = np.bincount(blocks, differences), np.bincount(blocks)
    times = _times(len(counts), seed)
    return (times @ sums) / (times @ counts.astype(np.float64))


def _blocks(rows: int) -> np.ndarray:
    """The block of each row."""
    return np.arange(rows) // max(round(rows ** (1 / 3)), ceil(rows / BLOCKS))


@lru_cache(maxsize=4)
def _times(count: int, seed: int) -> np.ndarray:
    """How often each sample has each of so many blocks."""
    drawn = np.random.default_rng(seed).integers(0, count, (DRAWS, count))
    drawn += count * np.arange(DRAWS)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=DRAWS * count).reshape(DRAWS, count).astype(np.float64)
