"""Metrics of codes against torch.func, numpy and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group
from torch import nn
from torch.nn import functional as F

from bench import Export, TensorSpec, Unsuitable
from bench_metrics.embedding.codes import code_mean_activity, code_share_active, jacobian_norm
from bench_metrics.embedding.probes import knn_accuracy, linear_probe_accuracy
from bench_metrics.embedding.subspace import principal_angle


def encoder(function, shape):
    return [Export("encoder", function, "embedding", (TensorSpec("input", tuple(shape)),), ("code",))]


@pytest.fixture
def codes_of(evaluate):
    """The evaluation of an encoder that gives its inputs back as codes."""
    return lambda codes, *more, **rest: evaluate(encoder(lambda x: x, codes.shape[1:]), "encoder", codes, *more, **rest)


def test_mean_activity_keeps_signs(codes_of):
    codes = torch.randn(30, 4, 2, 2)
    assert code_mean_activity(codes_of(codes)) == pytest.approx(codes.double().numpy().mean(), abs=1e-9)
    assert code_mean_activity(codes_of(torch.tensor([[-1.0, 1.0]]))) == 0


def test_first_output_is_the_code(evaluate):
    part = Export("encoder", lambda x: (x, 9 + x), "embedding", (TensorSpec("input", (3,)),), ("mean", "log_variance"))
    assert code_mean_activity(evaluate([part], "encoder", torch.ones(5, 3))) == 1


@given(st.integers(1, 20), st.floats(1e-3, 1e3))
def test_share_active_of_k_active_units_is_k_of_them(evaluate, k, scale):
    dense = scale * (0.1 + torch.rand(50, 20, generator=torch.Generator().manual_seed(k)))
    values, places = dense.topk(k)
    codes = torch.zeros_like(dense).scatter(1, places, -values)
    evaluation = evaluate(encoder(lambda x: x, (20,)), "encoder", codes)
    assert code_share_active(evaluation) == pytest.approx(k / 20)


def test_share_active_of_zeros_is_none(codes_of):
    assert code_share_active(codes_of(torch.zeros(5, 4))) == 0


def test_threshold_is_a_share_of_the_largest(codes_of):
    codes = codes_of(torch.tensor([[10.0, 1.0, -0.1, 1e-6]]))
    assert code_share_active(codes) == 0.75
    assert code_share_active(codes, threshold=0.05) == 0.5
    assert code_share_active(codes, threshold=0) == 1


@pytest.fixture(scope="module")
def images():
    return torch.rand(12, 1, 6, 6, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Flatten(), nn.Linear(36, 20), nn.Tanh(), nn.Linear(20, 5)],
        [nn.Flatten(), nn.Linear(36, 50), nn.Sigmoid()],
        [nn.Conv2d(1, 3, 3, stride=2), nn.SiLU(), nn.Conv2d(3, 2, 2)],
    ],
)
def test_jacobian_norm_is_that_of_automatic_differentiation(evaluate, images, layers):
    torch.manual_seed(0)
    module = nn.Sequential(*layers).requires_grad_(False)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.5)
    evaluation = evaluate(encoder(module, (1, 6, 6)), "encoder", images)
    exact = [torch.func.jacrev(lambda x: module(x[None]).flatten())(one).norm() for one in images]
    assert jacobian_norm(evaluation) == pytest.approx(float(torch.stack(exact).mean()), rel=1e-3)
    assert jacobian_norm(evaluation, images=3) == pytest.approx(float(torch.stack(exact[:3]).mean()), rel=1e-3)


@given(st.floats(1e-2, 1e2))
def test_jacobian_norm_of_a_linear_map_is_its_matrix(evaluate, scale):
    matrix = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
    inputs = scale * torch.rand(5, 7, generator=torch.Generator().manual_seed(1))
    evaluation = evaluate(encoder(lambda x: x @ matrix, (7,)), "encoder", inputs)
    assert jacobian_norm(evaluation) == pytest.approx(float(matrix.norm()), rel=1e-3)


def test_jacobian_norm_of_constants(evaluate):
    inputs = torch.full((3, 4), 0.5)
    assert jacobian_norm(evaluate(encoder(lambda x: 2 * x, (4,)), "encoder", inputs)) == pytest.approx(4, rel=1e-3)
    assert jacobian_norm(evaluate(encoder(torch.zeros_like, (4,)), "encoder", inputs)) == 0


def test_jacobian_norm_needs_real_numbers(evaluate):
    with pytest.raises(Unsuitable, match="real numbers"):
        jacobian_norm(evaluate(encoder(lambda x: x.float(), (4,)), "encoder", torch.ones(3, 4, dtype=torch.long)))


@pytest.fixture(scope="module")
def cloud():
    """Rows (400, 8) that vary less along each next of some orthogonal directions, and these directions by numpy."""
    generator = np.random.default_rng(0)
    turned = ortho_group.rvs(8, random_state=0)
    rows = generator.normal(size=(400, 8)) * 2.0 ** -np.arange(8) @ turned + 1
    directions = np.linalg.svd(rows - rows.mean(0))[2]
    return torch.from_numpy(rows).float(), torch.from_numpy(directions).float()


def linear_autoencoder(autoencoder, basis):
    """It decodes by any basis (k, 8), turned and stretched, and an offset."""
    k = len(basis)
    mixing = torch.diag(torch.linspace(1, 3, k)) @ torch.from_numpy(ortho_group.rvs(k, random_state=1)).float()
    columns = mixing @ basis
    back = torch.linalg.pinv(columns)
    return autoencoder(lambda x: (x - 5) @ back, lambda z: z @ columns + 5, (8,), (k,))


@given(st.floats(0, 90))
def test_principal_angle_is_that_by_which_a_direction_is_turned_away(evaluate, autoencoder, cloud, degrees):
    rows, directions = cloud
    angle = np.radians(degrees)
    turned = np.cos(angle) * directions[2] + np.sin(angle) * directions[5]
    parts = linear_autoencoder(autoencoder, torch.stack([directions[0], directions[1], turned]))
    assert principal_angle(evaluate(parts, "encoder", rows)) == pytest.approx(degrees, abs=1e-2)


def test_largest_angle_counts(evaluate, autoencoder, cloud):
    rows, directions = cloud
    a, b = np.radians(20), np.radians(50)
    basis = [
        np.cos(a) * directions[0] + np.sin(a) * directions[4],
        np.cos(b) * directions[1] + np.sin(b) * directions[5],
    ]
    assert principal_angle(evaluate(linear_autoencoder(autoencoder, torch.stack(basis)), "encoder", rows)) == (
        pytest.approx(50, abs=1e-2)
    )


def test_principal_angle_is_to_the_training_parts_subspace(evaluate, autoencoder, cloud):
    rows, directions = cloud
    other = rows.flip(1)
    zeros = torch.zeros(len(rows), dtype=torch.long)
    parts = linear_autoencoder(autoencoder, directions[:3])
    assert principal_angle(evaluate(parts, "encoder", other, training=(rows, zeros))) == pytest.approx(0, abs=1e-2)
    assert principal_angle(evaluate(parts, "encoder", other)) > 5


def test_principal_angle_takes_codes_and_data_of_any_shape(evaluate, autoencoder, cloud):
    rows, directions = cloud
    images = rows.view(-1, 2, 2, 2)
    basis = directions[:4]
    parts = autoencoder(
        lambda x: (x.flatten(1) @ basis.T).view(-1, 1, 2, 2),
        lambda z: (z.flatten(1) @ basis).view(-1, 2, 2, 2),
        (2, 2, 2),
        (1, 2, 2),
    )
    assert principal_angle(evaluate(parts, "encoder", images)) == pytest.approx(0, abs=1e-2)


@pytest.mark.parametrize("dead", [[0.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1e-6]])
def test_a_direction_that_a_decoder_lacks_is_at_right_angles(evaluate, autoencoder, cloud, dead):
    rows, directions = cloud
    basis = torch.diag(torch.tensor(dead)) @ directions[:3]
    parts = autoencoder(lambda x: x @ directions[:3].T, lambda z: z @ basis, (8,), (3,))
    assert principal_angle(evaluate(parts, "encoder", rows)) == 90


@pytest.mark.parametrize("bend", [torch.relu, torch.sigmoid, lambda x: x + 0.1 * x.square()])
def test_principal_angle_needs_an_affine_decoder(evaluate, autoencoder, cloud, bend):
    rows, directions = cloud
    parts = autoencoder(lambda x: x @ directions[:3].T, lambda z: bend(z @ directions[:3]), (8,), (3,))
    with pytest.raises(Unsuitable, match="affine decoder"):
        principal_angle(evaluate(parts, "encoder", rows))


def test_half_precision_is_no_bend(evaluate, autoencoder, cloud):
    rows, directions = cloud
    parts = autoencoder(lambda x: x @ directions[:3].T, lambda z: (z @ directions[:3]).half().float(), (8,), (3,))
    assert principal_angle(evaluate(parts, "encoder", rows)) == pytest.approx(0, abs=0.5)


def test_principal_angle_needs_a_decoder_and_a_code_that_is_smaller(evaluate, autoencoder, cloud):
    rows, directions = cloud
    with pytest.raises(Unsuitable, match="no artifact 'decoder'"):
        principal_angle(evaluate(encoder(lambda x: x[:, :2], (8,)), "encoder", rows))
    with pytest.raises(Unsuitable, match="loses nothing"):
        principal_angle(evaluate(linear_autoencoder(autoencoder, directions), "encoder", rows))


def blobs(rows, seed, spread=1.0, classes=4):
    """Codes (rows, 5) around a centre for each class, the classes, both float32 and int64."""
    generator = torch.Generator().manual_seed(seed)
    centres = 2 * torch.randn(classes, 5, generator=torch.Generator().manual_seed(99))
    targets = torch.randint(classes, (rows,), generator=generator)
    return centres[targets] + spread * torch.randn(rows, 5, generator=generator), targets


@pytest.fixture
def probed(evaluate):
    """The evaluation of an encoder that hands blobs through."""

    def probed(spread=1.5, rows=400, move=lambda x: x, **more):
        test = blobs(300, 1, spread)
        return evaluate(
            encoder(move, (5,)), "encoder", *test, training=blobs(rows, 0, spread), **{"classes": 4, **more}
        )

    return probed


def logistic_regression(codes, targets):
    """Weights and biases that minimise half their squares' sum (biases left out) plus the summed cross-entropy."""
    weights = torch.zeros(4, codes.shape[1], dtype=torch.float64, requires_grad=True)
    biases = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, biases], max_iter=500, line_search_fn="strong_wolfe", tolerance_grad=1e-9)

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(F.linear(codes, weights, biases), targets, reduction="sum") + weights.square().sum() / 2
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach(), biases.detach()


def test_linear_probe_is_logistic_regression_on_standardised_codes(probed):
    evaluation = probed(move=lambda x: x * torch.tensor([1e-3, 1, 5, 100, 1e4]) + 7)
    training = evaluation.case.on_training("encoder")
    mean, deviation = training.outputs.double().mean(0), training.outputs.double().std(0, correction=0)
    weights, biases = logistic_regression((training.outputs.double() - mean) / deviation, training.targets)
    answers = F.linear((evaluation.outputs.double() - mean) / deviation, weights, biases).argmax(1)
    expected = float((answers == evaluation.targets).double().mean())
    assert 0.5 < expected < 0.95
    assert linear_probe_accuracy(evaluation) == pytest.approx(expected, abs=1 / 300 + 1e-9)


def votes(codes, training, targets, neighbours):
    """The class that most of the nearest have, of several the least, as numpy finds it."""
    distances = np.square(codes[:, None] - training[None]).sum(2)
    nearest = targets[np.argsort(distances, axis=1)[:, :neighbours]]
    return np.array([np.bincount(row, minlength=4).argmax() for row in nearest])


@pytest.mark.parametrize("neighbours", [1, 5, 8])
def test_knn_is_the_vote_of_the_nearest(probed, neighbours):
    evaluation = probed()
    training = evaluation.case.on_training("encoder")
    answers = votes(
        evaluation.outputs.double().numpy(), training.outputs.double().numpy(), training.targets.numpy(), neighbours
    )
    expected = float((answers == evaluation.targets.numpy()).mean())
    assert 0.5 < expected < 0.95
    assert knn_accuracy(evaluation, neighbours=neighbours) == pytest.approx(expected)


@pytest.mark.parametrize("metric", [linear_probe_accuracy, knn_accuracy])
class TestProbes:
    """What both ways of asking for the classes share."""

    def test_codes_that_tell_the_classes_apart_are_all_right(self, probed, metric):
        assert metric(probed(spread=0.1)) == 1

    def test_codes_that_say_nothing_are_right_by_chance(self, probed, metric):
        noise = torch.Generator().manual_seed(5)
        evaluation = probed(move=lambda x: torch.randn(x.shape, generator=noise))
        assert metric(evaluation) == pytest.approx(0.25, abs=0.08)

    def test_zeros_are_answered_with_one_class(self, probed, metric):
        evaluation = probed(move=torch.zeros_like)
        shares = torch.bincount(evaluation.targets) / len(evaluation.targets)
        assert metric(evaluation) in [pytest.approx(float(share)) for share in shares]

    def test_codes_of_channels_are_flattened(self, probed, metric):
        expected = metric(probed())
        assert metric(probed(move=lambda x: x.view(-1, 5, 1, 1))) == pytest.approx(expected)

    def test_only_so_many_rows_are_drawn_by_the_seed(self, probed, metric):
        few = [metric(probed(seed=seed), samples=12) for seed in (0, 0, 1, 2)]
        assert few[0] == few[1]
        assert len(set(few)) > 1
        assert max(few) < metric(probed())

    def test_classes_that_training_does_not_see_are_not_asked_for(self, evaluate, metric):
        (inputs, targets), (rest, others) = blobs(300, 1, 0.1), blobs(400, 0, 0.1)
        seen = others != 2
        evaluation = evaluate(
            encoder(lambda x: x, (5,)), "encoder", inputs, targets, (rest[seen], others[seen]), classes=4, unseen=(2,)
        )
        assert metric(evaluation) == 1

    def test_without_classes_there_is_nothing_to_ask_for(self, probed, metric):
        with pytest.raises(Unsuitable, match="accuracy needs data with classes"):
            metric(probed(classes=None))

    def test_one_class_is_no_question(self, codes_of, metric):
        with pytest.raises(Unsuitable, match="two classes"):
            metric(codes_of(torch.rand(20, 5), classes=1))
