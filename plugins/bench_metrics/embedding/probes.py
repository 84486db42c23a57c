"""How much of the classes is in codes (n, ...): simple classifiers on top of them, by scikit-learn."""

from typing import Any

import torch
from pydantic import PositiveInt
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench import Evaluation, Unsuitable
from bench_metrics.asking import class_count


def linear_probe_accuracy(evaluation: Evaluation, samples: PositiveInt = 10_000) -> float:
    """Share of the test part that logistic regression on standardised codes gets right: Alain & Bengio (2016).

    Test inputs of classes that training does not see are not counted.

    :param samples: how many rows of the training part, drawn by the seed, it is fitted on at most
    :raises Unsuitable: if the data have no classes
    """
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return _accuracy(evaluation, probe, samples, "linear-probe-accuracy")


def knn_accuracy(evaluation: Evaluation, samples: PositiveInt = 10_000, neighbours: PositiveInt = 5) -> float:
    """Share of the test part whose class most of the nearest codes of the training part have (Euclidean distance).

    Test inputs of classes that training does not see are not counted.

    :param samples: how many rows of the training part, drawn by the seed, there are to be near to at most
    :param neighbours: how many of them decide
    :raises Unsuitable: if the data have no classes
    """
    return _accuracy(evaluation, KNeighborsClassifier(neighbours, algorithm="brute"), samples, "knn-accuracy")


def _accuracy(evaluation: Evaluation, classifier: Any, samples: int, metric: str) -> float:
    """The share of the test part that a classifier gets right which is fitted on codes of the training part."""
    class_count(evaluation.spec, metric)
    training = evaluation.case.on_training(evaluation.artifact)
    generator = torch.Generator().manual_seed(evaluation.seed)
    rows = torch.randperm(len(training.targets), generator=generator)[:samples]
    codes, targets = training.outputs[rows].flatten(1), training.targets[rows]
    if len(targets.unique()) < 2:
        raise Unsuitable(f"{metric} needs at least two classes", "the training part has one")
    seen = ~torch.isin(evaluation.targets, torch.tensor(evaluation.spec.unseen, dtype=targets.dtype))
    classifier.fit(codes.numpy(), targets.numpy())
    return classifier.score(evaluation.outputs[seen].flatten(1).numpy(), evaluation.targets[seen].numpy())
