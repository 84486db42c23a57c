"""Change points: what is steady is left alone, what changes is found, whatever the noise; seeds are fixed."""

import time
from itertools import pairwise
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import permutation_test

from bench.compare.change_points import (
    LEAST_NOISY,
    LEAST_RUNS,
    LEVEL,
    _bound,
    _clipped,
    _gains_of_cuts,
    _gains_of_pulses,
    _is_beyond_chance,
    _pulses,
    change_points,
    too_few,
)

NOISE = {
    "normal": lambda random, n: 1 + 0.05 * random.normal(size=n),
    "lognormal": lambda random, n: random.lognormal(0, 0.5, size=n),
    "heavy-tailed": lambda random, n: random.standard_t(2, size=n),  # its variance is infinite
}


def places(values):
    return [change.index for change in change_points(values)]


def most_of(trials, chance=LEVEL):
    """How many of independent trials with this chance there are at most, but for one time in some ten thousand."""
    return trials * chance + 4 * np.sqrt(trials * chance)


@pytest.mark.parametrize(("length", "trials"), [(25, 1500), (120, 250)])
@pytest.mark.parametrize("noise", NOISE)
def test_of_two_hundred_steady_series_at_most_one_changes(noise, length, trials):
    random = np.random.default_rng(1)
    assert sum(bool(places(NOISE[noise](random, length))) for _ in range(trials)) <= most_of(trials)


def test_one_outlier_is_no_change_wherever_it_is_and_however_large():
    random = np.random.default_rng(2)

    def spoiled():
        values = NOISE["normal"](random, 30)
        values[random.integers(30)] *= random.choice([0.01, 1.5, 3, 100])
        return values

    assert sum(bool(places(spoiled())) for _ in range(1500)) <= most_of(1500)


@pytest.mark.parametrize(("before", "after", "share"), [(20, 5, 0.9), (10, 5, 0.7), (50, 4, 0.85), (30, 3, 0.7)])
def test_a_step_of_a_fifth_under_noise_of_a_twentieth_is_found_after_few_runs(before, after, share):
    random = np.random.default_rng(3)
    found = 0
    for _ in range(120):
        values = np.repeat([1.0, 1.2], [before, after]) * NOISE["normal"](random, before + after)
        near = [place for place in places(values) if abs(place - before) <= 1]
        found += len(near) == 1
    assert found >= 120 * share


@pytest.mark.parametrize("noise", [0.01, 0.05])
def test_levels_are_found_where_they_begin_with_their_medians(noise):
    random = np.random.default_rng(4)
    levels, lengths = [1.0, 1.3, 1.0, 0.7], [40, 25, 60, 15]
    values = np.repeat(levels, lengths) * (1 + noise * random.normal(size=sum(lengths)))
    changes = change_points(values)
    for change, place, (before, after) in zip(changes, np.cumsum(lengths), pairwise(levels), strict=False):
        assert abs(change.index - place) <= 1
        assert (change.before, change.after) == (pytest.approx(before, rel=0.05), pytest.approx(after, rel=0.05))
        assert change.change == (change.after - change.before) / change.before
    assert len(changes) == 3


def test_an_outlier_hides_no_change():
    random = np.random.default_rng(5)
    values = np.repeat([1.0, 1.2], 20) * NOISE["normal"](random, 40)
    values[11] *= 10
    assert places(values) == [20]


@pytest.mark.parametrize(("length", "pulse"), [(30, 10), (45, 8), (1000, 12)])
def test_what_came_and_went_is_found(length, pulse):
    random = np.random.default_rng(6)
    start = (length - pulse) // 2
    values = NOISE["normal"](random, length)
    values[start : start + pulse] *= 1.25
    found = places(values)
    assert len(found) == 2
    assert np.abs(np.array(found) - [start, start + pulse]).max() <= 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 5, 5, 6], [3]),  # at once
        ([5, 5, 6], []),  # twice is no constant yet
        ([5, 5, 5, 6, 6, 6, 6, 5], [3, 7]),
        ([5] * 9 + [6] * 4 + [5] * 9, [9, 13]),
        ([5] * 9 + [9] + [5] * 9, []),  # an outlier
        ([5] * 9 + [9] + [5] * 9 + [9], []),  # it is one again
        ([5] * 9 + [9] + [6] * 9, [10]),
        ([0, 0, 0, 1], [3]),
        ([7.0] * 50, []),
        ([1, 2], []),
        ([1], []),
        ([], []),
    ],
)
def test_a_figure_that_repeats_exactly_changes_at_once(values, expected):
    assert places(values) == expected


def test_from_zero_nothing_has_a_share():
    (change,) = change_points([0, 0, 0, 2])
    assert (change.before, change.after, change.change) == (0, 2, None)


def test_of_a_negative_figure_more_is_more():
    (change,) = change_points([-4, -4, -4, -2])
    assert change.change == 0.5


numbers = st.floats(-1e6, 1e6) | st.floats(-1e300, 1e300)


@given(st.lists(numbers, max_size=40) | st.lists(st.integers(0, 3), max_size=40))
def test_changes_are_in_order_between_levels_and_always_the_same(values):
    changes = change_points(values)
    assert changes == change_points(values)
    borders = [0, *(change.index for change in changes), len(values)]
    assert all(end > start for start, end in pairwise(borders)) or not values
    for (start, place), change, end in zip(pairwise(borders), changes, borders[2:], strict=False):
        assert change.before == np.median(values[start:place])
        assert change.after == np.median(values[place:end])
        assert place - start >= LEAST_RUNS


@given(st.integers(0, 1000), st.sampled_from([0.125, 1024.0]))
def test_another_unit_changes_nothing(seed, factor):
    random = np.random.default_rng(seed)
    values = np.repeat([1.0, 1.2], [14, 6]) * NOISE["normal"](random, 20)
    assert places(values) == places(factor * values)


@pytest.mark.parametrize(("gains", "shift"), [(_gains_of_cuts, 2.2), (_gains_of_cuts, 2.6), (_gains_of_pulses, 2.8)])
def test_it_decides_as_the_permutation_test_of_scipy_does(gains, shift):
    random = np.random.default_rng(7)
    middle = np.arange(20) // 7 if gains is _gains_of_pulses else np.arange(20) // 12
    values = _clipped(random.normal(size=20) + shift * (middle == 1))
    own = gains(values[:, np.newaxis])[:, 0]
    sizes = np.arange(3, 18) if gains is _gains_of_cuts else np.subtract(*_pulses(20)[::-1])

    def best(sample, axis):
        return gains(sample.reshape(-1, 20).T).max(axis=0).reshape(sample.shape[:-1])

    options = {"permutation_type": "pairings", "vectorized": True, "n_resamples": 19_999, "alternative": "greater"}
    probability = permutation_test((values,), best, **options, rng=random).pvalue
    assert 1e-4 < probability < 1e-2  # neither obvious nor hopeless
    assert _is_beyond_chance(values, gains, own.max(), sizes, 5 * probability)
    assert not _is_beyond_chance(values, gains, own.max(), sizes, probability / 5)


@pytest.mark.parametrize("half", [3, 4, 5])
def test_what_chance_makes_of_few_runs_is_no_change_however_clear(half):
    values = _clipped(np.repeat([6.0, 24.0], half) + 0.01 * np.arange(2 * half))
    best = _gains_of_cuts(values[:, np.newaxis]).max()
    assert not _is_beyond_chance(values, _gains_of_cuts, best, np.arange(3, 2 * half - 2), 0.1 / comb(2 * half, half))


def test_from_so_many_runs_on_the_clearest_change_of_noise_is_told_and_never_before():
    for length in range(2, 20):
        half = length // 2
        values = np.repeat([6.0, 24.0], [half, length - half]) + 0.01 * np.arange(length)
        assert (places(values), too_few(values)) == (([], True) if length < LEAST_NOISY else ([half], False))
    assert LEAST_NOISY == 12


def test_no_number_of_runs_is_too_few_where_figures_repeat_exactly():
    assert not any(too_few(values) for values in ([], [5], [5, 5], [5, 5, 5, 6], [5] * 9))


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_what_a_bound_calls_obvious_is_rarer_than_it_says(share):
    random = np.random.default_rng(9)
    values = _clipped(random.normal(size=100) + 2 * (np.arange(100) < 100 * share))
    gains = _gains_of_cuts(random.permuted(np.tile(values[:, np.newaxis], 5000), axis=0)).max(axis=0)
    for best in np.quantile(gains, [0.9, 0.99, 0.999]):
        assert _bound(values, best, np.arange(3, 98)) >= np.mean(gains >= best)
    assert _bound(values, 100 * values.var(), np.arange(3, 98)) < 0.01


@pytest.mark.parametrize("levels", [1, 5])
def test_a_thousand_runs_take_less_than_a_fifth_of_a_second(levels):
    random = np.random.default_rng(8)
    values = np.repeat(1 + 0.2 * (np.arange(levels) % 2), 1000 // levels) * NOISE["normal"](random, 1000)
    assert len(places(values)) == levels - 1
    took = []
    for _ in range(3):
        began = time.process_time()
        change_points(values)
        took.append(time.process_time() - began)
    assert min(took) < 0.2
