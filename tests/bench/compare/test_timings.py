"""Timings of two runs: over processes, seeds and the machine's pace."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.compare.estimates import Doubted, Student
from bench.compare.observed import Nature, Observed, Seen
from bench.compare.timings import ONE_PROCESS, timing_effect

LATENCY = Nature("timing", "s", higher_is_better=False, follows_pace=True)
THROUGHPUT = Nature("timing", "/s", higher_is_better=True, follows_pace=True)
PROCESSES = st.lists(st.integers(10, 1000).map(lambda us: us / 1e6), min_size=2, max_size=8)


def of(nature, *seeds, paces=None, first=0, doubts=()) -> Observed:
    """A figure of processes by seed: `of(LATENCY, [1e-3, 2e-3])`."""
    paces = paces or [()] * len(seeds)
    return Observed(
        nature,
        {
            first + n: Seen(float(np.median(own)), tuple(own), tuple(pace), doubts=doubts)
            for n, (own, pace) in enumerate(zip(seeds, paces, strict=True))
        },
    )


def welch(base, head):
    return stats.ttest_ind(np.log(head), np.log(base), equal_var=False)


@given(PROCESSES, PROCESSES)
def test_a_latency_is_welchs_t_of_logarithms(base, head):
    effect = timing_effect(of(LATENCY, base), of(LATENCY, head))
    assert effect.base == pytest.approx(stats.gmean(base))
    assert effect.head == pytest.approx(stats.gmean(head))
    assert effect.scale.change(effect.value) == pytest.approx(stats.gmean(head) / stats.gmean(base) - 1)
    assert effect.estimate.value == pytest.approx(effect.value)
    if min(len(set(base)), len(set(head))) > 1:
        there = welch(base, head).confidence_interval()
        assert effect.estimate.interval() == pytest.approx((there.low, there.high))


@given(PROCESSES, PROCESSES)
def test_a_throughput_that_falls_is_as_a_latency_that_grows(base, head):
    slower = timing_effect(of(LATENCY, base), of(LATENCY, head)).estimate
    fewer = timing_effect(of(THROUGHPUT, [1 / s for s in base]), of(THROUGHPUT, [1 / s for s in head])).estimate
    assert fewer.interval() == pytest.approx(slower.interval(), abs=1e-9)


def test_seeds_are_held_against_themselves():
    """Another seed may be another graph: what lies between seeds is no noise."""
    base, head = ([10e-6, 11e-6, 12e-6], [90e-6, 91e-6, 95e-6]), ([11e-6, 12e-6, 13e-6], [95e-6, 99e-6, 97e-6])
    effect = timing_effect(of(LATENCY, *base), of(LATENCY, *head))
    tests = [welch(*pair) for pair in zip(base, head, strict=True)]
    differences = [np.mean(np.log(new)) - np.mean(np.log(old)) for old, new in zip(base, head, strict=True)]
    errors = [difference / test.statistic for difference, test in zip(differences, tests, strict=True)]
    assert effect.value == pytest.approx(np.mean(differences))
    assert effect.estimate.error == pytest.approx(np.hypot(*errors) / 2)
    assert effect.method == "Welch's t over 3 and 3 processes, 2 seeds"


def test_only_seeds_that_both_have_are_compared():
    base, head = of(LATENCY, [1e-3, 1.1e-3], [5.0, 6.0]), of(LATENCY, [1e-3, 1.2e-3])
    assert timing_effect(base, head).base == pytest.approx(stats.gmean([1e-3, 1.1e-3]))


def test_of_other_seeds_all_processes_are_compared():
    base, head = of(LATENCY, [1e-3, 1.1e-3], [1.2e-3, 1.3e-3]), of(LATENCY, [1e-3, 1.2e-3], first=7)
    effect = timing_effect(base, head)
    there = welch([1e-3, 1.1e-3, 1.2e-3, 1.3e-3], [1e-3, 1.2e-3]).confidence_interval()
    assert effect.estimate.interval() == pytest.approx((there.low, there.high))
    assert effect.method == "Welch's t over 4 and 2 processes"


@pytest.mark.parametrize("sides", [([1e-3], [1e-3, 2e-3]), ([1e-3, 2e-3], [1e-3]), ([1e-3], [1e-3])])
def test_one_process_tells_nothing_of_others(sides):
    effect = timing_effect(*(of(LATENCY, side) for side in sides))
    assert (effect.estimate, effect.method, effect.notes) == (None, "no interval", (ONE_PROCESS,))


class TestPaces:
    base, head = [1.0, 1.01, 1.02], [1.2, 1.21, 1.23]
    same, slower = [1.0, 1.0, 1.0], [1.2, 1.2, 1.2]

    @pytest.mark.parametrize("nature", [LATENCY, THROUGHPUT], ids=["latency", "throughput"])
    def test_what_the_machine_explains_is_no_regression(self, nature):
        sides = [[s if nature is LATENCY else 1 / s for s in side] for side in (self.base, self.head)]
        without = timing_effect(*(of(nature, side) for side in sides)).estimate
        effect = timing_effect(of(nature, sides[0], paces=[self.same]), of(nature, sides[1], paces=[self.slower]))
        assert without.p_above(0) < 0.001
        assert effect.estimate.p_above(0) > 0.1
        assert effect.value == pytest.approx(without.value)
        assert effect.method.endswith(", also in units of the machine's pace")

    def test_both_views_have_to_agree(self):
        effect = timing_effect(of(LATENCY, self.base, paces=[self.same]), of(LATENCY, self.head, paces=[self.slower]))
        clock = welch(self.base, self.head).confidence_interval()
        paced = welch(self.base, np.divide(self.head, self.slower)).confidence_interval()
        assert isinstance(effect.estimate, Doubted)
        assert effect.estimate.interval() == pytest.approx((min(clock.low, paced.low), max(clock.high, paced.high)))

    def test_where_one_process_does_not_know_the_clock_alone_tells(self):
        effect = timing_effect(of(LATENCY, self.base, paces=[self.same]), of(LATENCY, self.head))
        assert isinstance(effect.estimate, Student)

    def test_of_other_seeds_they_are_kept(self):
        base = of(LATENCY, self.base, self.base, paces=[self.same, self.same])
        head = of(LATENCY, self.head, self.head, paces=[self.slower, self.slower], first=5)
        assert timing_effect(base, head).method.startswith("Welch's t over 6 and 6 processes, also")


class TestHighestRates:
    """Of servers, that lie on the rungs of a ladder which each run has for itself."""

    @staticmethod
    def rates(*rates, step=1.05, seeds=1, first=0):
        seen = Seen(float(np.median(rates)), rates, steps=(step,) * len(rates))
        return Observed(THROUGHPUT, {first + seed: seen for seed in range(seeds)})

    def test_a_rung_in_common_is_no_certainty(self):
        """Both may be 99.7: the base has tried 95 and 100, the head 94 and 99."""
        effect = timing_effect(self.rates(100, 100, 100), self.rates(94, 94, 94))
        assert effect.estimate.interval() == pytest.approx((np.log(100 / (94 * 1.05)), np.log(100 * 1.05 / 94)))
        assert effect.estimate.p_above(0.05) == 1.0
        assert effect.scale.change(effect.value) == pytest.approx(0.06)
        assert effect.method == "Welch's t over 3 and 3 processes, each up to the next rate that was tried"

    def test_what_no_rung_explains_is_a_change(self):
        assert timing_effect(self.rates(100, 100, 105), self.rates(60, 63, 60)).estimate.p_above(0.05) < 0.001
        assert timing_effect(self.rates(60, 63, 60), self.rates(100, 100, 105)).estimate.p_below(-0.05) < 0.001

    def test_seeds_of_one_run_alone_have_rungs_too(self):
        effect = timing_effect(self.rates(100, 100, seeds=2), self.rates(94, 94, first=7))
        assert effect.estimate.interval()[0] == pytest.approx(np.log(100 / (94 * 1.05)))


def test_doubts_of_either_run_are_noted_once():
    base = of(LATENCY, [1.0, 1.1], [1.0, 1.1], doubts=("others had a core",))
    head = of(LATENCY, [1.0, 1.1], [1.0, 1.1], doubts=("not warm",))
    assert timing_effect(base, head).notes == ("base: others had a core", "head: not warm")
