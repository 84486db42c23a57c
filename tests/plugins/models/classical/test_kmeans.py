"""k-means against scikit-learn, scipy and the figures that are known of it."""

import pytest
import torch
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from bench import DataSpec, Unsuitable
from bench.signature import ParameterError, checked
from bench_models.classical.kmeans import KMeans


def fitted(data, **params):
    model = KMeans(data.spec, **params)
    model.fit(data)
    return model


def test_it_reaches_the_known_figures_on_all_digits(all_digits, executed):
    (export,) = fitted(all_digits, random_state=42).exports()
    labels = all_digits.parts.train.targets
    clusters = executed(export, all_digits.parts.train.inputs).argmin(1)
    counts = contingency_matrix(labels, clusters)
    hits = counts[linear_sum_assignment(counts, maximize=True)].sum()
    assert hits / len(labels) == pytest.approx(0.7935, abs=5e-4)
    assert adjusted_rand_score(labels, clusters) == pytest.approx(0.667, abs=5e-4)


def test_the_answers_are_euclidean_distances_from_the_centres(digits, executed):
    model = fitted(digits, clusters=7, random_state=0)
    inputs = digits.parts.test.inputs
    expected = cdist(inputs.flatten(1), model.estimator.cluster_centers_)
    torch.testing.assert_close(executed(model.exports()[0], inputs).double(), torch.tensor(expected), rtol=1e-5, atol=0)


def test_the_distance_of_a_centre_from_itself_is_a_number(digits, executed):
    model = fitted(digits, clusters=100, random_state=0)
    centres = torch.tensor(model.estimator.cluster_centers_).reshape(-1, 1, 8, 8)
    answer = executed(model.exports()[0], centres)
    assert answer.isfinite().all()
    assert answer.diagonal().max() < 0.01


def test_the_seed_is_torchs_unless_it_is_given(digits):
    torch.manual_seed(5)
    assert fitted(digits, clusters=2).estimator.random_state == 5
    assert fitted(digits, clusters=2, random_state=42).estimator.random_state == 42


def test_it_has_as_many_clusters_as_the_data_has_classes():
    assert KMeans(DataSpec("classification", (2,), classes=4)).estimator.n_clusters == 4
    with pytest.raises(Unsuitable, match="clusters"):
        KMeans(DataSpec("forecasting", (2,)))


@pytest.mark.parametrize(("name", "value"), [("clusters", 0), ("clusters", 2.5), ("random_state", -1)])
def test_a_senseless_value_is_refused(name, value):
    with pytest.raises(ParameterError, match=f"^{name}: "):
        checked(KMeans, {name: value}, given=("data",))
