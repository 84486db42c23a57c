"""A code as a compressed image: how good it is at its bytes, beside JPEG at as many."""

from collections.abc import Sequence
from math import ceil, log10
from typing import Annotated

import numpy as np
import torch
from pydantic import Field, PositiveInt
from torch import Tensor

from bench import Evaluation
from bench_metrics.asking import first, value_range
from bench_metrics.reconstruction.jpeg import jpeg_curve
from bench_metrics.reconstruction.scores import MOST_DECIBELS

Bits = Annotated[int, Field(ge=1, le=16)]


def rate_distortion_gain(evaluation: Evaluation, bits: Bits = 8, images: PositiveInt = 1000) -> float:
    """PSNR of what the decoder makes of the quantised code, minus JPEG's at as many bytes an image, in dB.

    JPEG's header is not counted. Between its qualities, its PSNR is interpolated. Where even its smallest file is
    larger than the code, it is taken at that, and where its largest is smaller, at that; the log then says so.

    :param bits: for each number of the code, on equal steps from the least to the largest value in the training part
    :param images: how many of the first test images
    :raises Unsuitable: if the model has no artifacts `encoder` and `decoder`, or the inputs are no images
    """
    return _gain(evaluation, bits, images, header=False)


def rate_distortion_gain_with_header(evaluation: Evaluation, bits: Bits = 8, images: PositiveInt = 1000) -> float:
    """PSNR of what the decoder makes of the quantised code, minus JPEG's at as many bytes an image, in dB.

    JPEG's header is counted, with tables optimised for each image. Where even its smallest file is larger than the
    code, it is taken at that, and where its largest is smaller, at that; the log then says so.

    :param bits: for each number of the code, on equal steps from the least to the largest value in the training part
    :param images: how many of the first test images
    :raises Unsuitable: if the model has no artifacts `encoder` and `decoder`, or the inputs are no images
    """
    return _gain(evaluation, bits, images, header=True)


def _gain(evaluation: Evaluation, bits: int, images: int, header: bool) -> float:
    low, high = value_range(evaluation.spec, "rate-distortion-gain")
    curve = jpeg_curve(evaluation.inputs, images, low, high)
    size, mse = coded(evaluation, bits, images)
    # On odd images a higher quality may take a byte less: it is no reason to pay more for less.
    sizes = np.maximum.accumulate(curve.bytes_with_header if header else curve.bytes)
    if not sizes[0] <= size <= sizes[-1]:
        counted = "with" if header else "without"
        print(f"a code is {size} bytes, JPEG {counted} header {sizes[0]:.0f} to {sizes[-1]:.0f}; the nearest is taken")
    theirs = [decibels(one) for one in curve.mse]
    return decibels(mse) - float(np.interp(size, sizes, theirs))


def coded(evaluation: Evaluation, bits: int, images: int) -> tuple[int, float]:
    """The bytes of a quantised code, and the MSE of what the decoder makes of it: a point of `code_curve`."""
    return code_curve(evaluation, (bits,), images)[0]


def code_curve(evaluation: Evaluation, bits: Sequence[int], images: int) -> list[tuple[int, float]]:
    """For each number of bits, the bytes of a code and the MSE of what is decoded from it, for a value range of 1.

    :raises Unsuitable: if the range of the inputs is not known, or there is no `encoder` or `decoder`
    """
    low, high = value_range(evaluation.spec, "rate-distortion-gain")
    case, inputs = evaluation.case, evaluation.inputs[:images]
    codes, training = first(case.call("encoder", inputs)), case.on_training("encoder").outputs

    def point(bits: int) -> tuple[int, float]:
        decoded = first(case.call("decoder", quantised(codes, training, bits)))
        mse = ((decoded - inputs) / (high - low)).square().mean(dtype=torch.float64)
        return ceil(codes[0].numel() * bits / 8), float(mse)

    return [point(one) for one in bits]


def quantised(codes: Tensor, training: Tensor, bits: int) -> Tensor:
    """Codes (n, ...) on 2^bits equal steps between the least and the largest value that each number has in training.

    What lies beyond is set to the nearest; a number that never varied there is set to its one value.
    """
    low, high = training.amin(0), training.amax(0)
    most = 2**bits - 1
    step = (high - low) / most
    levels = torch.where(step > 0, (codes - low) / step, 0.0).round().clamp(0, most)
    return low + levels * step


def decibels(mse: float) -> float:
    """PSNR of an MSE for a value range of 1; at most 100 dB, as the metric `psnr`."""
    return -10 * log10(max(mse, 10 ** (-MOST_DECIBELS / 10)))
