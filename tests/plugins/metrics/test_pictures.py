"""What all pictures of models have in common, drawn for real digits, noise in colour, or points in the plane."""

from io import BytesIO

import numpy as np
import pytest
import torch
from matplotlib.colors import same_color
from matplotlib.image import imread
from matplotlib.text import Text
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from torch import nn

from bench import Export, TensorSpec, Unsuitable
from bench.catalog import resolve
from bench_metrics import critic, embedding, generation, reconstruction
from bench_metrics.drawing import INK

OF_PLANE = {"sample-scatter", "scatter-over-training", "critic-surface", "duality-course"}
PLANE = [info for info in (*generation.PICTURES, *critic.METRICS) if info.name in OF_PLANE]
INFOS = [info for info in (*reconstruction.PICTURES, *embedding.PICTURES, *generation.PICTURES) if info not in PLANE]
ARTIFACT = {"reconstruction": "autoencoder", "embedding": "encoder", "generation": "decoder"}


def digits():
    data = load_digits()
    return torch.tensor(data.images[:200], dtype=torch.float32)[:, None] / 16, torch.tensor(data.target[:200])


def noise():
    return torch.rand(60, 3, 8, 8, generator=torch.Generator().manual_seed(0)), torch.arange(60) % 4


@pytest.fixture(params=[digits, noise])
def made(request, evaluate):
    """Evaluations of a linear variational autoencoder's artifacts, whose encoder is PCA."""
    inputs, targets = request.param()
    shape = tuple(inputs.shape[1:])
    components = PCA(4, random_state=0).fit(inputs.flatten(1))
    matrix = torch.from_numpy(components.components_).float()
    layer = nn.Linear(matrix.shape[1], 4, bias=False).requires_grad_(False)
    layer.weight.data = matrix
    encode = nn.Sequential(nn.Flatten(), layer)

    mean = torch.from_numpy(components.mean_).float()

    def decode(latent):
        return (latent @ matrix + mean).reshape(-1, *shape)

    data, latent = TensorSpec("input", shape), TensorSpec("latent", (4,), source="normal")
    epsilon = TensorSpec("epsilon", (4,), source="normal")
    exports = [
        Export("encoder", encode, "embedding", (data,), ("mean",)),
        Export("decoder", decode, "generation", (latent,), ("sample",)),
        Export(
            "autoencoder",
            lambda x, noise: (decode(encode(x) + 0.1 * noise), encode(x)),
            "reconstruction",
            (data, epsilon),
            ("reconstruction", "mean"),
        ),
    ]
    classes = int(targets.max()) + 1
    return lambda info: with_snapshots(evaluate(exports, ARTIFACT[info.task], inputs, targets, classes=classes))


def with_snapshots(evaluation):
    """An evaluation after a training that has not changed the model since its snapshots."""
    evaluation.case.earlier = {5: evaluation.case, 10: evaluation.case}
    return evaluation


@pytest.fixture
def in_plane(evaluate):
    """Evaluations of a generator of points, and of a critic of them."""
    noise, data = TensorSpec("noise", (2,), source="normal"), TensorSpec("input", (2,))
    exports = [
        Export("generator", lambda noise: 0.4 * noise, "generation", (noise,), ("sample",)),
        Export("critic", lambda x: x.norm(dim=1, keepdim=True), "critic", (data,), ("value",)),
    ]
    points = torch.randn(1000, 2, generator=torch.Generator().manual_seed(1))

    def in_plane(info, count=1000):
        artifact = "critic" if info.task == "critic" else "generator"
        return with_snapshots(evaluate(exports, artifact, points[:count], value_range=None))

    return in_plane


def saved(figure):
    stream = BytesIO()
    figure.savefig(stream)
    return stream.getvalue()


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_a_picture_is_small_the_same_each_time_and_without_a_background(info, made):
    first, second = (saved(resolve(info)(made(info))) for _ in range(2))
    check_files(first, second, 40_000 if made(info).spec.input_shape[0] == 1 else 200_000)


def check_files(first, second, most):
    assert first == second
    assert len(first) < most
    pixels = imread(BytesIO(first))
    assert pixels.shape[1] <= 660
    assert pixels[[0, 0, -1, -1], [0, -1, 0, -1], 3].max() == 0


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_ink_reads_on_a_light_and_a_dark_page(info, made):
    check_ink(resolve(info)(made(info)), info)


def check_ink(figure, info):
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_bbox_patch() is None]
    assert texts or info.name == "prior-samples"
    assert all(same_color(text.get_color(), INK) for text in texts)


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
@pytest.mark.parametrize("shape", [(2, 8, 8), (64,)])
def test_only_images_of_one_or_three_channels_are_shown(info, shape, evaluate, autoencoder):
    exports = autoencoder(lambda x: x.flatten(1), lambda code: code.reshape(-1, *shape), shape, (np.prod(shape),))
    evaluation = evaluate(exports, "autoencoder", torch.rand(4, *shape))
    if info.name == "latent-scatter":
        resolve(info)(evaluation)
    else:
        with pytest.raises(Unsuitable, match=f"{info.name} needs images"):
            resolve(info)(evaluation)


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_a_single_image_is_drawn_or_refused(info, evaluate, autoencoder):
    layers = nn.Sequential(nn.Flatten(), nn.Linear(64, 4)).requires_grad_(False)
    back = nn.Sequential(nn.Linear(4, 64), nn.Unflatten(1, (1, 8, 8))).requires_grad_(False)
    exports = autoencoder(layers, back, (1, 8, 8), (4,))
    evaluation = evaluate(exports, ARTIFACT[info.task], torch.rand(1, 1, 8, 8))
    try:
        figure = resolve(info)(evaluation)
    except Unsuitable:
        return
    assert saved(figure)


@pytest.mark.parametrize("info", PLANE, ids=lambda info: info.name)
def test_a_picture_of_the_plane_is_as_any_other(info, in_plane):
    check_files(*(saved(resolve(info)(in_plane(info))) for _ in range(2)), most=40_000)
    check_ink(resolve(info)(in_plane(info)), info)
    if info.name == "critic-surface":
        assert saved(resolve(info)(in_plane(info, count=1)))  # a single point of each
