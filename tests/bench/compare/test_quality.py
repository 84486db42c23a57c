"""Qualities of two runs: by rows, by seeds, by both, and where neither tells."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.compare import quality
from bench.compare.estimates import TAIL
from bench.compare.judging import Candidate, judged
from bench.compare.observed import Nature, Observed, Seen
from bench.compare.quality import DRAWS, bootstrap, quality_effect
from bench.compare.records import Key, Threshold

ACCURACY = Nature("quality", "", higher_is_better=True, best=1.0)
LOSS = Nature("quality", "", higher_is_better=False, best=0.0)
ROWS = 10_000


def of(nature, values, **more) -> Observed:
    """A figure by seed: `values` is {seed: value}."""
    return Observed(nature, {seed: Seen(value, asked="the same", **more) for seed, value in values.items()})


@pytest.fixture
def scored(tmp_path):
    """A figure with scores by row: `scored(nature, {seed: scores})`."""
    numbers = itertools.count()

    def make(nature, scores, asked="the same"):
        seeds = {}
        for seed, rows in scores.items():
            path = tmp_path / f"{next(numbers)}.npy"
            np.save(path, np.asarray(rows, dtype=np.float32))
            seeds[seed] = Seen(float(np.mean(rows)), scores=path, asked=asked)
        return Observed(nature, seeds)

    return make


def answers(share: float, rows: int = ROWS) -> np.ndarray:
    """Rows of which so many are answered rightly."""
    return np.random.default_rng(0).permutation(np.arange(rows) < round(share * rows)).astype(float)


def with_luck(right: np.ndarray, seed: int, lost: int = 0, swapped: int = 150) -> np.ndarray:
    """The answers of a model trained again: as many rows are gained as lost, and some are lost besides."""
    random, found = np.random.default_rng(seed), right.copy()
    found[random.choice(np.flatnonzero(right == 1), swapped + lost, replace=False)] = 0
    found[random.choice(np.flatnonzero(right == 0), swapped, replace=False)] = 1
    return found


def verdict(base: Observed, head: Observed, threshold: float = 0.05) -> str:
    effect = quality_effect(base, head)
    (row,) = judged([Candidate(Key("group", "", "figure"), base.nature, effect, Threshold(threshold, "default"))])
    return row.verdict


class TestOneSeed:
    def test_a_point_of_accuracy_lost_on_ten_thousand_rows_is_a_regression(self, scored):
        right = answers(0.95)
        base, head = scored(ACCURACY, {0: right}), scored(ACCURACY, {0: with_luck(right, 1, lost=100)})
        effect = quality_effect(base, head)
        assert effect.value == pytest.approx(0.01)
        assert effect.scale.change(effect.value) == pytest.approx(0.2)
        assert (effect.method, effect.notes) == ("bootstrap of paired rows", (quality.FEW_SEEDS.format(count=1),))
        assert verdict(base, head) == "regressed"
        assert verdict(head, base) == "improved"

    def test_as_many_gained_as_lost_is_no_regression(self, scored):
        right = answers(0.95)
        base, head = scored(ACCURACY, {0: right}), scored(ACCURACY, {0: with_luck(right, 1)})
        assert quality_effect(base, head).value == pytest.approx(0)
        assert verdict(base, head, threshold=0.0) == "inconclusive"
        assert verdict(base, head, threshold=0.5) == "unchanged"

    def test_the_interval_is_that_of_scipys_bootstrap(self, scored):
        """Of 14 x 14 x 14 rows, in blocks of 14."""
        random = np.random.default_rng(0)
        old = random.lognormal(0, 1, 14**3)
        new = old * random.lognormal(0.02, 0.2, len(old))
        found = quality_effect(scored(LOSS, {0: old}), scored(LOSS, {0: new})).estimate.interval()
        blocks = (new - old).reshape(-1, 14).mean(axis=1)
        there = stats.bootstrap((blocks,), np.mean, n_resamples=2000, method="percentile", rng=random)
        assert found == pytest.approx(tuple(there.confidence_interval), abs=0.15 * there.standard_error)
        by_t = stats.ttest_1samp(blocks, 0).confidence_interval()
        assert found == pytest.approx((by_t.low, by_t.high), abs=0.15 * there.standard_error)

    def test_the_same_scores_are_the_same(self, scored):
        right = answers(0.9)
        effect = quality_effect(scored(ACCURACY, {0: right}), scored(ACCURACY, {0: right}))
        assert (effect.estimate.interval(), effect.notes) == ((0.0, 0.0), ())
        assert verdict(scored(ACCURACY, {0: right}), scored(ACCURACY, {0: right}), threshold=0.0) == "unchanged"

    def test_without_scores_only_the_same_value_tells(self):
        same = quality_effect(of(ACCURACY, {0: 0.9}), of(ACCURACY, {0: 0.9}))
        other = quality_effect(of(ACCURACY, {0: 0.9}), of(ACCURACY, {0: 0.5}))
        assert (same.estimate.interval(), same.method) == ((0.0, 0.0), "the same value")
        assert (other.estimate, other.notes) == (None, (quality.TOO_LITTLE,))
        assert verdict(of(ACCURACY, {0: 0.9}), of(ACCURACY, {0: 0.5})) == "inconclusive"

    @pytest.mark.parametrize("rows", [50, 1000, ROWS, 2_000_000])
    def test_blocks_of_independent_rows_are_drawn_as_wide_as_rows(self, rows):
        differences = np.random.default_rng(0).exponential(size=rows)
        there = stats.ttest_1samp(differences, 0).confidence_interval()
        low, high = bootstrap([differences]).interval()
        assert high - low == pytest.approx(there.high - there.low, rel=0.4 if rows < 1000 else 0.1)

    def test_rows_that_are_like_their_neighbours_count_for_less(self):
        alike = np.repeat(np.random.default_rng(0).normal(size=ROWS // 10), 10)
        low, high = bootstrap([alike]).interval()
        assert (high - low) / 2 == pytest.approx(stats.norm.isf(TAIL) / np.sqrt(ROWS / 10), rel=0.25)

    @pytest.mark.parametrize("rows", [1, 2, 5, 9])
    def test_a_few_rows_that_all_move_by_the_same_tell_nothing(self, scored, rows):
        effect = quality_effect(scored(LOSS, {0: [1.0] * rows}), scored(LOSS, {0: [2.0] * rows}))
        assert (effect.estimate, effect.notes) == (None, (quality.TOO_LITTLE,))


class TestSeveralSeeds:
    @given(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=2, max_size=6, unique=True))
    def test_without_scores_it_is_the_t_test_of_pairs(self, pairs):
        base, head = ({seed: value / 100 for seed, value in enumerate(side)} for side in zip(*pairs, strict=True))
        effect = quality_effect(of(LOSS, base), of(LOSS, head))
        if len({new - old for old, new in pairs}) > 1:
            assert effect.method == f"paired t over {len(pairs)} seeds"
            there = stats.ttest_rel(list(head.values()), list(base.values())).confidence_interval()
            assert effect.estimate.interval() == pytest.approx((there.low, there.high))

    @pytest.mark.parametrize("seeds", [2, 3])
    def test_one_step_of_a_figure_of_few_values_is_no_certainty(self, seeds):
        """Each seed has one more of 100 rows wrong: so much happens by chance, and once in some times to all."""
        base = {seed: (93 + seed) / 100 for seed in range(seeds)}
        head = {seed: (92 + seed) / 100 for seed in range(seeds)}
        effect = quality_effect(of(ACCURACY, base), of(ACCURACY, head))
        assert (effect.estimate, effect.notes) == (None, (quality.ONE_STEP,))
        assert verdict(of(ACCURACY, base), of(ACCURACY, head)) == "inconclusive"

    def test_what_no_seed_moves_has_changed_for_certain(self):
        base, head = (dict.fromkeys(range(3), value) for value in (0.95, 0.93))
        assert verdict(of(ACCURACY, base), of(ACCURACY, head)) == "regressed"
        assert verdict(of(ACCURACY, base), of(ACCURACY, base), threshold=0.0) == "unchanged"

    def test_two_seeds_find_what_one_finds_though_they_lie_apart(self, scored):
        """Of two seeds, Student's t says so little that twenty points of accuracy could be lost."""
        right = answers(0.96)
        base = scored(ACCURACY, {seed: with_luck(right, seed) for seed in range(2)})
        head = scored(ACCURACY, {seed: with_luck(right, 5 + seed, lost=1500 + 1000 * seed) for seed in range(2)})
        effect = quality_effect(base, head)
        assert (effect.method, effect.notes) == (quality.ROWS, (quality.FEW_SEEDS.format(count=2),))
        assert verdict(base, head) == "regressed"

    def test_with_scores_both_have_to_be_sure(self, scored):
        random, right = np.random.default_rng(0), answers(0.9)
        base = scored(ACCURACY, {seed: with_luck(right, seed) for seed in range(3)})
        head = scored(
            ACCURACY, {seed: with_luck(right, 10 + seed, lost=int(random.integers(80, 160))) for seed in range(3)}
        )
        effect = quality_effect(base, head)
        seeds = stats.ttest_rel(
            [one.value for one in base.seeds.values()], [one.value for one in head.seeds.values()]
        ).confidence_interval()
        low, high = effect.estimate.interval()
        assert low <= seeds.low + 1e-6
        assert high >= seeds.high - 1e-6
        assert effect.method == "paired t over 3 seeds, and bootstrap of paired rows"
        assert effect.value == pytest.approx(effect.estimate.value, abs=1e-6)

    def test_only_seeds_that_both_have_are_compared(self):
        effect = quality_effect(of(LOSS, {0: 1.0, 1: 2.0, 2: 9.0}), of(LOSS, {0: 1.5, 1: 2.0, 3: 99.0}))
        assert (effect.base, effect.head) == (1.5, 1.75)

    def test_of_one_test_set_rows_are_drawn_together(self, scored):
        """What is hard for one seed is for all: seeds do not make more rows."""
        differences = np.random.default_rng(0).normal(0.1, 1, 500)
        one = bootstrap([differences]).interval()
        zeros = np.zeros(500)
        base, head = (scored(LOSS, dict.fromkeys(range(4), rows)) for rows in (zeros, differences))
        rows = quality_effect(base, head).estimate.views[-1]
        assert rows.interval() == pytest.approx(one, abs=1e-6)

    def test_of_several_test_sets_rows_are_drawn_apart(self, tmp_path):
        random = np.random.default_rng(0)
        single, four = (bootstrap([random.normal(0, 1, 500) for _ in range(n)]).interval() for n in (1, 4))
        assert (four[1] - four[0]) / (single[1] - single[0]) == pytest.approx(0.5, rel=0.1)


class TestStrangers:
    @pytest.mark.parametrize(("lost", "seed"), [(0, 1), (100, 2)])
    def test_another_seed_alone_is_never_called_regressed(self, scored, lost, seed):
        right = answers(0.95)
        base, head = scored(ACCURACY, {0: right}), scored(ACCURACY, {1: with_luck(right, seed, lost)})
        effect = quality_effect(base, head)
        assert (effect.estimate, effect.method) == (None, "no interval")
        assert effect.notes == (quality.OTHER_SEEDS, quality.ONE_A_SIDE)
        assert verdict(base, head) == "inconclusive"

    @given(*[st.lists(st.integers(1, 99).map(lambda n: n / 100), min_size=2, max_size=5) for _ in range(2)])
    def test_other_seeds_are_held_against_each_other_by_welchs_t(self, base, head):
        effect = quality_effect(of(ACCURACY, dict(enumerate(base))), of(ACCURACY, dict(enumerate(head, 100))))
        assert effect.method == f"Welch's t over {len(base)} and {len(head)} seeds"
        assert effect.notes == (quality.OTHER_SEEDS,)
        if min(len(set(base)), len(set(head))) > 1:
            there = stats.ttest_ind(base, head, equal_var=False).confidence_interval()
            assert effect.estimate.interval() == pytest.approx((there.low, there.high))

    def test_on_other_data_rows_are_no_partners(self, scored):
        right = answers(0.9, 500)
        effect = quality_effect(scored(ACCURACY, {0: right}), scored(ACCURACY, {0: right}, asked="another"))
        assert (effect.estimate, effect.notes) == (None, (quality.OTHER_DATA, quality.ONE_A_SIDE))


class TestOtherData:
    """Each test set is a sample, that all seeds of a side have in common."""

    def test_of_seeds_that_are_alike_it_is_welchs_t_over_rows(self, scored):
        """Of 5 x 25 rows, in blocks of 5."""
        random = np.random.default_rng(0)
        old, new = random.lognormal(0, 1, 125), random.lognormal(0.5, 1, 125)
        base, head = scored(LOSS, dict.fromkeys(range(3), old)), scored(LOSS, dict.fromkeys(range(2), new), "another")
        effect = quality_effect(base, head)
        blocks = (one.astype(np.float32).reshape(25, 5).mean(axis=1) for one in (new, old))
        there = stats.ttest_ind(*blocks, equal_var=False).confidence_interval()
        assert effect.estimate.interval() == pytest.approx((there.low, there.high), rel=1e-4)
        assert effect.method == "Welch's t over 2 and 2 seeds, and the rows of their test sets"
        assert effect.notes == (quality.OTHER_DATA,)

    def test_a_hundred_rows_and_another_hundred_make_no_certainty(self, scored):
        """Whoever is right on 90 of these is on 83 of those, once in seven times."""
        base, head = (
            scored(ACCURACY, dict.fromkeys(range(2), answers(share, 100)), asked)
            for share, asked in ((0.9, "one"), (0.83, "another"))
        )
        assert verdict(base, head) == "inconclusive"

    def test_the_errors_of_seeds_and_rows_add_up(self, scored):
        random = np.random.default_rng(0)
        rows = random.normal(0, 1, (2, 1000))
        base, head = (
            scored(LOSS, {seed: own + seed / 50 for seed in range(5)}, asked)
            for own, asked in zip(rows, ("one", "another"), strict=True)
        )
        whole, by_seeds = quality_effect(base, head).estimate.views
        of_rows = np.hypot(*(stats.sem(own.reshape(-1, 10).mean(axis=1)) for own in rows))
        assert whole.error == pytest.approx(np.hypot(by_seeds.error, of_rows), rel=1e-4)
        assert by_seeds.error > of_rows / 3

    def test_seeds_with_test_sets_of_their_own_have_that_in_their_spread(self, scored):
        random = np.random.default_rng(0)

        def side(name):
            seeds = [scored(LOSS, {seed: random.normal(0, 1, 100)}, f"{name} {seed}").seeds for seed in range(3)]
            return Observed(LOSS, {seed: one for found in seeds for seed, one in found.items()})

        effect = quality_effect(side("one"), side("another"))
        assert (effect.method, effect.notes) == ("Welch's t over 3 and 3 seeds", (quality.OTHER_DATA,))

    def test_without_scores_seeds_alone_are_compared_and_it_is_said(self):
        base, head = of(LOSS, {0: 1.0, 1: 1.1}), of(LOSS, {0: 1.0, 1: 1.2})
        head = Observed(LOSS, {seed: Seen(one.value, asked="another") for seed, one in head.seeds.items()})
        effect = quality_effect(base, head)
        assert effect.method == "Welch's t over 2 and 2 seeds"
        assert effect.notes == (quality.OTHER_DATA, quality.UNSAMPLED.format(error=quality.NO_ROWS))

    def test_scores_that_cannot_be_read_are_told(self, scored):
        base = scored(ACCURACY, {seed: answers(0.9 + seed / 100) for seed in range(2)})
        head = scored(ACCURACY, {seed: answers(0.8 + seed / 100) for seed in range(2)}, "another")
        head.seeds[1].scores.unlink()
        effect = quality_effect(base, head)
        assert effect.method == "Welch's t over 2 and 2 seeds"
        assert str(head.seeds[1].scores) in effect.notes[1]

    def test_where_only_rounding_scatters_nothing_is_certain(self):
        base = of(LOSS, {0: 0.1 + 0.2, 1: 0.3})
        head = Observed(LOSS, {seed: Seen(0.4, asked="another") for seed in range(2)})
        assert verdict(base, head) == "inconclusive"

    @pytest.mark.parametrize("rows", [1, 3, 100])
    def test_where_nothing_scatters_nothing_is_certain(self, scored, rows):
        base, head = (
            scored(ACCURACY, dict.fromkeys(range(2), [value] * rows), asked)
            for value, asked in ((1.0, "one"), (0.0, "another"))
        )
        effect = quality_effect(base, head)
        assert (effect.estimate, effect.method) == (None, "no interval")
        assert quality.NO_SPREAD in effect.notes
        assert verdict(base, head) == "inconclusive"


class TestScoresThatAreNotThere:
    def head(self, scored):
        return scored(ACCURACY, {0: with_luck(answers(0.9), 1)})

    @pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00", b"PK\x03\x04 no archive"])
    def test_a_damaged_file_is_told(self, scored, content):
        base, head = scored(ACCURACY, {0: answers(0.9)}), self.head(scored)
        base.seeds[0].scores.write_bytes(content)
        effect = quality_effect(base, head)
        assert effect.method == "the same value"
        assert effect.notes[0].startswith("scores of single rows cannot be read: ")

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_what_is_no_number_is_told(self, scored, value):
        rows = answers(0.9)
        rows[0] = value
        effect = quality_effect(scored(ACCURACY, {0: answers(0.9)}), scored(ACCURACY, {0: rows}))
        assert effect.notes[-1].endswith("holds what is no finite number")

    def test_a_missing_file_is_told(self, scored):
        base, head = scored(ACCURACY, {0: answers(0.9)}), scored(ACCURACY, {0: with_luck(answers(0.9), 1, lost=5)})
        head.seeds[0].scores.unlink()
        effect = quality_effect(base, head)
        assert (effect.estimate, effect.notes[0]) == (None, quality.TOO_LITTLE)
        assert str(head.seeds[0].scores) in effect.notes[1]

    def test_other_rows_are_told(self, scored):
        effect = quality_effect(scored(ACCURACY, {0: answers(0.9)}), scored(ACCURACY, {0: answers(0.8, 5000)}))
        assert effect.estimate is None
        assert "(5000,)" in effect.notes[-1]

    def test_several_seeds_do_without_them(self, scored):
        base = scored(ACCURACY, {seed: with_luck(answers(0.9), seed) for seed in range(3)})
        head = scored(ACCURACY, {seed: with_luck(answers(0.9), 9 + seed) for seed in range(3)})
        base.seeds[1].scores.unlink()
        effect = quality_effect(base, head)
        assert effect.method == "paired t over 3 seeds"
        assert effect.notes[0].startswith("scores of single rows cannot be read: ")

    def test_of_one_run_only_is_no_trouble(self, scored):
        effect = quality_effect(scored(ACCURACY, {0: answers(0.9)}), of(ACCURACY, {0: 0.8}))
        assert (effect.estimate, effect.notes) == (None, (quality.TOO_LITTLE,))


def test_a_comparison_says_the_same_each_time(scored):
    base, head = scored(LOSS, {0: np.arange(50.0)}), scored(LOSS, {0: np.arange(50.0)[::-1]})
    first, second = (quality_effect(base, head).estimate.draws for _ in range(2))
    assert len(first) == DRAWS
    assert np.array_equal(first, second)
