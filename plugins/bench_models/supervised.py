"""Nets that learn from targets: their loss, their optimiser and the curves that they log."""

from pytorch_lightning import LightningModule
from torch import Tensor

from bench_models.heads import Head
from bench_models.training import Batch, one_cycle


class Supervised(LightningModule):
    """A net with the head of a task, under AdamW with a one-cycle learning rate (Smith & Topin 2018, arXiv 1708.07120).

    A subclass defines `forward`: inputs (batch, *input_shape) -> the head's answers.

    :param head: what the net's last numbers stand for
    :param lr: the highest learning rate of the cycle
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(self, head: Head, lr: float, weight_decay: float) -> None:
        super().__init__()
        self.head = head
        self.lr = lr
        self.weight_decay = weight_decay

    def setup(self, stage: str) -> None:
        if stage == "fit":
            self.head.learn(self.trainer.datamodule)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        inputs, targets = batch
        return self.head.loss(self(inputs), targets)

    def validation_step(self, batch: Batch, _: int) -> None:
        inputs, targets = batch
        self.log_dict(self.head.curves(self(inputs), targets), batch_size=len(targets))

    def configure_optimizers(self) -> dict[str, object]:
        return one_cycle(self, self.lr, self.weight_decay)
