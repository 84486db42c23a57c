"""Effects as changes, and back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compare.scales import LARGEST, MOST, NEAREST, Difference, Ratio, quality_scale

DIRECTIONS = st.sampled_from([True, False, None])
FIGURES = st.floats(1e-6, 1e6)
SCALES = st.one_of(st.builds(Ratio, DIRECTIONS), st.builds(Difference, DIRECTIONS, st.floats(1e-3, 1e3)))


@given(SCALES, st.floats(-10, 10))
def test_an_effect_comes_back_from_its_change(scale, effect):
    assert scale.effect(scale.change(effect)) == pytest.approx(effect, abs=1e-6)


@given(SCALES, st.floats(-0.99, 0.99))
def test_a_change_comes_back_from_its_effect(scale, change):
    assert scale.change(scale.effect(change)) == pytest.approx(change, rel=1e-6, abs=1e-9)


@given(SCALES, st.floats(-100, 100), st.floats(-100, 100))
def test_a_larger_effect_is_no_smaller_change(scale, one, other):
    low, high = sorted((one, other))
    assert scale.change(low) <= scale.change(high)
    assert math.isfinite(scale.change(high))


@given(FIGURES, FIGURES)
def test_a_duration_that_grows_has_become_worse_by_its_share(base, head):
    scale = Ratio(higher_is_better=False)
    assert scale.change(scale.of(base, head)) == pytest.approx(head / base - 1, rel=1e-6, abs=1e-9)


@given(FIGURES, FIGURES)
def test_a_throughput_that_falls_has_become_worse_by_its_share(base, head):
    scale = Ratio(higher_is_better=True)
    assert scale.change(scale.of(base, head)) == pytest.approx(1 - head / base, rel=1e-6, abs=1e-9)


@given(FIGURES, FIGURES, st.booleans())
def test_what_becomes_worse_one_way_becomes_better_the_other(base, head, higher_is_better):
    for scale in (Ratio(higher_is_better), Difference(higher_is_better, 1.0)):
        assert scale.of(base, head) == pytest.approx(-scale.of(head, base))
        if base != head:
            assert (scale.of(base, head) > 0) == ((head < base) == higher_is_better)


@pytest.mark.parametrize("scale", [Ratio(None), Difference(None, 1.0)], ids=["ratio", "difference"])
def test_without_a_direction_an_effect_says_what_has_grown(scale):
    assert scale.of(1.0, 2.0) > 0 > scale.of(2.0, 1.0)


def test_a_throughput_can_lose_all_and_no_more():
    scale = Ratio(higher_is_better=True)
    assert scale.change(1e9) == 1.0
    assert scale.effect(1.5) == scale.effect(1.0) < math.inf
    assert Ratio(higher_is_better=False).change(1e9) == math.expm1(LARGEST)


@pytest.mark.parametrize("share", [1.0, 1.5])
def test_a_duration_tolerated_twice_as_long_may_become_as_short_as_it_likes(share):
    assert -math.inf < Ratio(higher_is_better=False).effect(-share) < math.log(1e-9)


@pytest.mark.parametrize(
    ("higher_is_better", "best", "base", "head", "change"),
    [
        (True, 1.0, 0.99, 0.98, 1.0),  # twice as many errors
        (True, 1.0, 0.90, 0.91, -0.1),
        (True, 100.0, 90.0, 89.0, 0.1),
        (False, 0.0, 0.5, 0.55, 0.1),  # the best is nothing: of the base
        (False, None, 2.0, 2.2, 0.1),
        (True, None, -2.0, -2.2, 0.1),
        (None, None, 2.0, 2.2, 0.1),
        (False, None, 0.0, 0.5, 1.0),
        (False, None, 0.0, 0.0, 0.0),
        (False, 0.0, 0.0, 0.25, 1.0),
        (True, 1.0, 1.0, 0.999, 0.1),  # the base is at its best: of a hundredth of that
        (True, 1.0, 0.999, 0.998, 0.1),
    ],
)
def test_a_quality_counts_by_how_far_it_lies_from_the_best(higher_is_better, best, base, head, change):
    scale = quality_scale(higher_is_better, best, base, head)
    assert scale.change(scale.of(base, head)) == pytest.approx(change)


@given(st.floats(1 - NEAREST, 1.0), st.floats(0, 1))
def test_accuracies_near_the_best_share_one_measure(base, head):
    assert quality_scale(True, 1.0, base, head).per == pytest.approx(NEAREST)


@given(st.floats(allow_nan=False), st.floats(1e-300, 1e300), st.booleans())
def test_a_change_is_finite_whatever_the_effect(effect, per, higher_is_better):
    for scale in (Ratio(higher_is_better), Difference(higher_is_better, per)):
        assert abs(scale.change(effect)) <= MOST
