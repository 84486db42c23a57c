"""Pictures of a generator: the draws that it was fed with, and a grid of latent variables."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

from bench import Export, TensorSpec, Unsuitable
from bench_metrics.generation.arithmetic import latent_arithmetic
from bench_metrics.generation.nearest_picture import nearest_training
from bench_metrics.generation.pictures import manifold, noise_interpolation, prior_samples
from bench_metrics.generation.plane import sample_scatter


def test_latent_arithmetic_is_of_mean_noises_as_long_as_draws(evaluate):
    """Noise is shown as it is; its class is where its largest number stands, as that of the training images is."""
    noise = TensorSpec("noise", (9,), source="normal")
    part = Export("generator", lambda noise: noise.reshape(-1, 1, 3, 3), "generation", (noise,), ("sample",))
    training = 3.0 * torch.eye(9).reshape(9, 1, 3, 3), torch.arange(9)
    evaluation = evaluate(
        [part], "generator", torch.rand(200, 1, 3, 3), training=training, classes=9, value_range=(-3.0, 3.0)
    )
    axes = latent_arithmetic(evaluation, count=4).axes[0]
    found = shown_in(axes).reshape(4, 4, 9)
    means = {}
    for number, own in enumerate(evaluation.fed["noise"].split(1)):
        means.setdefault(int(own.argmax()), []).append(number)
    for row, (a, b, c) in zip(found, ((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5)), strict=True):
        expected = [evaluation.fed["noise"][means[each][:3]].mean(0) for each in (a, b, c)]
        expected = [3 * mean / mean.norm() for mean in expected]
        total = expected[0] - expected[1] + expected[2]
        expected.append(3 * total / total.norm())
        np.testing.assert_allclose(row, torch.stack(expected).clamp(-3, 3), atol=1e-4)
    assert [text.get_text() for text in axes.texts][1:4] == ["0", "- 1", "+ 2"]


def test_latent_arithmetic_needs_samples_of_three_classes(generated):
    same = torch.zeros(20, 1, 3, 3)
    with pytest.raises(Unsuitable, match="needs 3 samples of three classes"):
        latent_arithmetic(generated(same, torch.rand(20, 1, 3, 3), classes=9))


@pytest.fixture
def generator(evaluate):
    """Evaluations of a decoder that writes its latent variables into the first pixels."""

    def make(latents, encode=None, n=60):
        def decode(latent):
            return torch.cat([latent, torch.zeros(len(latent), 9 - latents)], 1).reshape(-1, 1, 3, 3)

        latent = TensorSpec("latent", (latents,), source="normal")
        exports = [Export("decoder", decode, "generation", (latent,), ("sample",))]
        if encode:
            exports.append(Export("encoder", encode, "embedding", (TensorSpec("input", (1, 3, 3)),), ("mean",)))
        inputs = torch.rand(n, 1, 3, 3, generator=torch.Generator().manual_seed(0))
        return evaluate(exports, "decoder", inputs, value_range=(-3.0, 3.0))

    return make


def shown(figure):
    """The latent variables that the pictures were made of."""
    return shown_in(figure.axes[0])


def shown_in(axes):
    """What images of nine pixels show, from -3 to 3."""
    values = np.stack([np.asarray(image.get_array()) for image in axes.images])
    return 6 * values.reshape(len(values), 9) - 3


def test_prior_samples_are_what_normal_draws_are_decoded_to(generator):
    evaluation = generator(2)
    found = shown(prior_samples(evaluation, count=25))
    assert len(found) == 25
    np.testing.assert_allclose(found[:, :2], evaluation.fed["latent"][:25].clamp(-3, 3), atol=1e-5)


def test_fewer_draws_than_are_shown(generator):
    assert len(shown(prior_samples(generator(2, n=7)))) == 7


def test_a_manifold_is_spread_as_the_prior_is(generator):
    found = shown(manifold(generator(2), side=5)).reshape(5, 5, 9)
    even = norm.ppf([0.1, 0.3, 0.5, 0.7, 0.9])
    np.testing.assert_allclose(found[:, :, 0], np.tile(even, (5, 1)), atol=1e-5)
    np.testing.assert_allclose(found[:, :, 1], np.tile(even[::-1, None], (1, 5)), atol=1e-5)


def test_of_more_latent_variables_the_two_most_active_ones_make_the_plane(generator):
    activity = torch.tensor([0.1, 0.7, 0.0, 2.0])
    figure = manifold(generator(4, lambda x: x.flatten(1)[:, :4] * activity), side=3)
    found = shown(figure).reshape(3, 3, 9)
    even = norm.ppf([1 / 6, 1 / 2, 5 / 6])
    np.testing.assert_allclose(found[:, :, 3], np.tile(even, (3, 1)), atol=1e-5)
    np.testing.assert_allclose(found[:, :, 1], np.tile(even[::-1, None], (1, 3)), atol=1e-5)
    np.testing.assert_allclose(found[:, :, [0, 2]], 0, atol=1e-5)
    assert "latent 3 to the right, 1 up" in figure.axes[0].texts[-1].get_text()


def test_more_latent_variables_need_an_encoder(generator):
    with pytest.raises(Unsuitable, match="encoder"):
        manifold(generator(4))


def test_one_latent_variable_makes_no_plane(generator):
    with pytest.raises(Unsuitable, match="two latent variables"):
        manifold(generator(1))


def test_between_two_noises_all_are_as_long_as_noises_are(generator):
    evaluation = generator(4)
    found = shown(noise_interpolation(evaluation, count=3)).reshape(3, 10, 9)[:, :, :4]
    latent = evaluation.fed["latent"]
    np.testing.assert_allclose(found[:, 0], latent[:3].clamp(-3, 3), atol=1e-5)
    np.testing.assert_allclose(found[:, -1], latent[3:6].clamp(-3, 3), atol=1e-5)
    np.testing.assert_allclose(found[:, 3], latent[:3] * np.cos(np.pi / 6) + latent[3:6] / 2, atol=1e-5)


def test_an_odd_noise_has_no_partner(generator):
    assert len(shown(noise_interpolation(generator(2, n=7)))) == 30
    with pytest.raises(Unsuitable, match=r"needs two rows of the test part \(there is 1\)"):
        noise_interpolation(generator(2, n=1))


def test_below_a_generated_image_is_its_nearest_training_image(generated):
    training = torch.eye(9).reshape(9, 1, 3, 3)
    evaluation = generated(0.5 * training[[4, 0, 4, 8]], torch.zeros(4, 1, 3, 3), training=(training, None))
    axes = nearest_training(evaluation).axes[0]
    above, below = np.stack([np.asarray(image.get_array()) for image in axes.images]).reshape(2, 4, 9)
    np.testing.assert_allclose(above, below / 2)
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("0.50") == 4
    assert "median of test images: 1.00" in texts[-1]  # black test images


def test_points_are_drawn_in_the_plane(generated):
    figure = sample_scatter(generated(torch.rand(30, 2), torch.rand(30, 2), value_range=None), count=20)
    assert [len(points.get_offsets()) for points in figure.axes[0].collections] == [20, 20]


@pytest.mark.parametrize("picture", [noise_interpolation, nearest_training, sample_scatter])
def test_three_numbers_are_no_picture(generated, picture):
    with pytest.raises(Unsuitable, match=r"the inputs are \(3,\)"):
        picture(generated(torch.rand(5, 3), torch.rand(5, 3)))


@pytest.mark.parametrize("picture", [manifold, noise_interpolation])
def test_a_generator_of_two_inputs_is_on_no_line(evaluate, picture):
    inputs = tuple(TensorSpec(name, (2,), source="normal") for name in ("noise", "style"))
    exports = [Export("generator", lambda noise, style: noise.reshape(-1, 1, 1, 2), "generation", inputs, ("sample",))]
    with pytest.raises(Unsuitable, match=r"needs a generator with one input \(this has noise, style\)"):
        picture(evaluate(exports, "generator", torch.rand(4, 1, 1, 2)))
