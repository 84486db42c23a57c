"""The curve of quality against bytes of a code, beside JPEG's, without a background of its own."""

from matplotlib.figure import Figure
from pydantic import PositiveInt

from bench import Evaluation
from bench_metrics.asking import value_range
from bench_metrics.drawing import COLOURS, INK, images_only, plain_axes
from bench_metrics.reconstruction.jpeg import jpeg_curve
from bench_metrics.reconstruction.rate_distortion import code_curve, decibels

BITS = range(1, 9)


def rate_distortion_curve(evaluation: Evaluation, images: PositiveInt = 1000) -> Figure:
    """Peak signal-to-noise ratio against bytes an image: codes rounded to 1 to 8 bits a number, and JPEG's qualities.

    :param images: how many of the first test images
    :raises Unsuitable: if the inputs are not images in a known range, or the model has no encoder or decoder
    """
    images_only(evaluation.spec, "rate-distortion-curve")
    low, high = value_range(evaluation.spec, "rate-distortion-curve")
    sizes, errors = zip(*code_curve(evaluation, BITS, images), strict=True)
    jpeg = jpeg_curve(evaluation.inputs, images, low, high)
    figure, axes = plain_axes("bytes an image", "PSNR, dB")
    curves = (
        ("code, 1 to 8 bits a number", sizes, errors, COLOURS[0]),
        ("JPEG, its pixels alone", jpeg.bytes, jpeg.mse, COLOURS[1]),
        ("JPEG with its header", jpeg.bytes_with_header, jpeg.mse, COLOURS[4]),
    )
    for label, across, mse, colour in curves:
        axes.plot(across, [decibels(one) for one in mse], "o-", ms=3.5, lw=1.5, color=colour, label=label)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(color=INK, alpha=0.2, linewidth=0.6)
    axes.legend(frameon=False, fontsize=8, labelcolor=INK)
    return figure
