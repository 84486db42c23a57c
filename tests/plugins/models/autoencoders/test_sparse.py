"""The sparse autoencoder: its two penalties, and that they keep the code quiet."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr

from bench_models.autoencoders.sparse import SparseAutoencoder, divergence

ACTIVITY = st.floats(0.001, 0.999)


@given(ACTIVITY, st.lists(ACTIVITY, min_size=1, max_size=5))
def test_divergence_is_that_of_two_bernoulli_distributions(wanted, found):
    exact = rel_entr(wanted, found) + rel_entr(1 - wanted, 1 - np.array(found))
    answer = divergence(wanted, torch.tensor(found, dtype=torch.float64))
    torch.testing.assert_close(answer, torch.tensor(exact), atol=1e-9, rtol=1e-6)


def test_a_unit_that_is_always_off_or_on_costs_much_and_not_infinitely():
    costs = divergence(0.05, torch.tensor([0.0, 1.0]))
    assert bool(torch.isfinite(costs).all())
    assert float(costs.min()) > 0.4


def test_l1_pays_for_the_sum_of_a_code(digits):
    model = SparseAutoencoder(digits.spec, weight=0.5)
    assert float(model.penalty(torch.tensor([[1.0, 2.0], [0.0, 5.0]]))) == pytest.approx(0.5 * (3 + 5) / 2)


def test_kl_pays_for_units_whose_mean_is_not_as_wanted(digits):
    model = SparseAutoencoder(digits.spec, "kl", weight=2.0, activity=0.25)
    code = torch.tensor([[0.5, 0.2], [0.0, 0.4]])  # means .25 and .3
    exact = rel_entr(0.25, 0.3) + rel_entr(0.75, 0.7)
    assert float(model.penalty(code)) == pytest.approx(2 * exact, rel=1e-4)


@pytest.mark.parametrize(("sparsity", "weight"), [("l1", 0.3), ("kl", 1.0)])
def test_the_penalty_halves_the_mean_of_the_code(digits, train, sparsity, weight):
    means = []
    for one in (0.0, weight):
        torch.manual_seed(0)
        model = SparseAutoencoder(digits.spec, sparsity, weight=one)
        train(model, 15)
        code = model.encoder(digits.parts.test.inputs).detach()
        assert float(code.min()) >= 0
        means.append(float(code.mean()))
    assert means[1] < means[0] / 2
