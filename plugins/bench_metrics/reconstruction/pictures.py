"""Pictures of reconstructions: beside their originals, from noisy ones, and of codes that no image has.

They have no background of their own, so that they fit a light and a dark page.
"""

import torch
from matplotlib.figure import Figure
from pydantic import PositiveFloat, PositiveInt

from bench import Evaluation, Unsuitable
from bench_metrics.asking import first
from bench_metrics.drawing import images_only, shades
from bench_metrics.reconstruction.denoising import Masked, Noise, cleaned, noisy
from bench_metrics.sheet import COLUMNS, Row, sheet

# Test images whose codes say between which values the numbers of a code lie.
SAMPLE = 1000


def reconstructions(evaluation: Evaluation, count: PositiveInt = 20) -> Figure:
    """Originals over reconstructions, and below each pair its mean squared error per pixel.

    :param count: how many test images, of the classes in turn
    :raises Unsuitable: if the inputs are not images of one or three channels
    """
    images_only(evaluation.spec, "reconstructions")
    rows = []
    for some in examples(evaluation, count).split(COLUMNS):
        originals, answers = evaluation.inputs[some], evaluation.outputs[some]
        rows += [
            Row(shades(evaluation, originals), "original", above=6),
            Row(shades(evaluation, answers), "decoded", notes=_errors(answers, originals)),
        ]
    return sheet(rows, caption="below each pair: its mean squared error per pixel")


def denoised(
    evaluation: Evaluation, noise: Noise = "gaussian", sigma: PositiveFloat = 0.5, masked: Masked = 0.25
) -> Figure:
    """Test images with noise, what the model makes of them, and as they were; the noise is that of `denoising-gain`.

    :param noise: what is done to the inputs, see `sigma` and `masked`
    :param sigma: standard deviation of Gaussian noise, before it is clipped to the range of the inputs
    :param masked: share of the pixels that masking sets to the lowest value
    :raises Unsuitable: if the inputs are not images of one or three channels
    """
    images_only(evaluation.spec, "denoised")
    inputs = noisy(evaluation, noise, sigma, masked)
    some = examples(evaluation, COLUMNS)
    before, after, clean = inputs[some], cleaned(evaluation, inputs)[some], evaluation.inputs[some]
    rows = [
        Row(shades(evaluation, before), "noisy", notes=_errors(before, clean)),
        Row(shades(evaluation, after), "cleaned", notes=_errors(after, clean), above=4),
        Row(shades(evaluation, clean), "clean", above=4),
    ]
    what = f"Gaussian noise, sigma {sigma:g}" if noise == "gaussian" else f"{100 * masked:g} % of the pixels masked"
    return sheet(rows, caption=f"{what}; below each image: its mean squared error against the clean one")


def traversal(evaluation: Evaluation, count: PositiveInt = 5) -> Figure:
    """What the numbers of a code stand for: in each row, one of them moves through the values that it has.

    It is the code of the first test image, and a number moves from its 1st to its 99th percentile on the test set.

    :param count: how many numbers of the code, those of the largest standard deviation on the test set
    :raises Unsuitable: if the inputs are not images, there is no encoder or decoder, or the code is always the same
    """
    images_only(evaluation.spec, "latent-traversal")
    codes = first(evaluation.case.call("encoder", evaluation.inputs[:SAMPLE]))
    flat = codes.flatten(1)
    low, high = flat.quantile(torch.tensor([0.01, 0.99]), dim=0)
    chosen = flat.std(0, correction=0).argsort(descending=True, stable=True)[:count]
    chosen = chosen[high[chosen] > low[chosen]]
    if not len(chosen):
        raise Unsuitable("latent-traversal needs a code that varies", "all test images have the same")
    moved = flat[0].repeat(len(chosen), COLUMNS, 1)
    for row, number in enumerate(chosen):
        moved[row, :, number] = torch.linspace(float(low[number]), float(high[number]), COLUMNS)
    decoded = _decoded(evaluation, moved.reshape(-1, *codes.shape[1:])).split(COLUMNS)
    rows = [Row(images, f"code {number}") for number, images in zip(chosen, decoded, strict=True)]
    return sheet(rows, caption="one number of a test image's code, from its 1st to its 99th percentile")


def interpolation(evaluation: Evaluation, count: PositiveInt = 5) -> Figure:
    """Pairs of test images of different classes, and between them what is decoded on the line between their codes.

    :param count: how many pairs
    :raises Unsuitable: if the inputs are not at least two images, or the model has no encoder or decoder
    """
    images_only(evaluation.spec, "interpolation")
    pairs = examples(evaluation, 2 * count)
    pairs = pairs[: len(pairs) // 2 * 2]
    if not len(pairs):
        raise Unsuitable("interpolation needs two test images", f"there are {len(evaluation.inputs)}")
    starts, ends = evaluation.inputs[pairs[::2]], evaluation.inputs[pairs[1::2]]
    from_, to = (first(evaluation.case.call("encoder", images)) for images in (starts, ends))
    codes = torch.stack([torch.lerp(from_, to, float(t)) for t in torch.linspace(0, 1, COLUMNS - 2)], dim=1)
    decoded = _decoded(evaluation, codes.flatten(0, 1)).split(COLUMNS - 2)
    rows = [
        Row(torch.cat([shades(evaluation, start[None]), between, shades(evaluation, end[None])]))
        for start, between, end in zip(starts, decoded, ends, strict=True)
    ]
    return sheet(
        rows,
        apart=(1, COLUMNS - 1),
        caption="left and right: test images; between: decoded from the line between their codes",
    )


def examples(evaluation: Evaluation, count: int) -> torch.Tensor:
    """Rows of the test set: the first image of each class, then the second of each; without classes the first ones."""
    classes, targets = evaluation.spec.classes, evaluation.targets
    if not classes or targets.ndim != 1:
        return torch.arange(len(evaluation.inputs))[:count]
    members = torch.nn.functional.one_hot(targets, classes)
    turn = members.cumsum(0).gather(1, targets[:, None])[:, 0]
    return (turn * classes + targets).argsort()[:count]


def _errors(images: torch.Tensor, truth: torch.Tensor) -> list[str]:
    """Mean squared error of each image per pixel."""
    return [f"{error:.4f}" for error in (images - truth).square().flatten(1).mean(1)]


def _decoded(evaluation: Evaluation, codes: torch.Tensor) -> torch.Tensor:
    return shades(evaluation, first(evaluation.case.call("decoder", codes)))
