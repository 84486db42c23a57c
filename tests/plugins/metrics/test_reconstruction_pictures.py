"""Pictures of reconstructions: which images are shown, and that they are what the artifacts answer."""

import numpy as np
import pytest
import torch

from bench import Unsuitable
from bench_metrics.reconstruction.denoising import cleaned, noisy
from bench_metrics.reconstruction.pictures import denoised, examples, interpolation, reconstructions, traversal

N = 40


def images(figure):
    return [np.asarray(image.get_array()) for image in figure.axes[0].images]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


@pytest.fixture
def halving(evaluate, autoencoder):
    """Evaluations of an autoencoder that answers half of each pixel; its code is the image itself."""

    def make(n=N, shape=(1, 4, 4), **more):
        inputs = torch.rand(n, *shape, generator=torch.Generator().manual_seed(0))
        exports = autoencoder(lambda x: x.flatten(1), lambda code: code.reshape(-1, *shape) / 2, shape, (16,))
        targets = torch.arange(n).flip(0) % 4
        return evaluate(exports, "autoencoder", inputs, targets, **{"classes": 4, **more})

    return make


def test_examples_are_of_the_classes_in_turn(halving):
    evaluation = halving(classes=4)
    chosen = examples(evaluation, 10)
    assert evaluation.targets[chosen].tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]
    # N - 1 - row has the class, so the first of class c is in row 3 - c, the second 4 later.
    assert chosen.tolist() == [3, 2, 1, 0, 7, 6, 5, 4, 11, 10]


def test_examples_without_classes_are_the_first(halving):
    assert examples(halving(classes=None), 3).tolist() == [0, 1, 2]


def test_examples_of_classes_that_are_not_all_there(evaluate, autoencoder):
    exports = autoencoder(lambda x: x, lambda x: x, (1, 2, 2), (1, 2, 2))
    evaluation = evaluate(exports, "autoencoder", torch.rand(3, 1, 2, 2), torch.tensor([7, 7, 2]), classes=10)
    assert examples(evaluation, 10).tolist() == [2, 0, 1]


def test_reconstructions_stand_below_their_originals_with_their_error(halving):
    evaluation = halving()
    figure = reconstructions(evaluation, count=20)
    shown = images(figure)
    assert len(shown) == 40
    chosen = examples(evaluation, 20)
    for column, row in enumerate(chosen[:10]):
        np.testing.assert_allclose(shown[column], evaluation.inputs[row, 0], rtol=1e-6)
        np.testing.assert_allclose(shown[10 + column], evaluation.inputs[row, 0] / 2, rtol=1e-6)
    errors = [f"{((x / 2) ** 2).mean():.4f}" for x in evaluation.inputs[chosen].numpy()]
    assert texts(figure)[2:12] == errors[:10]


def test_fewer_images_than_are_shown(halving):
    assert len(images(reconstructions(halving(n=3)))) == 6


def test_values_are_shown_in_the_range_of_the_dataset(halving):
    shown = images(reconstructions(halving(value_range=(-1.0, 1.0)), count=1))
    original = halving().inputs[3, 0]
    np.testing.assert_allclose(shown[0], (original + 1) / 2, rtol=1e-6)


def test_colours_are_shown_in_colour(evaluate, autoencoder):
    exports = autoencoder(lambda x: x, lambda x: x, (3, 4, 4), (3, 4, 4))
    inputs = torch.rand(5, 3, 4, 4)
    shown = images(reconstructions(evaluate(exports, "autoencoder", inputs)))
    assert shown[0].shape == (4, 4, 3)


@pytest.mark.parametrize(("noise", "told"), [("gaussian", "Gaussian noise, sigma 0.4"), ("masking", "20 % of the pix")])
def test_denoised_shows_noisy_cleaned_and_clean_images(halving, noise, told):
    evaluation = halving()
    figure = denoised(evaluation, noise, sigma=0.4, masked=0.2)
    shown = np.stack(images(figure)).reshape(3, 10, 4, 4)
    some = examples(evaluation, 10)
    before = noisy(evaluation, noise, 0.4, 0.2)
    assert (before != evaluation.inputs).any()
    for row, expected in zip(shown, (before, cleaned(evaluation, before), evaluation.inputs), strict=True):
        np.testing.assert_allclose(row, expected[some, 0], rtol=1e-6)
    errors = [f"{((before[row] - evaluation.inputs[row]) ** 2).mean():.4f}" for row in some]
    assert texts(figure)[1:11] == errors
    assert told in texts(figure)[-1]


def test_interpolation_goes_from_an_image_to_one_of_another_class(halving):
    evaluation = halving()
    shown = images(interpolation(evaluation, count=3))
    assert len(shown) == 30
    start, end = (evaluation.inputs[row, 0] for row in examples(evaluation, 2))
    np.testing.assert_allclose(shown[0], start, rtol=1e-6)
    np.testing.assert_allclose(shown[9], end, rtol=1e-6)
    for step, between in enumerate(shown[1:9]):
        np.testing.assert_allclose(between, (start + (end - start) * step / 7) / 2, atol=1e-6)


def test_interpolation_leaves_out_an_image_without_a_partner(halving):
    assert len(images(interpolation(halving(n=5)))) == 20


def test_interpolation_needs_two_images(halving):
    with pytest.raises(Unsuitable, match="two test images"):
        interpolation(halving(n=1))


def test_traversal_moves_the_most_varied_numbers_between_their_percentiles(evaluate, autoencoder):
    spread = torch.tensor([0.1, 0.9, 0.0, 0.5]).reshape(1, 2, 2)
    inputs = torch.rand(300, 1, 2, 2, generator=torch.Generator().manual_seed(0)) * spread
    exports = autoencoder(lambda x: x.flatten(1), lambda code: code.reshape(-1, 1, 2, 2), (1, 2, 2), (4,))
    figure = traversal(evaluate(exports, "autoencoder", inputs), count=2)
    assert texts(figure)[:2] == ["code 1", "code 3"]
    shown = np.stack(images(figure)).reshape(2, 10, 4)
    for row, number in zip(shown, (1, 3), strict=True):
        column = inputs.flatten(1)[:, number].numpy()
        expected = np.tile(inputs[0].flatten().numpy(), (10, 1))
        expected[:, number] = np.linspace(*np.percentile(column, [1, 99]), 10)
        np.testing.assert_allclose(row, expected, atol=1e-5)


def test_traversal_leaves_out_what_never_varies(evaluate, autoencoder):
    exports = autoencoder(lambda x: x * torch.tensor([1.0, 0.0]), lambda code: code, (1, 2, 2), (1, 2, 2))
    figure = traversal(evaluate(exports, "autoencoder", torch.rand(9, 1, 2, 2)))
    assert {text for text in texts(figure) if text.startswith("code")} == {"code 0", "code 2"}


def test_traversal_needs_a_code_that_varies(evaluate, autoencoder):
    exports = autoencoder(lambda x: x * 0, lambda code: code, (1, 2, 2), (1, 2, 2))
    with pytest.raises(Unsuitable, match="all test images have the same"):
        traversal(evaluate(exports, "autoencoder", torch.rand(9, 1, 2, 2)))


@pytest.mark.parametrize("draw", [interpolation, traversal])
@pytest.mark.parametrize("missing", ["encoder", "decoder"])
def test_codes_need_an_encoder_and_a_decoder(halving, draw, missing):
    evaluation = halving()
    del evaluation.case.exports[missing]
    with pytest.raises(Unsuitable, match=missing):
        draw(evaluation)
