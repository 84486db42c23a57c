"""What clipping makes of a critic's weights."""

import torch
from torch import nn

from bench import Evaluation, Unsuitable

# Half a millionth: what a rounding makes of the bound.
ROUNDING = 5e-7


def clipped_share(evaluation: Evaluation) -> float:
    """Share of the critic's weights whose absolute value is the largest of all.

    Of clipped weights these are those that clipping holds at its bound: most of them, as Gulrajani et al. (2017), arXiv
    1704.00028, show in figure 1b. Where nothing is clipped, it is one weight, or few.

    :raises Unsuitable: if the critic has no weights
    """
    module = evaluation.case.exports[evaluation.artifact].module
    parameters = [one.detach().flatten() for one in module.parameters()] if isinstance(module, nn.Module) else []
    if not parameters:
        raise Unsuitable("clipped-share needs a critic with weights", "it has none")
    sizes = torch.cat(parameters).abs().double()
    return float((sizes >= sizes.max() * (1 - ROUNDING)).double().mean())
