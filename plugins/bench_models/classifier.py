"""What the classifiers share: their loss, their optimiser and the curves that they log."""

from typing import Annotated

import torch
from pydantic import Field
from pytorch_lightning import LightningModule
from torch import Tensor
from torch.nn import functional as F

from bench import DataSpec, Unsuitable

Batch = tuple[Tensor, Tensor]

# What parameters of several models may be.
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Decay = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]


class Classifier(LightningModule):
    """Cross-entropy under AdamW with a one-cycle learning rate (Smith & Topin 2018, arXiv 1708.07120).

    A subclass defines `forward`: inputs (batch, *data.input_shape) -> class scores (batch, data.classes).

    :param data: the dataset's specification
    :param lr: the highest learning rate of the cycle
    :param weight_decay: AdamW's decoupled weight decay
    :raises Unsuitable: if the data has no classes
    """

    def __init__(self, data: DataSpec, lr: float, weight_decay: float) -> None:
        super().__init__()
        if not data.classes:
            raise Unsuitable("a classifier needs data with classes", f"this has the task {data.task}")
        self.classes: int = data.classes
        self.lr = lr
        self.weight_decay = weight_decay

    def loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Mean loss of class scores (batch, classes) against class numbers (batch,)."""
        return F.cross_entropy(scores, targets)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        inputs, targets = batch
        return self.loss(self(inputs), targets)

    def validation_step(self, batch: Batch, _: int) -> None:
        inputs, targets = batch
        scores = self(inputs)
        error = 100 * (scores.argmax(1) != targets).float().mean()
        self.log_dict(
            {"validation-loss": self.loss(scores, targets), "validation-error": error}, batch_size=len(targets)
        )

    def configure_optimizers(self) -> dict[str, object]:
        optimizer = torch.optim.AdamW(self.parameters(), lr=self.lr, weight_decay=self.weight_decay, fused=True)
        steps = int(self.trainer.estimated_stepping_batches)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=self.lr, total_steps=steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def image_shape(data: DataSpec, model: str, least: int = 1) -> tuple[int, int, int]:
    """(channels, height, width) of image data.

    :raises Unsuitable: if the inputs are not images of at least `least` pixels a side
    """
    if len(data.input_shape) != 3:
        raise Unsuitable(f"{model} needs images (channels, height, width)", f"the inputs are {data.input_shape}")
    channels, height, width = data.input_shape
    if min(height, width) < least:
        raise Unsuitable(f"{model} needs images of at least {least}x{least} pixels", f"these are {height}x{width}")
    return channels, height, width
