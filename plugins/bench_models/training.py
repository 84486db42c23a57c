"""How models of several families are trained."""

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


def training_part(data: LightningDataModule) -> Batch:
    """Inputs and targets in their own order if the dataset has `parts`, else as its `train_dataloader` gives them."""
    parts = getattr(data, "parts", None)
    if parts:
        return parts[0].inputs.cpu(), parts[0].targets.cpu()
    inputs, targets = zip(*data.train_dataloader(), strict=True)
    return torch.cat(inputs).cpu(), torch.cat(targets).cpu()
