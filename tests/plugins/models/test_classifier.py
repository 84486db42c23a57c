"""What all classifiers refuse."""

import pytest

from bench import DataSpec, Unsuitable
from bench_models.classifiers.mlp import MLP


def test_a_classifier_needs_classes():
    with pytest.raises(Unsuitable, match="needs data with classes"):
        MLP(DataSpec("generation", (1, 8, 8)))


def test_a_classifier_has_to_see_every_class():
    with pytest.raises(Unsuitable, match=r"has to see every class.*unseen: \[3, 8\]"):
        MLP(DataSpec("classification", (1, 8, 8), classes=10, unseen=(3, 8)))
