"""Agreement of clusters and classes against counting, entropies and published figures."""

from itertools import combinations, permutations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy
from sklearn import cluster
from sklearn.datasets import load_digits

from bench import Export, TensorSpec, Unsuitable
from bench_metrics.embedding import clusters
from bench_metrics.embedding.clusters import (
    adjusted_rand_index,
    clustering_accuracy,
    homogeneity,
    normalized_mutual_information,
)

METRICS = [clustering_accuracy, adjusted_rand_index, normalized_mutual_information, homogeneity]
pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30)


@pytest.fixture(scope="session")
def clustered(evaluate):
    """The evaluation of an artifact that answers distances, of which that of a given cluster is the least."""

    def clustered(targets, labels, count=4, **more):
        distances = 1 - torch.nn.functional.one_hot(torch.tensor(labels), count).float()
        part = Export("clusters", lambda x: x, "clustering", (TensorSpec("input", (count,)),), ("distances",))
        return evaluate([part], "clusters", distances, torch.tensor(targets), **{"classes": 4, **more})

    return clustered


@given(pairs)
def test_accuracy_is_that_of_the_best_of_all_assignments(clustered, drawn):
    classes, labels = zip(*drawn, strict=True)
    best = max(sum(names[label] == one for one, label in drawn) for names in permutations(range(4)))
    assert clustering_accuracy(clustered(classes, labels)) == pytest.approx(best / len(drawn))


@given(pairs)
def test_adjusted_rand_index_counts_pairs(clustered, drawn):
    classes, labels = zip(*drawn, strict=True)
    same = np.array([(classes[i] == classes[j], labels[i] == labels[j]) for i, j in combinations(range(len(drawn)), 2)])
    both, (in_class, in_cluster) = same.all(1).sum(), same.sum(0)
    expected = in_class * in_cluster / len(same)
    most = (in_class + in_cluster) / 2
    index = 1.0 if most == expected else (both - expected) / (most - expected)
    assert adjusted_rand_index(clustered(classes, labels)) == pytest.approx(index)


def entropies(drawn):
    """Of the classes, of the clusters, and of both together."""
    return [
        entropy(np.unique(column, axis=0, return_counts=True)[1])
        for column in (np.array(drawn)[:, 0], np.array(drawn)[:, 1], np.array(drawn))
    ]


@given(pairs)
def test_mutual_information_and_homogeneity_are_shares_of_entropies(clustered, drawn):
    of_classes, of_clusters, of_both = entropies(drawn)
    mutual = of_classes + of_clusters - of_both
    evaluation = clustered(*zip(*drawn, strict=True))
    assert homogeneity(evaluation) == pytest.approx(mutual / of_classes if of_classes else 1, abs=1e-9)
    if of_classes + of_clusters:
        expected = 2 * mutual / (of_classes + of_clusters)
        assert normalized_mutual_information(evaluation) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_right_clusters_under_other_numbers_are_all_right(clustered, metric):
    assert metric(clustered([0, 0, 1, 2, 2, 3], [3, 3, 0, 1, 1, 2])) == pytest.approx(1)


def test_more_clusters_than_classes_leave_some_without_a_class(clustered):
    evaluation = clustered([0, 0, 0, 1, 1, 1], [0, 0, 4, 1, 1, 5], count=6, classes=2)
    assert clustering_accuracy(evaluation) == pytest.approx(4 / 6)
    assert homogeneity(evaluation) == 1


def encoder(evaluate, codes, targets, **more):
    inputs = (TensorSpec("input", tuple(codes.shape[1:])),)
    part = Export("encoder", lambda x: x.clone(), "embedding", inputs, ("code",))
    return evaluate([part], "encoder", codes, targets, **more)


@pytest.mark.parametrize("metric", METRICS)
def test_codes_far_apart_are_found_by_k_means(evaluate, metric):
    targets = torch.arange(60) % 3
    codes = 10 * torch.nn.functional.one_hot(targets, 4).float() + torch.rand(60, 4)
    assert metric(encoder(evaluate, codes.view(60, 1, 2, 2), targets, classes=3)) == pytest.approx(1)


def test_k_means_on_digits_is_as_published(evaluate):
    """All 1,797 raw digits, k-means++ with ten starts from seed 42: the figures of scikit-learn."""
    digits = load_digits()
    evaluation = encoder(evaluate, torch.tensor(digits.data).float(), torch.tensor(digits.target), classes=10)
    assert clustering_accuracy(evaluation) == pytest.approx(0.7935, abs=2e-3)
    assert adjusted_rand_index(evaluation) == pytest.approx(0.667, abs=2e-3)


def test_k_means_runs_once_for_all_metrics(evaluate, monkeypatch):
    fitted = []

    class Counted(cluster.KMeans):
        def fit_predict(self, *arguments):
            fitted.append(self)
            return super().fit_predict(*arguments)

    monkeypatch.setattr(clusters, "KMeans", Counted)
    codes, targets = torch.rand(50, 3), torch.arange(50) % 4
    evaluation = encoder(evaluate, codes, targets, classes=4)
    for metric in METRICS:
        metric(evaluation)
    assert len(fitted) == 1
    clustering_accuracy(encoder(evaluate, codes, targets, classes=4))
    assert len(fitted) == 2  # other codes, though equal


def test_codes_that_are_all_alike_are_one_cluster(evaluate):
    evaluation = encoder(evaluate, torch.zeros(40, 3), torch.arange(40) % 4, classes=4)
    assert [metric(evaluation) for metric in METRICS] == [0.25, 0, pytest.approx(0), pytest.approx(0)]


def test_one_class_is_in_one_cluster(evaluate):
    evaluation = encoder(evaluate, torch.rand(20, 3), torch.zeros(20, dtype=torch.long), classes=1)
    assert [metric(evaluation) for metric in METRICS] == [1, 1, 1, 1]


@pytest.mark.parametrize("metric", METRICS)
def test_without_classes_there_is_nothing_to_agree_with(clustered, evaluate, metric):
    with pytest.raises(Unsuitable, match="needs data with classes"):
        metric(clustered([0, 1], [0, 1], classes=None))
    with pytest.raises(Unsuitable, match="needs data with classes"):
        metric(encoder(evaluate, torch.rand(5, 2), torch.zeros(5, dtype=torch.long)))


def test_fewer_codes_than_clusters_are_refused(evaluate):
    with pytest.raises(Unsuitable, match="needs 10 codes"):
        clustering_accuracy(encoder(evaluate, torch.rand(9, 2), torch.arange(9), classes=10))
