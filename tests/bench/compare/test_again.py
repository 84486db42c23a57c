"""What is timed again: how sure one may be after several looks, and when it is clear."""

from itertools import islice
from math import expm1, log, log1p

import numpy as np
import pytest
from scipy import stats

from bench.compare import again
from bench.compare.again import Paired, Remeasured, effect_again, effect_in_place, looks, share
from bench.compare.effects import Effect
from bench.compare.estimates import TAIL, Shared, Student, paired
from bench.compare.scales import Ratio

ALPHA = 0.05


def test_looks_come_after_half_as_many_processes_again():
    assert list(islice(looks(), 7)) == [4, 6, 9, 13, 19, 28, 42]


def test_all_looks_together_spend_the_whole_error_and_no_more():
    spent = sum(share(look) for look in range(1, 100_001))
    assert 1 - 1e-5 < spent < 1


@pytest.mark.parametrize("look", [1, 2, 5])
def test_an_interval_is_students_at_the_looks_share_of_the_error(look):
    ratios = np.random.default_rng(1).normal(0.03, 0.01, 9)
    expected = stats.t.interval(1 - ALPHA * share(look), 8, ratios.mean(), stats.sem(ratios))
    assert interval(ratios.tolist(), look) == pytest.approx(expected)


def interval(ratios, look):
    return Shared(paired(ratios), share(look)).interval(ALPHA / 2)


NOISE = {
    "normal": lambda rng, n: rng.normal(0, 0.02, n),
    "Student's with three degrees of freedom": lambda rng, n: 0.02 * rng.standard_t(3, n),
    "the ratio of two log-normal times": lambda rng, n: log_ratio(rng.lognormal(0, 0.8, (2, n))),
    "the ratio of two times with a tail": lambda rng, n: log_ratio(1 + rng.pareto(2, (2, n))),
    "an outlier in ten": lambda rng, n: rng.normal(0, 0.01, n) + (rng.random(n) < 0.1) * rng.normal(0, 0.5, n),
}


def log_ratio(pair):
    return np.log(pair[1] / pair[0])


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
def test_whoever_looks_again_and_again_is_wrong_no_more_often_than_he_says(noise):
    """Of thousands of contests between a graph and itself; without the correction, it is more often."""
    counts, trials = list(islice(looks(), 8)), 2000
    rng = np.random.default_rng(7)
    wrong = naive = 0
    for _ in range(trials):
        ratios = noise(rng, counts[-1]).tolist()
        wrong += any(is_apart(interval(ratios[:n], look)) for look, n in enumerate(counts, 1))
        naive += any(is_apart(paired(ratios[:n]).interval(ALPHA / 2)) for n in counts)
    assert wrong / trials <= ALPHA
    assert naive / trials > ALPHA


def is_apart(found):
    return not found[0] <= 0 <= found[1]


@pytest.mark.parametrize("look", [1, 3])
def test_an_estimate_is_as_sure_by_its_p_value_as_by_its_interval(look):
    found = Shared(paired([0.01, 0.03, 0.02, 0.05]), share(look))
    low, high = found.interval()
    assert (found.p_above(low), found.p_below(high)) == (pytest.approx(TAIL), pytest.approx(TAIL))
    assert found.p_above(1.0) == found.p_below(-1.0) == 1.0
    assert found.detectable() > paired([0.01, 0.03, 0.02, 0.05]).detectable()
    assert found.value == pytest.approx(0.0275)


def remeasured(*ratios, looks=1, **others):
    times = [2e-5, 3e-5, 2.5e-5, 4e-5, 3e-5, 1e-5][: len(ratios)]
    heads = [time * (1 + ratio) for time, ratio in zip(times, ratios, strict=True)]
    figures = {"latency-p50": Paired(tuple(times), tuple(heads)), **others}
    return Remeasured("tiny@points", "forward", figures, looks=looks, processes=len(ratios))


def test_a_figure_has_the_means_of_both_sides_in_its_unit():
    latency, rate = (Paired((1e-3, 4e-3), (2e-3, 2e-3), is_rate) for is_rate in (False, True))
    assert (latency.base, latency.head) == (pytest.approx(2e-3), pytest.approx(2e-3))
    assert (rate.base, rate.head) == (pytest.approx(500), pytest.approx(500))
    assert latency.log_ratios == rate.log_ratios == (pytest.approx(log(2)), pytest.approx(log(0.5)))


def test_a_change_is_that_of_time_however_much_processes_differ():
    found = remeasured(0.10, 0.101, 0.099, 0.10).estimate("latency-p50")
    assert expm1(found.value) == pytest.approx(0.1, abs=1e-4)
    assert found.interval()[0] > log1p(0.09)


def test_one_process_or_no_look_tells_nothing():
    assert remeasured(0.1).estimate("latency-p50") is None
    assert remeasured(0.1, 0.1, looks=0).estimate("latency-p50") is None
    assert effect_again(remeasured(0.1), "latency-p50") is None
    assert effect_again(remeasured(0.1, 0.1), "latency-p99") is None


def test_what_was_timed_again_takes_the_place_of_what_the_runs_say():
    found = effect_again(remeasured(0.10, 0.101, 0.099, 0.10), "latency-p50")
    assert found.head / found.base - 1 == pytest.approx(0.1, abs=1e-4)
    assert found.scale.change(found.value) == pytest.approx(0.1, abs=1e-4)
    assert found.is_remeasured


def test_a_rate_falls_by_less_than_the_time_grows():
    rate = Paired((1e-3, 2e-3), (2e-3, 4e-3), is_rate=True)
    found = effect_again(remeasured(0.1, 0.1, throughput=rate), "throughput")
    assert (found.base / found.head, found.scale.change(found.value)) == (pytest.approx(2), pytest.approx(0.5))


BEFORE = Effect(1.0, 1.2, Ratio(False), 0.18, Student(0.18, 0.1, 4), "of the runs", ("noisy",))


def test_of_the_same_graph_nothing_has_changed():
    found = effect_in_place(Remeasured("tiny", "forward", is_same=True), "latency-p50", BEFORE)
    assert (found.value, found.estimate.interval(), found.is_remeasured) == (0.0, (0.0, 0.0), True)
    assert found.notes == (again.SAME_GRAPH,)


@pytest.mark.parametrize(
    ("found", "name", "why"),
    [
        (remeasured(0.1), "latency-p50", again.ONE_PROCESS),
        (remeasured(0.1, 0.1, 0.1, 0.1), "latency-p99", again.FEW_QUERIES),
    ],
)
def test_what_was_timed_too_little_stays_as_it_was_and_says_so(found, name, why):
    effect = effect_in_place(found, name, BEFORE)
    assert (effect.value, effect.is_remeasured) == (0.18, False)
    assert effect.notes == ("noisy", f"not timed again: {why}")


def test_what_could_not_be_timed_again_stays_as_it_was_and_says_why():
    found = effect_in_place(Remeasured("tiny", "forward", failure="it crashed"), "latency-p50", BEFORE)
    assert (found.value, found.estimate, found.is_remeasured) == (0.18, BEFORE.estimate, False)
    assert found.notes == ("noisy", "not timed again: it crashed")
