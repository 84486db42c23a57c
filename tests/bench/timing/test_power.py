"""How many processes a comparison needs: against the closed form, and against runs that are drawn."""

import numpy as np
import pytest
from scipy.stats import norm

from bench.timing.power import processes_needed


@pytest.mark.parametrize(("deviation", "change"), [(0.01, 0.01), (0.02, 0.01), (0.05, 0.02)])
def test_it_is_the_least_number_with_the_power_asked_for(deviation, change):
    def power(n: int) -> float:
        shift, bound = change / (deviation * (2 / n) ** 0.5), norm.ppf(0.975)
        return float(norm.sf(bound - shift))

    n = processes_needed(deviation, change)
    assert power(n) >= 0.8 > power(n - 1)


def test_the_number_of_a_textbook():
    assert processes_needed(1.0, 0.5) == 63  # Cohen's medium effect: 63 by the normal approximation, 64 by Student's t


def test_runs_of_so_many_processes_see_the_change_as_often_as_promised():
    deviation, change = 0.02, 0.01
    n, rng = processes_needed(deviation, change), np.random.default_rng(0)
    ours, theirs = (rng.normal(middle, deviation, (20_000, n)).mean(axis=1) for middle in (1.0, 1.0 + change))
    seen = np.abs(theirs - ours) > norm.ppf(0.975) * deviation * (2 / n) ** 0.5
    assert seen.mean() == pytest.approx(0.8, abs=0.015)


def test_a_machine_without_noise_needs_two():
    assert processes_needed(0.0, 0.01) == 2


@pytest.mark.parametrize("change", [0.0, -0.1])
def test_no_change_cannot_be_seen(change):
    with pytest.raises(ValueError, match="has to be above 0"):
        processes_needed(0.01, change)
