"""Quantised codes, and their gain on JPEG."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import Unsuitable
from bench_metrics.reconstruction.jpeg import jpeg_curve
from bench_metrics.reconstruction.rate_distortion import (
    coded,
    decibels,
    quantised,
    rate_distortion_gain,
    rate_distortion_gain_with_header,
)


@given(st.integers(0, 99), st.integers(1, 12), st.floats(1e-3, 1e3))
def test_quantised_codes_are_the_nearest_of_equal_steps(seed, bits, scale):
    training = scale * torch.randn(200, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    codes = training[:50]
    found = quantised(codes, training, bits)
    low, high = training.amin(0), training.amax(0)
    for number in range(3):
        steps = np.linspace(float(low[number]), float(high[number]), 2**bits)
        nearest = steps[np.abs(codes[:, number].numpy()[:, None] - steps).argmin(1)]
        assert found[:, number].numpy() == pytest.approx(nearest, abs=1e-9 * scale)


def test_what_training_never_had_is_set_to_the_nearest_that_it_had():
    training = torch.tensor([[0.0, 5.0], [1.0, 5.0]])
    assert quantised(torch.tensor([[-3.0, 7.0], [9.0, 5.0]]), training, 8).tolist() == [[0, 5], [1, 5]]


def test_codes_of_any_shape_have_a_range_for_each_number():
    training = torch.rand(50, 2, 3, 3) * torch.arange(1.0, 19).view(2, 3, 3)
    found = quantised(training, training, 10)
    assert ((found - training).abs() <= (training.amax(0) - training.amin(0)) / 1023 / 2 + 1e-6).all()


@pytest.mark.parametrize(("mse", "expected"), [(1.0, 0), (0.01, 20), (1e-30, 100), (0.0, 100)])
def test_decibels(mse, expected):
    assert decibels(mse) == pytest.approx(expected)


@pytest.fixture(scope="module")
def images():
    """Smooth images (60, 1, 16, 16) in [0, 1], that JPEG knows well."""
    rows, columns = torch.linspace(0, 3, 16).view(16, 1), torch.linspace(0, 3, 16)
    phases = torch.arange(60.0).view(60, 1, 1, 1)
    return (torch.sin(rows * columns + phases) + 1) / 2


def first_rows(images, count, evaluate, autoencoder):
    """An autoencoder that keeps so many rows of pixels and makes the others grey."""

    def decode(rows):
        return torch.cat([rows, torch.full((len(rows), 1, 16 - count, 16), 0.5)], 2)

    parts = autoencoder(lambda x: x[:, :, :count], decode, (1, 16, 16), (1, count, 16))
    return evaluate(parts, "autoencoder", images)


def expected_decibels(images, count, bits):
    """By numpy: the kept rows are off by their rounding, the others by their distance from grey."""
    x = images.double().numpy()
    kept = x[:, :, :count]
    low, high = kept.min(0), kept.max(0)
    steps = (high - low) / (2**bits - 1)
    off = np.concatenate([low + np.round((kept - low) / steps) * steps - kept, 0.5 - x[:, :, count:]], axis=2)
    return -10 * np.log10(np.square(off).mean())


@pytest.mark.parametrize(("count", "bits", "size"), [(1, 8, 16), (4, 8, 64), (3, 3, 18), (1, 1, 2), (16, 8, 256)])
def test_code_is_counted_in_whole_bytes_and_judged_by_its_decoder(images, evaluate, autoencoder, count, bits, size):
    bytes_of_code, mse = coded(first_rows(images, count, evaluate, autoencoder), bits, 1000)
    assert bytes_of_code == size
    assert decibels(mse) == pytest.approx(expected_decibels(images, count, bits), abs=1e-3)


def test_gain_is_over_jpeg_between_its_two_nearest_sizes(images, evaluate, autoencoder):
    curve = jpeg_curve(images, 1000, 0.0, 1.0)
    count = 3
    place = int(np.searchsorted(curve.bytes, count * 16))
    assert 0 < place < len(curve.bytes)
    share = (count * 16 - curve.bytes[place - 1]) / (curve.bytes[place] - curve.bytes[place - 1])
    below, above = -10 * np.log10(curve.mse[place - 1 : place + 1])
    expected = expected_decibels(images, count, 8) - (below + share * (above - below))
    found = rate_distortion_gain(first_rows(images, count, evaluate, autoencoder))
    assert found == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("gain", "count", "bits", "place"),
    [(rate_distortion_gain, 1, 2, 0), (rate_distortion_gain_with_header, 4, 8, 0), (rate_distortion_gain, 16, 8, -1)],
)
def test_beyond_jpegs_sizes_its_nearest_is_taken_and_the_log_says_so(
    images, evaluate, autoencoder, capsys, gain, count, bits, place
):
    found = gain(first_rows(images, count, evaluate, autoencoder), bits)
    theirs = -10 * np.log10(jpeg_curve(images, 1000, 0.0, 1.0).mse[place])
    assert found == pytest.approx(expected_decibels(images, count, bits) - theirs, abs=1e-3)
    assert f"a code is {2 * count * bits} bytes, JPEG with" in capsys.readouterr().out


def test_header_costs_jpeg(images, evaluate, autoencoder):
    evaluation = first_rows(images, 14, evaluate, autoencoder)
    assert rate_distortion_gain_with_header(evaluation) > rate_distortion_gain(evaluation) + 1


def test_range_of_the_inputs_is_no_matter(images, evaluate, autoencoder):
    def gain(low, high):
        def decode(code):
            return (high - low) * code.view(-1, 1, 1, 1).expand(-1, 1, 16, 16) + low

        def encode(x):
            return (x.flatten(1).mean(1, keepdim=True) - low) / (high - low)

        parts = autoencoder(encode, decode, (1, 16, 16), (1,))
        scaled = low + (high - low) * images
        return rate_distortion_gain(evaluate(parts, "autoencoder", scaled, value_range=(low, high)))

    assert gain(-1.0, 1.0) == pytest.approx(gain(0.0, 1.0), abs=1e-3)
    assert gain(0.0, 255.0) == pytest.approx(gain(0.0, 1.0), abs=1e-3)


def test_only_so_many_images_are_looked_at(images, evaluate, autoencoder):
    whole = first_rows(images, 3, evaluate, autoencoder)
    few = first_rows(images[:10], 3, evaluate, autoencoder)
    _, of_ten = coded(whole, 8, 10)
    assert of_ten != coded(whole, 8, 60)[1]
    # The range is that of all training codes, which are a few more: hardly another rounding.
    assert of_ten == pytest.approx(coded(few, 8, 60)[1], rel=1e-3)


def test_what_cannot_be_compared_is_refused(images, evaluate, autoencoder):
    whole = list(first_rows(images, 2, evaluate, autoencoder).case.exports.values())
    with pytest.raises(Unsuitable, match="no artifact 'encoder'"):
        rate_distortion_gain(evaluate(whole[2:], "autoencoder", images))
    with pytest.raises(Unsuitable, match="range"):
        rate_distortion_gain(evaluate(whole, "autoencoder", images, value_range=None))
    points = autoencoder(lambda x: x, lambda z: z, (4,), (4,))
    with pytest.raises(Unsuitable, match="JPEG needs images"):
        rate_distortion_gain(evaluate(points, "autoencoder", torch.rand(5, 4)))
