"""Nets that learn from targets: their loss, their optimiser and the curves that they log."""

from pytorch_lightning import LightningModule
from torch import Tensor

from bench_models.tasks import Task
from bench_models.training import Batch, one_cycle


class Supervised(LightningModule):
    """A net with a task, trained by AdamW with a one-cycle learning rate (Smith & Topin 2018, arXiv 1708.07120).

    A subclass defines `forward`: inputs (batch, *input_shape) -> answers of the task.

    :param task: what the net is for
    :param lr: the highest learning rate of the cycle
    :param weight_decay: AdamW's decoupled weight decay
    """

    def __init__(self, task: Task, lr: float, weight_decay: float) -> None:
        super().__init__()
        self.task = task
        self.lr = lr
        self.weight_decay = weight_decay

    def setup(self, stage: str) -> None:
        if stage == "fit":
            self.task.learn(self.trainer.datamodule)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        inputs, targets = batch
        return self.task.loss(self(inputs), targets)

    def validation_step(self, batch: Batch, _: int) -> None:
        inputs, targets = batch
        self.log_dict(self.task.curves(self(inputs), targets), batch_size=len(targets))

    def configure_optimizers(self) -> dict[str, object]:
        return one_cycle(self, self.lr, self.weight_decay)
