"""The curves are those that the metrics of rate and distortion are made of."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bench import Unsuitable
from bench_metrics.reconstruction.jpeg import jpeg_curve
from bench_metrics.reconstruction.rate_distortion import rate_distortion_gain
from bench_metrics.reconstruction.rate_distortion_picture import rate_distortion_curve


@pytest.fixture
def evaluation(evaluate, autoencoder):
    """An autoencoder of smooth images (60, 1, 16, 16) that keeps one pixel of four."""
    ramp = torch.linspace(0, 3, 16)
    images = (torch.sin(ramp.view(16, 1) * ramp + torch.arange(60.0).view(60, 1, 1, 1)) + 1) / 2

    def decode(code):
        return code.repeat_interleave(2, 2).repeat_interleave(2, 3)

    return evaluate(autoencoder(lambda x: x[..., ::2, ::2], decode, (1, 16, 16), (1, 8, 8)), "autoencoder", images)


def test_a_code_of_64_numbers_has_8_bytes_a_bit(evaluation):
    code, _, _ = rate_distortion_curve(evaluation).axes[0].lines
    assert list(code.get_xdata()) == [8, 16, 24, 32, 40, 48, 56, 64]


def test_the_distance_between_the_curves_is_the_gain_on_jpeg(evaluation):
    code, jpeg, _ = rate_distortion_curve(evaluation).axes[0].lines
    for bits, (size, quality) in enumerate(zip(code.get_xdata(), code.get_ydata(), strict=True), 1):
        theirs = np.interp(size, jpeg.get_xdata(), jpeg.get_ydata())
        assert quality - theirs == pytest.approx(rate_distortion_gain(evaluation, bits=bits))


def test_jpeg_stands_with_and_without_its_header(evaluation):
    _, pixels, whole = rate_distortion_curve(evaluation, images=20).axes[0].lines
    expected = jpeg_curve(evaluation.inputs, 20, 0.0, 1.0)
    np.testing.assert_array_equal(pixels.get_xdata(), expected.bytes)
    np.testing.assert_array_equal(whole.get_xdata(), expected.bytes_with_header)
    np.testing.assert_array_equal(pixels.get_ydata(), whole.get_ydata())


@pytest.mark.parametrize("missing", ["encoder", "decoder"])
def test_curves_need_an_encoder_and_a_decoder(evaluation, missing):
    del evaluation.case.exports[missing]
    with pytest.raises(Unsuitable, match=missing):
        rate_distortion_curve(evaluation)


def test_curves_need_a_known_range(evaluation):
    with pytest.raises(Unsuitable, match="range"):
        rate_distortion_curve(replace(evaluation, spec=replace(evaluation.spec, value_range=None)))
