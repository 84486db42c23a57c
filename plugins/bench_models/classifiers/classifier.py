"""What the classifiers share: their loss, their optimiser and the curves that they log."""

from pytorch_lightning import LightningModule
from torch import Tensor
from torch.nn import functional as F

from bench import DataSpec, Unsuitable
from bench_models.training import Batch, one_cycle


class Classifier(LightningModule):
    """Cross-entropy under AdamW with a one-cycle learning rate (Smith & Topin 2018, arXiv 1708.07120).

    A subclass defines `forward`: inputs (batch, *data.input_shape) -> class scores (batch, data.classes).

    :param data: the dataset's specification
    :param lr: the highest learning rate of the cycle
    :param weight_decay: AdamW's decoupled weight decay
    :raises Unsuitable: if the data has no classes, or keeps some from training
    """

    def __init__(self, data: DataSpec, lr: float, weight_decay: float) -> None:
        super().__init__()
        if not data.classes:
            raise Unsuitable("a classifier needs data with classes", f"this has the task {data.task}")
        if data.unseen:
            raise Unsuitable("a classifier has to see every class", f"leave out the data's `unseen: {[*data.unseen]}`")
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
        return one_cycle(self, self.lr, self.weight_decay)
