"""Intervals and p-values against those of scipy.stats."""

from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from bench.compare.estimates import POWER, TAIL, Doubted, Drawn, Estimate, Student, between, combined, paired

SAMPLES = st.lists(st.integers(-1000, 1000).map(lambda number: number / 100), min_size=2, max_size=12)
EFFECTS = st.floats(-5, 5)
TAILS = st.sampled_from([1e-4, 0.005, 0.025, 0.1, 0.3])


def drawn(value: float = 0.3, deviation: float = 1.0, seed: int = 0, freedom: float = inf) -> Drawn:
    draws = np.random.default_rng(seed).normal(value, deviation, 4000)
    return Drawn(value, draws, freedom)


STUDENTS = st.builds(Student, EFFECTS, st.floats(0.01, 5), st.sampled_from([1, 1.7, 2, 4.5, 30, inf]))
ESTIMATES: st.SearchStrategy[Estimate] = st.one_of(
    STUDENTS,
    st.builds(drawn, EFFECTS, st.floats(0.1, 3), st.integers(0, 3), st.sampled_from([1, 9, inf])),
    st.builds(Doubted, st.tuples(STUDENTS, STUDENTS)),
)


def varies(values: list[float]) -> bool:
    return len(set(values)) > 1


class TestAgainstScipy:
    @given(SAMPLES, SAMPLES, EFFECTS, TAILS)
    def test_between_is_welchs_t_test(self, base, head, bound, tail):
        assume(varies(base) and varies(head))
        found, there = between(base, head), stats.ttest_ind(head, base, equal_var=False)
        expected = there.confidence_interval(1 - 2 * tail)
        assert found.freedom == pytest.approx(there.df)
        assert found.interval(tail) == pytest.approx((expected.low, expected.high))
        moved = [value - bound for value in head]
        for alternative, p in (("greater", found.p_above(bound)), ("less", found.p_below(bound))):
            right = stats.ttest_ind(moved, base, equal_var=False, alternative=alternative).pvalue
            assert p == pytest.approx(right, rel=1e-6, abs=1e-12)

    @given(SAMPLES, st.data(), TAILS)
    def test_paired_is_the_t_test_of_pairs(self, base, data, tail):
        head = data.draw(st.lists(st.integers(-1000, 1000).map(float), min_size=len(base), max_size=len(base)))
        differences = [new - old for old, new in zip(base, head, strict=True)]
        assume(varies(differences))
        found, there = paired(differences), stats.ttest_rel(head, base, alternative="greater")
        both = stats.ttest_rel(head, base).confidence_interval(1 - 2 * tail)
        assert found.p_above(0) == pytest.approx(there.pvalue, rel=1e-6, abs=1e-12)
        assert found.interval(tail) == pytest.approx((both.low, both.high), rel=1e-6, abs=1e-9)

    @given(SAMPLES, EFFECTS)
    def test_paired_is_the_t_test_of_one_sample(self, values, bound):
        assume(varies(values))
        found = paired(values)
        for alternative, p in (("greater", found.p_above(bound)), ("less", found.p_below(bound))):
            right = stats.ttest_1samp(values, bound, alternative=alternative).pvalue
            assert p == pytest.approx(right, rel=1e-6, abs=1e-12)

    @pytest.mark.parametrize("unit", [1e-200, 1e200])
    @pytest.mark.parametrize("estimate", [paired, lambda values: between([0.0, 0.0], values)])
    def test_the_unit_does_not_matter(self, estimate, unit):
        """Squares of what diverged would overflow, and those of what is tiny be nothing, as if there were no doubt."""
        usual, found = estimate([1.0, 2.0, 4.0]), estimate([1.0 * unit, 2.0 * unit, 4.0 * unit])
        assert found.p_above(0) == pytest.approx(usual.p_above(0))
        assert np.divide(found.interval(), unit) == pytest.approx(usual.interval())

    @given(EFFECTS, st.floats(0.01, 5), EFFECTS, TAILS)
    def test_a_known_error_is_normal(self, value, error, bound, tail):
        found, normal = Student(value, error, inf), stats.norm(value, error)
        assert found.interval(tail) == pytest.approx((normal.ppf(tail), normal.ppf(1 - tail)), abs=1e-6)
        assert found.p_above(bound) == pytest.approx(normal.cdf(bound), rel=1e-4, abs=1e-12)
        assert found.p_below(bound) == pytest.approx(normal.sf(bound), rel=1e-4, abs=1e-12)

    @pytest.mark.parametrize("sample", ["normal", "exponential"])
    def test_draws_are_those_of_a_bootstrap(self, sample):
        random = np.random.default_rng(5)
        values = getattr(random, sample)(size=400)
        indices = random.integers(0, len(values), (4000, len(values)))
        found = Drawn(float(values.mean()), values[indices].mean(axis=1))
        there = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=random)
        assert found.interval() == pytest.approx(tuple(there.confidence_interval), abs=0.1 * there.standard_error)
        reach = stats.norm.isf(TAIL) * there.standard_error
        assert found.interval()[0] <= found.value - 0.95 * reach
        assert found.interval()[1] >= found.value + 0.95 * reach

    @pytest.mark.parametrize("freedom", [4, 6, 10, 30, 1e6])
    def test_what_is_detectable_is_what_the_noncentral_t_finds_in_four_of_five_tries(self, freedom):
        found = Student(0.0, 1.0, freedom).detectable()
        power = stats.nct.sf(stats.t.isf(TAIL, freedom), freedom, found)
        assert power == pytest.approx(POWER, abs=0.01)

    def test_of_a_small_sample_draws_are_no_surer_than_its_t_test(self):
        values = np.random.default_rng(0).normal(size=8)
        drawn = np.random.default_rng(1).choice(values, (4000, 8)).mean(axis=1)
        found = Drawn(float(values.mean()), drawn, freedom=7).interval()
        there = stats.ttest_1samp(values, 0).confidence_interval()
        assert found == pytest.approx((there.low, there.high), rel=0.05)

    def test_what_draws_detect_is_what_a_normal_detects(self):
        one = drawn(deviation=2.0)
        power = stats.norm.sf(stats.norm.isf(TAIL), loc=one.detectable() / 2.0)
        assert power == pytest.approx(POWER, abs=0.03)


class TestEveryEstimate:
    @given(ESTIMATES, TAILS, TAILS)
    def test_its_intervals_hold_the_value_and_shrink_as_tails_grow(self, one, first, second):
        near, far = one.interval(max(first, second)), one.interval(min(first, second))
        assert far[0] <= near[0] <= near[1] <= far[1]
        assert far[0] <= one.value <= far[1]

    @given(ESTIMATES, st.lists(EFFECTS, min_size=2, max_size=6))
    def test_what_lies_above_a_bound_lies_above_a_lower_one(self, one, bounds):
        above = [one.p_above(bound) for bound in sorted(bounds)]
        below = [one.p_below(bound) for bound in sorted(bounds)]
        assert all(low <= high for low, high in pairwise(above))
        assert all(low >= high for low, high in pairwise(below))
        assert all(0 <= p <= 1 for p in (*above, *below))

    @given(ESTIMATES, TAILS)
    def test_it_is_as_sure_as_its_interval_is(self, one, tail):
        """Just outside of its interval a bound is refused, just inside it is not."""
        low, high = one.interval(tail)
        step = 0.01 * (high - low)
        assert one.p_above(low - step) <= tail <= one.p_above(low + step)
        assert one.p_below(high + step) <= tail <= one.p_below(high - step)

    @given(STUDENTS, EFFECTS)
    def test_both_directions_share_all_chances(self, one, bound):
        assert one.p_above(bound) + one.p_below(bound) == pytest.approx(1)


class TestDoubted:
    @given(st.lists(STUDENTS, min_size=1, max_size=4), TAILS, EFFECTS)
    def test_it_is_the_hull_of_its_views(self, views, tail, bound):
        one = Doubted(views)
        ends = [view.interval(tail) for view in views]
        assert one.interval(tail) == (min(low for low, _ in ends), max(high for _, high in ends))
        assert one.p_above(bound) == max(view.p_above(bound) for view in views)
        assert one.p_below(bound) == max(view.p_below(bound) for view in views)
        assert one.detectable() == max(view.detectable() for view in views)
        assert one.value == views[0].value


class TestCombined:
    @given(st.lists(STUDENTS, min_size=1, max_size=5))
    def test_it_is_the_mean_of_independent_estimates(self, estimates):
        found = combined(estimates)
        assert found.value == pytest.approx(np.mean([one.value for one in estimates]))
        assert found.error == pytest.approx(
            np.sqrt(np.sum(np.square([one.error for one in estimates]))) / len(estimates)
        )
        assert found.freedom >= min(one.freedom for one in estimates) * (1 - 1e-9)

    @pytest.mark.parametrize("seeds", [2, 3])
    def test_of_equal_errors_degrees_of_freedom_add_up(self, seeds):
        assert combined([Student(0.0, 1.0, 4)] * seeds).freedom == pytest.approx(4 * seeds)


@pytest.mark.parametrize(
    "one",
    [Student(0.5, 0.0, inf), Drawn(0.5, np.full(10, 0.5)), between([1.0, 1.0], [1.5, 1.5]), paired([0.5, 0.5, 0.5])],
    ids=["known", "drawn", "between", "paired"],
)
def test_what_does_not_vary_is_known_exactly(one):
    assert one.interval() == (0.5, 0.5)
    assert (one.p_above(0.4), one.p_above(0.5), one.p_below(0.5), one.p_below(0.6)) == (0.0, 1.0, 1.0, 0.0)
    assert one.detectable() == 0
