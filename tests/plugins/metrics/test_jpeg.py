"""JPEG's curve against figures that were measured elsewhere, and against the cosine transform."""

from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.fft import dctn, idctn

from bench import Unsuitable
from bench_metrics.reconstruction.jpeg import QUALITIES, encoded, jpeg_curve


@pytest.fixture(scope="module")
def images():
    """Smooth images (20, 1, 24, 32) in [-1, 1]."""
    rows = torch.linspace(0, 3, 24).view(24, 1)
    columns = torch.linspace(0, 3, 32)
    phases = torch.arange(20.0).view(20, 1, 1, 1)
    return torch.sin(rows * columns + phases)


def test_blank_image_is_164_bytes_of_header():
    blank = np.zeros((28, 28, 1), dtype=np.uint8)
    assert len(encoded(blank, 10, optimize=True)) == 164


def test_scan_of_a_blank_image_is_six_bits_a_block():
    # The standard tables write "no change of the mean" in 2 bits and "no more coefficients" in 4; 16 blocks of 8x8.
    curve = jpeg_curve(torch.full((1, 1, 32, 32), 128 / 255), 1, 0.0, 1.0)
    assert set(curve.bytes) == {16 * 6 / 8}
    assert curve.mse.max() == pytest.approx(0, abs=1e-12)


def by_hand(shares, quality):
    """What JPEG makes of an image (height, width) in [0, 1]: its quantised cosine transform, in blocks of 8x8."""
    pixels = np.rint(shares * 255)
    table = Image.open(BytesIO(encoded(pixels.astype(np.uint8)[..., None], quality))).quantization[0]
    steps = np.reshape(table, (8, 8))
    blocks = pixels.reshape(pixels.shape[0] // 8, 8, -1, 8).swapaxes(1, 2) - 128
    kept = steps * np.rint(dctn(blocks, axes=(2, 3), norm="ortho") / steps)
    decoded = idctn(kept, axes=(2, 3), norm="ortho") + 128
    return np.rint(decoded.swapaxes(1, 2).reshape(pixels.shape)).clip(0, 255) / 255


def test_distortion_is_that_of_the_quantised_cosine_transform(images):
    curve = jpeg_curve(images, 5, -1.0, 1.0)
    shares = (images[:5, 0].double().numpy() + 1) / 2
    for quality, mse in zip(QUALITIES, curve.mse, strict=True):
        expected = np.mean([np.square(by_hand(one, quality) - one).mean() for one in shares])
        assert mse == pytest.approx(expected, rel=0.05, abs=2e-6)


def test_grey_in_three_channels_is_as_good_as_in_one(images):
    colour = jpeg_curve(images.expand(-1, 3, -1, -1), 5, -1.0, 1.0)
    grey = jpeg_curve(images, 5, -1.0, 1.0)
    assert colour.mse == pytest.approx(grey.mse, rel=0.05, abs=2e-6)
    assert (colour.bytes > grey.bytes).all()


def test_more_quality_is_more_bytes_and_less_error(images):
    curve = jpeg_curve(images, 20, -1.0, 1.0)
    assert len(curve.bytes) == len(QUALITIES)
    assert (np.diff(curve.bytes) > 0).all()
    assert (np.diff(curve.bytes_with_header) > 0).all()
    assert (np.diff(curve.mse) < 0).all()
    assert (curve.bytes < curve.bytes_with_header - 100).all()


def test_curve_is_drawn_once(images):
    assert jpeg_curve(images, 20, -1.0, 1.0) is jpeg_curve(images, 20, -1.0, 1.0)
    assert jpeg_curve(images, 20, -1.0, 1.0) is not jpeg_curve(images, 10, -1.0, 1.0)


@pytest.mark.parametrize("shape", [(4, 64), (4, 2, 8, 8)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(Unsuitable, match="1 or 3 channels"):
        jpeg_curve(torch.zeros(shape), 4, 0.0, 1.0)
