"""How models of several families are trained."""

from collections.abc import Mapping
from math import cos, pi
from typing import Any

import torch
from pytorch_lightning import LightningDataModule, LightningModule
from torch import Tensor

Batch = tuple[Tensor, Tensor]


def one_cycle(model: LightningModule, lr: float, weight_decay: float) -> dict[str, object]:
    """AdamW with a one-cycle learning rate (Smith & Topin 2018, arXiv 1708.07120) over the whole training.

    :param lr: the highest learning rate of the cycle
    :param weight_decay: AdamW's decoupled weight decay
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay, fused=True)
    steps = int(model.trainer.estimated_stepping_batches)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=lr, total_steps=steps)
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def warm_up_and_cosine(
    model: LightningModule,
    lr: float,
    warm_up: float,
    weight_decay: float,
    steps: int | None = None,
    steady: Mapping[str, Any] | None = None,
) -> dict[str, object]:
    """AdamW with a learning rate that rises linearly and then falls as half a cosine (Loshchilov & Hutter 2017).

    The recipe of GPT-3 (Brown et al. 2020, arXiv 2005.14165, appendix B) with nanoGPT's betas for small batches. Only
    matrices decay.

    :param lr: the learning rate after the warm-up; it ends at a tenth of it
    :param warm_up: the share of all steps in which it rises
    :param weight_decay: AdamW's decoupled weight decay
    :param steps: how many there are; None: as many as the whole training has
    :param steady: a group of parameters that keeps a learning rate of its own
    """
    apart = {id(one) for one in steady["params"]} if steady else set()
    parameters = [one for one in model.parameters() if one.requires_grad and id(one) not in apart]
    groups: list[dict[str, Any]] = [
        {"params": [one for one in parameters if one.ndim >= 2], "weight_decay": weight_decay},
        {"params": [one for one in parameters if one.ndim < 2], "weight_decay": 0.0},
    ]
    if steady:
        groups.append(dict(steady))
    optimizer = torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.99), fused=True)
    steps = steps or int(model.trainer.estimated_stepping_batches)
    rising = max(1, round(warm_up * steps))

    def share(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        done = min(1.0, (step - rising) / max(1, steps - rising))
        return 0.1 + 0.9 * (1 + cos(pi * done)) / 2

    shares = [share, share, *([lambda step: 1.0] if steady else [])]
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, shares)
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def training_part(data: LightningDataModule) -> Batch:
    """Inputs and targets in their own order if the dataset has `parts`, else as its `train_dataloader` gives them."""
    parts = getattr(data, "parts", None)
    if parts:
        return parts[0].inputs.cpu(), parts[0].targets.cpu()
    inputs, targets = zip(*data.train_dataloader(), strict=True)
    return torch.cat(inputs).cpu(), torch.cat(targets).cpu()
