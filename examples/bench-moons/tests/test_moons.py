"""What this package promises, checked in seconds. `bench run moons.yaml` checks the rest: that it can be exported."""

import bench_moons
import pytest
import torch
from bench_moons.dataset import Moons
from bench_moons.metric import matthews_correlation
from bench_moons.model import RBFNet
from sklearn.metrics import matthews_corrcoef

from bench import DataSpec, Unsuitable


def test_names() -> None:
    infos = [*bench_moons.bench_datasets(), *bench_moons.bench_models(), *bench_moons.bench_metrics()]
    assert [info.name for info in infos] == ["moons", "rbf-net", "matthews-correlation"]


def test_dataset_is_the_same_every_time() -> None:
    assert Moons(samples=10).fingerprint() == Moons(samples=10).fingerprint()
    assert Moons(samples=10).fingerprint() != Moons(samples=10, noise=0.1).fingerprint()


def test_model_gives_a_score_for_each_class() -> None:
    assert RBFNet(Moons().spec)(torch.zeros(5, 2)).shape == (5, 2)


def test_model_refuses_images() -> None:
    with pytest.raises(Unsuitable, match="needs points"):
        RBFNet(DataSpec("classification", input_shape=(1, 8, 8), classes=10))


def test_metric_agrees_with_scikit_learn() -> None:
    scores, classes = torch.randn(100, 2), torch.randint(2, (100,))
    metric = matthews_correlation(Moons().spec)
    metric.update(scores, classes)
    assert float(metric.compute()) == pytest.approx(matthews_corrcoef(classes, scores.argmax(1)), abs=1e-6)
