"""Pictures of codes against scikit-learn's components, and of weights against the layers that have them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from sklearn.decomposition import PCA
from torch import nn

from bench import Unsuitable
from bench_metrics.drawing import COLOURS
from bench_metrics.embedding.pictures import filters, latent_scatter


@pytest.fixture
def coded(evaluate, autoencoder):
    """Evaluations of an encoder that looks its codes up: the image's first pixel is their row."""

    def make(codes, targets=None, **more):
        inputs = torch.arange(len(codes)).float().reshape(-1, 1, 1, 1).expand(-1, 1, 2, 2)
        exports = autoencoder(lambda x: codes[x[:, 0, 0, 0].long()], lambda code: code, (1, 2, 2), codes.shape[1:])
        return evaluate(exports, "encoder", inputs, targets, **more)

    return make


def points(figure):
    return np.asarray(figure.axes[0].collections[0].get_offsets())


def names(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def random(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_two_numbers_are_drawn_as_they_are(coded):
    codes = random(50, 2)
    figure = latent_scatter(coded(codes))
    np.testing.assert_allclose(points(figure), codes, rtol=1e-6)
    assert figure.axes[0].get_xlabel() == "code 0"


def test_longer_codes_are_drawn_by_their_principal_components(coded):
    codes = random(200, 2, 3) * torch.tensor([5.0, 1, 3])
    figure = latent_scatter(coded(codes), count=100)
    reference = PCA().fit(codes.flatten(1).double())
    np.testing.assert_allclose(
        np.abs(points(figure)), np.abs(reference.transform(codes.flatten(1).double()))[:100, :2], atol=1e-6
    )
    share = f"{100 * reference.explained_variance_ratio_[1]:.0f} %"
    assert share in figure.axes[0].get_ylabel()


def test_a_point_has_the_colour_of_its_class_whose_name_is_in_their_middle(coded):
    targets = torch.arange(60) % 3
    codes = 0.1 * random(60, 2) + torch.tensor([[0.0, 0], [9, 0], [0, 9]])[targets]
    figure = latent_scatter(coded(codes, targets, classes=3, class_names=("a", "b", "c")))
    colours = [to_hex(colour) for colour in figure.axes[0].collections[0].get_facecolors()]
    assert colours == [COLOURS[target] for target in targets]
    assert names(figure) == ["a", "b", "c"]
    places = np.array([text.get_position() for text in figure.axes[0].texts])
    np.testing.assert_allclose(places, [[0, 0], [9, 0], [0, 9]], atol=0.2)


def test_names_of_classes_do_not_lie_on_each_other(coded):
    figure = latent_scatter(coded(random(500, 2), torch.arange(500) % 10, classes=10))
    places = np.array([text.get_position() for text in figure.axes[0].texts])
    distances = np.linalg.norm(places[:, None] - places, axis=2)[~np.eye(10, dtype=bool)]
    low, high = figure.axes[0].get_ylim()
    assert distances.min() > 0.07 * (high - low)


def test_names_in_one_place_part(coded):
    figure = latent_scatter(coded(torch.tensor([[0.0, 0], [0, 0], [1, 1]]), torch.tensor([0, 1, 2]), classes=3))
    first, second, _ = (np.array(text.get_position()) for text in figure.axes[0].texts)
    assert np.linalg.norm(first - second) > 0.05


def test_without_classes_there_is_one_colour_and_no_name(coded):
    figure = latent_scatter(coded(random(30, 2)))
    assert len({tuple(colour) for colour in figure.axes[0].collections[0].get_facecolors()}) == 1
    assert names(figure) == []


def test_many_classes_have_no_names(coded):
    assert names(latent_scatter(coded(random(60, 2), torch.arange(60) % 30, classes=30))) == []


@pytest.mark.parametrize("codes", [random(20, 1), torch.ones(20, 3), random(1, 3)])
def test_codes_of_one_number_or_without_variation_are_not_drawn(coded, codes):
    with pytest.raises(Unsuitable, match="latent-scatter"):
        latent_scatter(coded(codes))


@pytest.fixture
def layered(evaluate, autoencoder):
    """Evaluations of an encoder of some layers."""

    def make(*layers, shape=(1, 4, 4), **more):
        encode = nn.Sequential(*layers).requires_grad_(False)
        return evaluate(autoencoder(encode, None, shape, (5,)), "encoder", torch.rand(3, *shape), **more)

    return make


def shown(figure):
    return np.stack([np.asarray(image.get_array()) for image in figure.axes[0].images])


def test_filters_are_the_first_layers_weights_the_largest_norm_first(layered):
    first, second = nn.Linear(16, 5), nn.Linear(5, 5)
    first.weight.data = random(5, 16) * torch.tensor([1.0, 2, 5, 4, 3])[:, None]
    found = shown(filters(layered(nn.Flatten(), first, nn.ReLU(), second), count=4))
    weights = first.weight.detach().reshape(5, 4, 4).numpy()
    order = np.argsort(-np.linalg.norm(weights, axis=(1, 2)))[:4]
    expected = 0.5 + 0.5 * weights[order] / np.abs(weights[order]).max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize(("channels", "tile"), [(1, (3, 3)), (3, (3, 3, 3))])
def test_filters_of_convolutions(layered, channels, tile):
    evaluation = layered(nn.Conv2d(channels, 6, 3), nn.Flatten(), shape=(channels, 4, 4))
    found = shown(filters(evaluation))
    assert found.shape == (6, *tile)
    assert found.min() >= 0
    assert found.max() <= 1


def test_a_filter_of_zeros_is_grey(layered):
    layer = nn.Linear(16, 2)
    layer.weight.data.zero_()
    assert (shown(filters(layered(nn.Flatten(), layer))) == 0.5).all()


def test_a_sheet_says_how_many_filters_there_are(layered):
    evaluation = layered(nn.Flatten(), nn.Linear(16, 5))
    captions = [filters(evaluation, count).axes[0].texts[-1].get_text() for count in (4, 5)]
    assert [caption.partition(" filters")[0] for caption in captions] == ["4 of 5", "5"]


def test_filters_of_a_decomposition_are_its_components_in_their_order(layered):
    estimator = PCA(8).fit(random(50, 16))
    found = shown(filters(layered(nn.Flatten(), model=SimpleNamespace(estimator=estimator))))
    components = estimator.components_.reshape(8, 4, 4)
    np.testing.assert_allclose(
        found, 0.5 + 0.5 * components / np.abs(components).max(axis=(1, 2), keepdims=True), atol=1e-6
    )


class Recurrent(nn.Module):
    """A recurrent layer on rows of 4 pixels, and a linear one that by chance takes as many numbers as there are."""

    def __init__(self):
        super().__init__()
        self.recurrent = nn.RNN(4, 16, batch_first=True)
        self.linear = nn.Linear(16, 5)

    def forward(self, x):
        return self.linear(self.recurrent(x[:, 0])[1][0])


@pytest.mark.parametrize("layers", [[Recurrent()], [nn.Linear(4, 4), nn.Flatten(), nn.Linear(16, 2)], [nn.Flatten()]])
def test_what_does_not_begin_with_filters_of_pixels_has_none(layered, layers):
    with pytest.raises(Unsuitable, match="filters"):
        filters(layered(*layers))
