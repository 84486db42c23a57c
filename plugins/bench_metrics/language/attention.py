"""How much of a model's arithmetic is attention."""

from copy import deepcopy

import torch
from torch.utils.flop_counter import FlopCounterMode

from bench import Evaluation, Unsuitable


def attention_share(evaluation: Evaluation) -> float:
    """The share of the multiply-accumulates of one row that lie in self-attention, its projections included.

    Of the arithmetic, not of the blocks: what a block takes beside a feed-forward one depends on the row's length, with
    which products of queries and keys grow, and it is what replacing attention can save. A module that attends says so
    by an attribute `attends`, which is True.

    :raises Unsuitable: for a model that multiplies nothing
    """
    # A view of a parameter wants its gradient even under `no_grad`, which torch's counter does not expect.
    module = deepcopy(evaluation.case.exports[evaluation.artifact].module).requires_grad_(False)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(*(rows[:1] for rows in evaluation.fed.values()))
    total = counter.get_total_flops()
    if not total:
        raise Unsuitable("attention-share needs a model that multiplies", f"{type(module).__name__} does not")
    counts = counter.get_flop_counts()
    root = type(module).__name__
    attending = [name for name, part in module.named_modules() if getattr(part, "attends", False)]
    return sum(sum(counts[f"{root}.{name}"].values()) for name in attending) / total
