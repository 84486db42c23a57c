"""What metrics of generators compare inputs by."""

from torch import Tensor

from bench import Evaluation
from bench_metrics.generation.samples import Numbers, compared, rows


def features(evaluation: Evaluation, inputs: Tensor) -> Tensor:
    """Inputs (n, *input_shape) -> features (n, d): the inputs themselves, flattened.

    Of points in the plane they are the coordinates, of images the pixels. Distances of pixels are not those that an eye
    sees, nor are they comparable with published figures, which come from trained nets.
    """
    return inputs.flatten(1)


def compared_features(
    evaluation: Evaluation, metric: str, samples: int, real: bool = False, least: int = 2
) -> list[Numbers]:
    """The features of test samples, and of as many generated ones, (n, d) each; see `compared`."""
    return [rows(features(evaluation, one)) for one in compared(evaluation, metric, samples, real, least)]
