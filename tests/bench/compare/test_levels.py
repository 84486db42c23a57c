"""Whether verdicts keep what they promise: over thousands of simulated runs of which the truth is known.

Where nothing has changed and nothing is tolerated, no more than `TAIL` of all pairs may be called regressed. A share of
so many trials is held against the largest that such a level shows in 999 of 1,000 tries.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from bench.compare import quality
from bench.compare.estimates import TAIL
from bench.compare.judging import Candidate, judged
from bench.compare.observed import Nature, Observed, Seen
from bench.compare.quality import bootstrap, quality_effect
from bench.compare.records import Key, Threshold

sys.path.insert(0, str(Path(__file__).parent))
import power

TRIALS = 2000
SAMPLES = 40


def most(trials: int) -> float:
    """The largest share that a level of `TAIL` shows in 999 of 1,000 tries."""
    return stats.binom.isf(0.001, trials, TAIL) / trials


def lognormal(random, count):
    """Queries that scatter by themselves, in processes that do."""
    within = random.lognormal(0, 0.3, (TRIALS, 2, count, SAMPLES))
    return np.median(within, axis=-1) * random.lognormal(0, 0.02, (TRIALS, 2, count)), None


def autocorrelated(random, count):
    """Queries of which each resembles the one before: a process has few that are independent."""
    noise = random.normal(0, 0.05, (SAMPLES, TRIALS, 2, count))
    for n in range(1, SAMPLES):
        noise[n] += 0.95 * noise[n - 1]
    return np.exp(np.median(noise, axis=0)), None


def drifting(random, count):
    """A machine that becomes slower and faster over both runs, and processes that know its pace, roughly."""
    steps = random.normal(0, 0.05, (TRIALS, 2 * count)).cumsum(axis=1).reshape(TRIALS, 2, count)
    paces = np.exp(steps + random.normal(0, 0.005, steps.shape))
    return np.exp(steps + random.normal(0, 0.01, steps.shape)), paces


def of_two_modes(random, count):
    """Processes that fall into a slow or a fast mode, as by where their memory came to lie."""
    slow = random.random((TRIALS, 2, count)) < 0.4
    return np.where(slow, 1.3, 1.0) * random.lognormal(0, 0.005, slow.shape), None


@pytest.mark.parametrize("count", power.COUNTS)
@pytest.mark.parametrize("machine", [lognormal, autocorrelated, drifting, of_two_modes])
def test_timings_that_have_not_changed_are_seldom_called_regressed(machine, count):
    figures, paces = machine(np.random.default_rng(count), count)
    none = [((), ())] * TRIALS
    effects = [
        power.effect_of(*sides, pace) for sides, pace in zip(figures, none if paces is None else paces, strict=True)
    ]
    assert np.mean([power.is_called(effect) for effect in effects]) <= most(TRIALS)


def test_a_drift_that_only_one_run_has_is_called_without_paces_and_not_with_them():
    """What the paces are there for: the machine of the head is 20 % slower, and its processes know it."""
    random = np.random.default_rng(0)
    called = []
    for _ in range(200):
        base, head = random.lognormal(0, 0.01, (2, 5))
        slower = head * 1.2, [1.0] * 5, [1.2 * one for one in random.lognormal(0, 0.005, 5)]
        called.append(
            (
                power.is_called(power.effect_of(base, slower[0])),
                power.is_called(power.effect_of(base, slower[0], slower[1:])),
            )
        )
    without, with_paces = np.mean(called, axis=0)
    assert without == 1
    assert with_paces <= most(200)


def right_or_wrong(random, rows):
    """By how much a row is worse of two models that are right on nine of ten rows, and differ on one of twenty."""
    return random.choice([-1.0, 0.0, 1.0], rows, p=[0.025, 0.95, 0.025])


def long_tailed(random, rows):
    """Losses of which few make up much of the mean, and that training again moves."""
    losses = random.lognormal(0, 1, rows)
    return losses * (random.lognormal(-0.02, 0.2, rows) - random.lognormal(-0.02, 0.2, rows))


def like_their_neighbours(random, rows):
    """What is hard for one row is for the next, as with days in a row."""
    noise = random.normal(0, 1, rows + 4)
    return np.convolve(noise, np.ones(5) / 5, "valid")


@pytest.mark.parametrize(
    ("differences", "rows"),
    [
        (right_or_wrong, 100),
        (right_or_wrong, 10_000),
        (long_tailed, 100),
        (long_tailed, 10_000),
        (like_their_neighbours, 10_000),
    ],
)
def test_qualities_that_have_not_changed_are_seldom_called_regressed(differences, rows):
    random, trials = np.random.default_rng(rows), 1000
    estimates = [bootstrap([differences(random, rows)]) for _ in range(trials)]
    assert np.mean([one.p_above(0.0) <= TAIL for one in estimates]) <= most(trials)
    assert np.mean([one.p_below(0.0) <= TAIL for one in estimates]) <= most(trials)


@pytest.mark.parametrize(("seeds", "training"), [(3, 0.0), (3, 1.0), (5, 1.0), (10, 1.0), (10, 2.0)])
def test_qualities_of_several_seeds_that_have_not_changed_are_seldom_called_regressed(monkeypatch, seeds, training):
    """On one test set of 400 rows, which all seeds find as hard as each other.

    :param training: by how much seeds move the mean of all, in units of what 400 rows do
    """
    monkeypatch.setattr(quality, "_scores", lambda rows: rows)
    random, trials = np.random.default_rng(seeds), 500
    estimates = []
    for _ in range(trials):
        moved = random.normal(0, training * np.sqrt(seeds / 400), (seeds, 1))
        worse = random.normal(size=400) + moved + 0.3 * random.normal(size=(seeds, 400))
        sides = (
            {n: Seen(one.mean(), scores=one, asked="set") for n, one in enumerate(side)} for side in (0 * worse, worse)
        )
        estimates.append(quality_effect(*(Observed(Nature("quality", "", False), side) for side in sides)).estimate)
    assert np.mean([one.p_above(0.0) <= TAIL for one in estimates]) <= most(trials)
    assert np.mean([one.p_below(0.0) <= TAIL for one in estimates]) <= most(trials)
    if (seeds, training) == (10, 1.0):
        apart = [max(one.p_above(0.0) for one in estimate.views[1:]) <= TAIL for estimate in estimates]
        assert np.mean(apart) > 1.5 * TAIL, "seeds and rows do not know of each other"


@pytest.mark.parametrize(("seeds", "training"), [(2, 0.0), (2, 0.03), (3, 0.03), (5, 0.0), (5, 0.1)])
def test_other_test_sets_are_seldom_taken_for_another_quality(monkeypatch, seeds, training):
    """A model that is right on nine of ten rows, mostly the same with each seed, on a hundred rows a side.

    :param training: by how much its accuracy scatters with the seed; a hundred rows move it by 0.03
    """
    monkeypatch.setattr(quality, "_scores", lambda rows: rows)
    random, trials = np.random.default_rng(seeds), 600
    estimates = [
        quality_effect(*(asked_apart(random, seeds, training, name) for name in ("one", "other"))).estimate
        for _ in range(trials)
    ]
    assert np.mean([one.p_above(0.0) <= TAIL for one in estimates]) <= most(trials)
    assert np.mean([one.p_below(0.0) <= TAIL for one in estimates]) <= most(trials)
    if not training:
        by_seeds = [one.views[1].p_above(0.0) <= TAIL for one in estimates]
        assert np.mean(by_seeds) > 2 * TAIL, "seeds do not know of the rows that they have in common"


def asked_apart(random, seeds, training, asked, rows=100):
    """Answers of several seeds to one test set, of which some rows are hard for all of them."""
    share = np.clip(random.normal(0.9, training, (seeds, 1)), 0.01, 0.99)
    hardness = random.normal(size=rows) + 0.2 * random.normal(size=(seeds, rows))
    scores = (hardness < np.hypot(1, 0.2) * stats.norm.ppf(share)).astype(float)
    nature = Nature("quality", "", higher_is_better=True, best=1.0)
    return Observed(nature, {seed: Seen(one.mean(), scores=one, asked=asked) for seed, one in enumerate(scores)})


def test_over_a_whole_matrix_few_discoveries_are_false_and_the_true_ones_are_made():
    """300 figures that have not changed and 30 that took 10 % longer, of 5 processes that scatter by 2 %."""
    random, same, moved, matrices = np.random.default_rng(1), 300, 30, 25
    false, missed = [], []
    for _ in range(matrices):
        figures = random.lognormal(0, 0.02, (same + moved, 2, 5))
        figures[same:, 1] *= 1.1
        candidates = [
            Candidate(Key("case", str(n), "latency-p50"), power.TIMING, power.effect_of(*sides), Threshold(0.0, ""))
            for n, sides in enumerate(figures)
        ]
        is_called = np.array([row.verdict == "regressed" for row in judged(candidates)])
        false.append(is_called[:same].sum() / max(is_called.sum(), 1))
        missed.append(1 - is_called[same:].mean())
    assert np.mean(false) <= TAIL + 3 * np.std(false) / np.sqrt(matrices)
    assert np.mean(false) <= 2 * TAIL
    assert np.mean(missed) <= 0.05


def test_where_nothing_has_changed_a_whole_matrix_is_seldom_called():
    """Of 100 matrices of 100 figures: one by one, nearly every matrix would have something that looks regressed."""
    random, matrices = np.random.default_rng(2), 100
    called = []
    for _ in range(matrices):
        figures = random.lognormal(0, 0.02, (100, 2, 3))
        candidates = [
            Candidate(Key("case", str(n), "latency-p50"), power.TIMING, power.effect_of(*sides), Threshold(0.0, ""))
            for n, sides in enumerate(figures)
        ]
        called.append(any(row.verdict == "regressed" for row in judged(candidates)))
    assert np.mean(called) <= most(matrices)


@pytest.mark.parametrize("count", power.COUNTS)
def test_the_share_found_rises_with_the_change_as_theory_has_it(count):
    """Welch's test has fewer degrees of freedom than Student's: with three processes, it finds up to a tenth fewer."""
    shares, expected = power.found(power.MULTIPLES, count), power.theory(power.MULTIPLES, count)
    noise = 3 * np.sqrt(expected * (1 - expected) / power.TRIALS)
    assert shares == sorted(shares)
    assert np.all(np.array(shares) <= expected + noise)
    assert np.all(np.array(shares) >= expected - noise - {3: 0.1, 5: 0.03, 10: 0.01}[count])
    assert shares[-1] >= 0.95 - (0.2 if count == 3 else 0)


def test_the_picture_is_that_of_the_data(tmp_path):
    power.draw(tmp_path / "power.png")
    content = (tmp_path / "power.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 60_000
