"""What nearest neighbours tell, against scikit-learn, scipy and published figures."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from bench import Export, TensorSpec, Unsuitable
from bench_metrics.generation import nearest as module
from bench_metrics.generation.modes import class_divergence, classes_covered
from bench_metrics.generation.nearest import data_copying, nearest, two_sample_accuracy


def normal(n, *shape, seed=0):
    return torch.randn(n, *shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("spread", [1.0, 1.5])
def test_accuracy_is_that_of_scikit_learn_leaving_one_out(generated, spread):
    test, samples = normal(60, 3), spread * normal(60, 3, seed=1)
    accuracy = two_sample_accuracy(generated(samples, test))
    rows, kinds = torch.cat([test, samples]).double().numpy(), np.arange(120) < 60
    assert accuracy == pytest.approx(cross_val_score(KNeighborsClassifier(1), rows, kinds, cv=LeaveOneOut()).mean())


def test_samples_of_one_distribution_are_told_apart_by_chance_alone(generated):
    found = [
        two_sample_accuracy(generated(normal(400, 4, seed=2 * s), normal(400, 4, seed=2 * s + 1))) for s in range(10)
    ]
    assert np.mean(found) == pytest.approx(0.5, abs=0.02)
    assert np.abs(np.array(found) - 0.5).max() < 2 / 400**0.5


def test_samples_elsewhere_are_told_apart_and_copies_are_not(generated):
    test = normal(50, 2)
    assert two_sample_accuracy(generated(100 + test, test)) == 1
    assert two_sample_accuracy(generated(test.clone(), test)) == 0


def test_a_mixture_of_gaussians_is_told_from_digits_three_times_of_four(generated):
    """Ten Gaussians with full covariances on scikit-learn's digits: 0.76; halves of the digits: 0.51."""
    digits = torch.tensor(load_digits().data).float()[torch.randperm(1797, generator=torch.Generator().manual_seed(0))]
    one, other = digits[:898], digits[898:1796]
    mixture = GaussianMixture(10, reg_covar=1e-2, random_state=0, max_iter=20).fit(one)
    samples = torch.from_numpy(mixture.sample(898)[0]).float()
    assert two_sample_accuracy(generated(samples, other, training=(one, None))) == pytest.approx(0.76, abs=0.05)
    assert two_sample_accuracy(generated(samples, other, training=(one, None)), real=True) == pytest.approx(
        0.5, abs=0.03
    )


def test_inputs_are_compared_themselves_where_that_is_asked_for(generated):
    """To this net, all that is generated is data."""
    test = normal(50, 3)
    evaluation = generated(100 + test, test, net=lambda x: (x % 50).round(decimals=3))
    assert two_sample_accuracy(evaluation) < 0.5
    assert two_sample_accuracy(evaluation, inputs=True) == 1


@pytest.mark.parametrize("d", [2, 30])
def test_the_training_part_is_searched_piece_by_piece(generated, monkeypatch, d):
    monkeypatch.setattr(module, "ROWS", 7)
    training, samples = normal(40, d), normal(25, d, seed=1)
    found, rows = nearest(generated(samples, samples, training=(training, None)), samples)
    distances, expected = NearestNeighbors(n_neighbors=1).fit(training).kneighbors(samples)
    np.testing.assert_array_equal(rows, expected[:, 0])
    np.testing.assert_allclose(found, distances[:, 0], rtol=1e-5)


def test_the_training_part_is_searched_once_for_all_metrics(generated, monkeypatch):
    asked = []
    monkeypatch.setattr(
        module, "nearest", lambda evaluation, samples: asked.append(samples) or nearest(evaluation, samples)
    )
    test, training = normal(20, 2), (normal(30, 2, seed=1), torch.zeros(30, dtype=torch.long))
    evaluation = generated(normal(20, 2, seed=2), test, training=training, classes=1)
    for metric in (data_copying, class_divergence, classes_covered):
        metric(evaluation)
    assert len(asked) == 2
    data_copying(generated(normal(20, 2, seed=3), test, training=training))
    assert len(asked) == 3  # what is generated anew


@pytest.fixture
def learned(generated):
    """Makes the evaluation of a generator that learned from 500 normal points of eight numbers."""
    training, test = normal(500, 8, seed=1), normal(300, 8, seed=2)

    def learned(samples):
        return generated(samples, test, training=(training, None))

    learned.training = training
    return learned


def test_new_samples_are_as_far_from_the_training_part_as_the_test_part_is(learned):
    evaluation = learned(normal(300, 8, seed=3))
    assert data_copying(evaluation) == pytest.approx(0.5, abs=0.4 * 3 / 300**0.5)


def test_copies_are_found(learned):
    exact = learned(learned.training[:300].clone())
    assert data_copying(exact) == 1
    near = learned(learned.training[:300] + 0.1 * normal(300, 8, seed=4))
    assert data_copying(near) > 0.95


def test_what_is_off_the_data_is_farther(learned):
    evaluation = learned(5 + normal(300, 8, seed=3))
    assert data_copying(evaluation) == 0


def test_of_equal_distances_half_count(generated):
    test = torch.tensor([[1.0], [2.0]])
    assert data_copying(generated(-test, test, training=(torch.zeros(1, 1), None))) == 0.5


def test_nearest_rows_and_their_distances(generated):
    training = torch.tensor([[0.0, 0.0], [3.0, 4.0], [10.0, 0.0]])
    evaluation = generated(torch.zeros(2, 2), torch.zeros(2, 2), training=(training, None))
    distances, rows = nearest(evaluation, torch.tensor([[9.0, 0.0], [0.0, 0.0], [3.0, 3.0]]))
    assert rows.tolist() == [2, 0, 1]
    np.testing.assert_allclose(distances, [1, 0, 1])


def test_without_a_training_part_there_is_nothing_to_copy(generated):
    with pytest.raises(Unsuitable, match=r"needs one row of the training part \(there is none\)"):
        data_copying(generated(normal(5, 2), normal(5, 2), training=(torch.zeros(0, 2), None)))


def test_of_several_draws_the_mean_is_told(evaluate):
    """By chance, one of them lies higher or lower."""
    noise = TensorSpec("noise", (2,), source="normal")
    part = Export("generator", lambda noise: noise + 0.2, "generation", (noise,), ("sample",))
    evaluations = [evaluate([part], "generator", normal(60, 2), seed=seed) for seed in range(12)]
    one, many = (np.array([two_sample_accuracy(each, draws=draws) for each in evaluations]) for draws in (1, 20))
    assert many.std() < one.std() / 2
    assert many.mean() == pytest.approx(one.mean(), abs=4 * one.std() / 12**0.5)
