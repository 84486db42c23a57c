"""JPEG's rate-distortion curve on a dataset's own images, by Pillow."""

from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from bench import Unsuitable
from bench_metrics.memory import once_per_tensor

# libjpeg's scale; above 95 it advises against itself.
QUALITIES = (1, 3, 5, 7, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 95)
MODES = {1: "L", 3: "RGB"}

Numbers = NDArray[np.float64]
Pixels = NDArray[np.uint8]


class Curve(NamedTuple):
    """Means over the images for each of the `QUALITIES`, all (qualities,).

    `bytes` counts the compressed pixels alone, as coded with JPEG's standard tables: a decoder knows these, so that
    nothing before the pixels would have to be sent. `bytes_with_header` counts the whole of the smallest file, which
    brings tables made for this image. The pixels that come out are the same; `mse` is theirs, for a value range of 1.
    """

    bytes: Numbers
    bytes_with_header: Numbers
    mse: Numbers


@once_per_tensor
def jpeg_curve(inputs: Tensor, images: int, low: float, high: float) -> Curve:
    """The curve on the first images of inputs (n, channels, height, width) in [low, high].

    :raises Unsuitable: if they are no images of one or three channels
    """
    if inputs.ndim != 4 or inputs.shape[1] not in MODES:
        shape = tuple(inputs.shape[1:])
        raise Unsuitable("JPEG needs images (1 or 3 channels, height, width)", f"the inputs are {shape}")
    shares = ((inputs[:images] - low) / (high - low)).permute(0, 2, 3, 1).double().numpy()
    pixels = np.rint(shares * 255).clip(0, 255).astype(np.uint8)
    return Curve(*np.transpose([_point(pixels, shares, quality) for quality in QUALITIES]))


def _point(pixels: Pixels, shares: Numbers, quality: int) -> tuple[float, float, float]:
    """Mean bytes of the compressed pixels, mean bytes of the smallest file, and MSE at one quality."""
    plain = [encoded(image, quality) for image in pixels]
    small = [encoded(image, quality, optimize=True) for image in pixels]
    decoded = np.stack([np.asarray(Image.open(BytesIO(file))) for file in plain]).reshape(shares.shape)
    mse = np.square(decoded / 255 - shares).mean()
    return float(np.mean([_scan_size(file) for file in plain])), float(np.mean([len(file) for file in small])), mse


def encoded(image: Pixels, quality: int, optimize: bool = False) -> bytes:
    """An image (height, width, channels) as a JPEG file.

    :param optimize: with Huffman tables made for this image, rather than the standard ones
    """
    file = BytesIO()
    mode = MODES[image.shape[2]]
    Image.fromarray(image.squeeze(2) if mode == "L" else image, mode).save(
        file, "JPEG", quality=quality, optimize=optimize
    )
    return file.getvalue()


def _scan_size(file: bytes) -> int:
    """The bytes of compressed pixels: what follows the header of the one scan, up to the end marker."""
    place = 2  # after the marker of the start
    while file[place : place + 2] != b"\xff\xda":  # start of scan; every segment before it tells its length
        place += 2 + int.from_bytes(file[place + 2 : place + 4], "big")
    place += 2 + int.from_bytes(file[place + 2 : place + 4], "big")
    return len(file) - place - 2
