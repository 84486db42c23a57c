"""Figures for reconstructions (n, ...) against the inputs (n, ...), by torchmetrics."""

import torch
from torch import Tensor
from torch.nn import functional as F
from torchmetrics.functional.image import structural_similarity_index_measure
from torchmetrics.image import PeakSignalNoiseRatio

from bench import DataSpec, Evaluation, Unsuitable
from bench_metrics.asking import value_range
from bench_metrics.by_row import RowMean, each_row

# Keras's: no probability is taken to be nearer to 0 or 1.
EPSILON = 1e-7

# The PSNR at which single precision's own rounding begins to count; nothing is told to be better.
MOST_DECIBELS = 100.0


class BinaryCrossEntropy(RowMean):
    """Mean over all pixels of -x log y - (1 - x) log(1 - y), in nats, with y kept in [1e-7, 1 - 1e-7].

    It is Keras's `binary_crossentropy`. For grey pixels x its least value is not 0 but their entropy.

    :raises Unsuitable: if the inputs are not in [0, 1]
    """

    higher_is_better = False

    def __init__(self, spec: DataSpec) -> None:
        super().__init__(_binary_cross_entropies)
        low, high = value_range(spec, "reconstruction-bce")
        if low < 0 or high > 1:
            raise Unsuitable("reconstruction-bce needs inputs in [0, 1]", f"these are in [{low:g}, {high:g}]")


def mean_squared_error(spec: DataSpec) -> RowMean:
    """Mean over all pixels of (y - x)^2."""
    return RowMean(squared_errors)


class PSNR(PeakSignalNoiseRatio):
    """10 log10(range^2 / MSE) in dB, with the MSE over all pixels of all images; at most 100 dB.

    :raises Unsuitable: if the range of the inputs is not known
    """

    def __init__(self, spec: DataSpec) -> None:
        low, high = value_range(spec, "psnr")
        super().__init__(data_range=high - low)

    def compute(self) -> Tensor:
        return torch.clamp(super().compute(), max=MOST_DECIBELS)


def ssim(spec: DataSpec) -> RowMean:
    """Structural similarity under a Gaussian window, mean over the images: Wang et al. (2004), IEEE TIP 13(4).

    The window is theirs, 11 pixels wide with sigma 1.5, where it fits. On smaller images it is as wide as the
    largest odd number of pixels that fits, and sigma shrinks with it: on 8x8 pixels, 7 wide with sigma 0.95.

    :raises Unsuitable: if the inputs are no images of at least 3x3 pixels in a known range
    """
    shape = spec.input_shape
    if len(shape) != 3 or min(shape[1:]) < 3:
        raise Unsuitable("ssim needs images (channels, height, width) of 3x3 pixels or more", f"the inputs are {shape}")
    low, high = value_range(spec, "ssim")
    side = min(shape[1:])
    window = min(11, side if side % 2 else side - 1)
    # torchmetrics makes the window as wide as sigma asks for, and ignores its kernel_size.
    settings = {"sigma": 1.5 * window / 11, "data_range": high - low, "reduction": "none"}
    return RowMean(lambda outputs, truth: structural_similarity_index_measure(outputs, truth, **settings))


def bce_by_row(evaluation: Evaluation) -> Tensor:
    """The binary cross-entropy per pixel of each image."""
    return each_row(BinaryCrossEntropy(evaluation.spec).by_row, evaluation)


def mse_by_row(evaluation: Evaluation) -> Tensor:
    """The mean squared error per pixel of each image."""
    return each_row(squared_errors, evaluation)


def ssim_by_row(evaluation: Evaluation) -> Tensor:
    """The structural similarity of each image."""
    return each_row(ssim(evaluation.spec).by_row, evaluation)


def squared_errors(outputs: Tensor, truth: Tensor) -> Tensor:
    """Mean over all pixels of each image of (y - x)^2, (n,) in double precision."""
    return (outputs - truth).square().flatten(1).mean(1, dtype=torch.float64)


def _binary_cross_entropies(outputs: Tensor, truth: Tensor) -> Tensor:
    """Mean over all pixels of each image, (n,)."""
    probabilities = outputs.double().clamp(EPSILON, 1 - EPSILON)
    return F.binary_cross_entropy(probabilities, truth.double(), reduction="none").flatten(1).mean(1)
