"""How steep a critic is between data and samples, where the gradient penalty holds it to 1."""

import torch
from pydantic import PositiveInt
from torch import Tensor

from bench import Evaluation, Unsuitable
from bench_metrics.critic.samples import judged


def gradient_norm(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """Mean length of the critic's gradient by its input, at random places between test and generated samples.

    It is torch's gradient of the model that the graph was made from: a graph has none. The places are those of the
    penalty of Gulrajani et al. (2017), arXiv 1704.00028, algorithm 1.

    :param samples: how many pairs at most; the standard error is `critic-gradient-spread` / sqrt(samples)
    :raises Unsuitable: if torch does not compute the critic
    """
    return float(_norms(evaluation, samples).mean())


def gradient_spread(evaluation: Evaluation, samples: PositiveInt = 1000) -> float:
    """Standard deviation of the length of the critic's gradient over the places of `gradient_norm`.

    :param samples: how many pairs at most
    :raises Unsuitable: if torch does not compute the critic
    """
    return float(_norms(evaluation, samples).std(correction=0))


def _norms(evaluation: Evaluation, samples: int) -> Tensor:
    """The length of the gradient (n,) at a random place between each pair."""
    real, generated, *_ = judged(evaluation, "the critic's gradient", samples)
    draw = torch.Generator().manual_seed(evaluation.seed)
    share = torch.rand(len(real), *[1] * (real.ndim - 1), generator=draw)
    between = torch.lerp(generated, real, share).requires_grad_()
    with torch.enable_grad():
        values = evaluation.case.exports[evaluation.artifact].module(between)
        if not values.requires_grad:
            raise Unsuitable("the critic's gradient needs a critic that torch computes", "this one has none")
        (gradients,) = torch.autograd.grad(values.sum(), between)
    return gradients.flatten(1).double().norm(dim=1)
