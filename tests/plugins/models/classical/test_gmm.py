"""A mixture of Gaussians as a generator, against scikit-learn's own parameters."""

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from scipy import stats

from bench import DataSpec
from bench.parity import RELATIVE, difference
from bench.signature import ParameterError, checked
from bench.stages.export import export_graph
from bench.stages.precision import write_graph
from bench_models.classical.gmm import GaussianMixture

COVARIANCES = ("full", "tied", "diag", "spherical")


@pytest.fixture
def mixed(given):
    """Points around three centres, each cloud of another width."""
    rng = np.random.default_rng(0)
    clouds = [rng.normal(size=(n, 3)) * [1, w, 0.5] + c for n, w, c in ((400, 1, 0), (200, 2, 9), (100, 0.1, -9))]
    return given(torch.tensor(np.concatenate(clouds), dtype=torch.float32))


def fitted(data, **params):
    torch.manual_seed(0)
    model = GaussianMixture(data.spec, **params)
    model.fit(data)
    return model


def component(model, noise):
    """Which component a draw of the normal distribution chooses, by the distribution function itself."""
    return np.digitize(stats.norm.cdf(noise[:, 0].double()), np.cumsum(model.estimator.weights_)[:-1])


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_a_sample_lies_as_far_from_its_components_mean_as_its_noise_from_0(covariance, mixed, executed):
    """In units of that component's covariance: Mahalanobis' distance, by the precision that scikit-learn keeps."""
    model = fitted(mixed, components=3, covariance=covariance)
    (export,) = model.exports()
    noise = torch.randn(2000, 4, generator=torch.Generator().manual_seed(1))
    found, estimator = executed(export, noise).double().numpy(), model.estimator
    for k in range(3):
        chosen = component(model, noise) == k
        away = found[chosen] - estimator.means_[k]
        precision = {
            "full": lambda k=k: estimator.precisions_[k],
            "tied": lambda: estimator.precisions_,
            "diag": lambda k=k: np.diag(estimator.precisions_[k]),
            "spherical": lambda k=k: estimator.precisions_[k] * np.eye(3),
        }[covariance]()
        squares = np.einsum("ni,ij,nj->n", away, precision, away)
        assert squares == pytest.approx(noise[chosen, 1:].double().square().sum(1).numpy(), rel=1e-3, abs=1e-3)


def test_components_are_chosen_as_often_as_their_weights_say(mixed, executed):
    model = fitted(mixed, components=3)
    noise = torch.randn(5000, 4, generator=torch.Generator().manual_seed(2))
    nearest = model.estimator.predict(executed(model.exports()[0], noise).numpy())
    expected = 5000 * model.estimator.weights_
    assert stats.chisquare(np.bincount(nearest), expected).pvalue > 1e-3


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_samples_have_the_covariance_of_the_mixture(covariance, mixed):
    model = fitted(mixed, components=3, covariance=covariance)
    noise = torch.randn(40_000, 4, generator=torch.Generator().manual_seed(3))
    ours = model.exports()[0].module(noise).double().numpy()
    theirs, _ = model.estimator.sample(40_000)
    assert ours.mean(0) == pytest.approx(theirs.mean(0), abs=0.15)
    assert np.cov(ours.T) == pytest.approx(np.cov(theirs.T), rel=0.05, abs=0.2)


@settings(max_examples=15, deadline=None)
@drawn(
    covariance=st.sampled_from(COVARIANCES),
    components=st.integers(1, 4),
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    seed=st.integers(0, 99),
)
def test_the_graph_answers_as_the_mixture(covariance, components, shape, seed, given, executed):
    generator = torch.Generator().manual_seed(seed)
    model = fitted(given(torch.rand(30, *shape, generator=generator)), components=components, covariance=covariance)
    (export,) = model.exports()
    noise = torch.randn(50, *export.inputs[0].shape, generator=generator)
    answer = executed(export, noise)
    assert answer.shape == (50, *shape)
    assert difference(export.module(noise), answer).excess < 0.1


def test_samples_stay_within_the_range_of_the_data(digits, executed):
    model = fitted(digits, components=2)
    (export,) = model.exports()
    samples = executed(export, 3 * torch.randn(200, 65, generator=torch.Generator().manual_seed(4)))
    assert torch.aminmax(samples) == (0, 1)
    model.value_range = None
    assert model.exports()[0].module(3 * torch.randn(200, 65)).min() < 0


@pytest.mark.parametrize(("classes", "components"), [(8, 8), (None, 10)])
def test_it_has_as_many_components_as_the_data_has_classes(classes, components):
    assert GaussianMixture(DataSpec("x", (2,), classes=classes)).estimator.n_components == components


@pytest.mark.parametrize(("name", "value"), [("components", 0), ("covariance", "round")])
def test_a_senseless_value_is_refused(name, value):
    with pytest.raises(ParameterError, match=f"^{name}: "):
        checked(GaussianMixture, {name: value}, given=("data",))


@pytest.mark.parametrize("precision", RELATIVE)
def test_the_graph_answers_as_the_mixture_at_every_precision(precision, digits, tmp_path):
    (export,) = fitted(digits, components=3).exports()
    noise = torch.randn(300, 65, generator=torch.Generator().manual_seed(5))
    export_graph(export, tmp_path / "fp32.onnx")
    write_graph(export, precision, tmp_path / "fp32.onnx", tmp_path / "made.onnx", [noise.numpy()])
    session = onnxruntime.InferenceSession(tmp_path / "made.onnx", providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"noise": noise.numpy()})
    assert difference(export.module(noise), answer, precision).excess < 1
