"""What clipping makes of a critic's weights."""

import torch
from torch import Tensor, nn

from bench import Evaluation, Unsuitable

# Half a millionth: what a rounding makes of the bound.
ROUNDING = 5e-7


def largest_weight(evaluation: Evaluation) -> float:
    """The largest absolute value of the critic's weights: of clipped ones, the bound or less.

    :raises Unsuitable: if the critic has no weights
    """
    return float(_sizes(evaluation, "critic-largest-weight").max())


def clipped_share(evaluation: Evaluation) -> float:
    """Share of the critic's weights whose absolute value is the largest of all.

    Of clipped weights these are those that clipping holds at its bound: most of them, as Gulrajani et al. (2017), arXiv
    1704.00028, show in figure 1b. Where nothing is clipped, it is one weight, or few.

    :raises Unsuitable: if the critic has no weights
    """
    sizes = _sizes(evaluation, "clipped-share")
    return float((sizes >= sizes.max() * (1 - ROUNDING)).double().mean())


def _sizes(evaluation: Evaluation, metric: str) -> Tensor:
    """The absolute values of the weights, of the model that the graph was made from."""
    module = evaluation.case.exports[evaluation.artifact].module
    parameters = [one.detach().flatten() for one in module.parameters()] if isinstance(module, nn.Module) else []
    if not parameters:
        raise Unsuitable(f"{metric} needs a critic with weights", "it has none")
    return torch.cat(parameters).abs().double()
