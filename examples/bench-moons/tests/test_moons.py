"""What this package promises, checked in seconds. `bench run moons.yaml` checks the rest, such as the export."""

import pytest
import torch
from sklearn.metrics import matthews_corrcoef

from bench import DataSpec, Unsuitable
from bench_moons.dataset import Moons
from bench_moons.metric import matthews_correlation
from bench_moons.model import RBFNet


def test_dataset_is_the_same_every_time() -> None:
    """Else two runs would not be comparable."""
    assert Moons(samples=10).fingerprint() == Moons(samples=10).fingerprint()
    assert Moons(samples=10).fingerprint() != Moons(samples=10, noise=0.1).fingerprint()


def test_model_gives_each_point_a_score_for_each_class() -> None:
    """(batch, features) -> (batch, classes)."""
    assert RBFNet(Moons().spec)(torch.zeros(5, 2)).shape == (5, 2)


def test_model_refuses_images() -> None:
    """Before anything runs, and with a reason."""
    with pytest.raises(Unsuitable, match="needs points"):
        RBFNet(DataSpec("classification", input_shape=(1, 8, 8), classes=10))


def test_metric_agrees_with_scikit_learn() -> None:
    """A reference that this package did not write."""
    torch.manual_seed(0)
    scores, classes = torch.randn(100, 2), torch.randint(2, (100,))
    metric = matthews_correlation(Moons().spec)
    metric.update(scores, classes)
    assert float(metric.compute()) == pytest.approx(matthews_corrcoef(classes, scores.argmax(1)), abs=1e-6)
