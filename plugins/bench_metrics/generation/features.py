"""What metrics of generators compare inputs by."""

from functools import partial

from torch import Tensor

from bench import Evaluation
from bench_metrics.generation.samples import Numbers, compared, rows


def features(evaluation: Evaluation, inputs: Tensor) -> Tensor:
    """Inputs (n, *input_shape) -> features (n, d), by the net that the suite names under `features`.

    Where it names none, they are the inputs themselves, flattened: of points in the plane the coordinates, of images
    the pixels. Distances of pixels are not those that an eye sees. Figures are comparable only if they have the same
    features, so neither with published ones, which come from other nets.
    """
    by_net: Tensor | None = evaluation.case.features(inputs)
    return inputs.flatten(1) if by_net is None else by_net


def compared_features(
    evaluation: Evaluation,
    metric: str,
    samples: int,
    real: bool = False,
    least: int = 2,
    generate: int | None = None,
    raw: bool = False,
) -> list[Numbers]:
    """The features of test samples, and of as many generated ones, (n, d) each; see `compared`.

    :param raw: the samples themselves in place of their features
    """
    seen = (lambda part: part) if raw else partial(features, evaluation)
    return [rows(one) for one in compared(evaluation, metric, samples, real, least, seen, generate)]
