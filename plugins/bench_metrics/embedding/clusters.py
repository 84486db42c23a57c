"""How well clusters agree with the classes, which no cluster was told."""

import warnings

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, homogeneity_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix
from threadpoolctl import threadpool_limits
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.asking import class_count
from bench_metrics.memory import once_per_tensor


def clustering_accuracy(evaluation: Evaluation) -> float:
    """Share of the test part that is right if each cluster stands for one class, as favourably as can be.

    :raises Unsuitable: if the data have no classes
    """
    counts = contingency_matrix(*_classes_and_clusters(evaluation, "clustering-accuracy"))
    return float(counts[linear_sum_assignment(counts, maximize=True)].sum() / counts.sum())


def adjusted_rand_index(evaluation: Evaluation) -> float:
    """Share of the pairs on which clusters and classes agree, so scaled that chance is 0 and agreement 1.

    :raises Unsuitable: if the data have no classes
    """
    return float(adjusted_rand_score(*_classes_and_clusters(evaluation, "adjusted-rand-index")))


def normalized_mutual_information(evaluation: Evaluation) -> float:
    """Mutual information of clusters and classes, by the mean of their entropies, in [0, 1].

    :raises Unsuitable: if the data have no classes
    """
    return float(normalized_mutual_info_score(*_classes_and_clusters(evaluation, "normalized-mutual-information")))


def homogeneity(evaluation: Evaluation) -> float:
    """How much of the classes' entropy the clusters explain, in [0, 1]: 1 if no cluster has two classes.

    :raises Unsuitable: if the data have no classes
    """
    return float(homogeneity_score(*_classes_and_clusters(evaluation, "homogeneity")))


def _classes_and_clusters(evaluation: Evaluation, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Of each test input its class and its cluster: the nearest, or of codes that which k-means puts it into."""
    classes = class_count(evaluation.spec, metric)
    if evaluation.task == "clustering":
        return evaluation.targets.numpy(), evaluation.outputs.argmin(1).numpy()
    if len(evaluation.outputs) < classes:
        raise Unsuitable(f"{metric} needs {classes} codes for as many clusters", f"there are {len(evaluation.outputs)}")
    return evaluation.targets.numpy(), k_means(evaluation.outputs, classes)


@once_per_tensor
def k_means(codes: Tensor, clusters: int) -> np.ndarray:
    """The cluster of each code, by k-means++ with the best of ten starts, from a pinned seed."""
    # Several threads would add up the same numbers in ever another order, and on few codes only wait for each other.
    with threadpool_limits(1), warnings.catch_warnings():
        # Codes that are all alike make fewer clusters, which is an answer.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(clusters, n_init=10, random_state=42).fit_predict(codes.flatten(1).numpy())
