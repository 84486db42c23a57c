"""What models of language share: their artifact, and for those that learn by gradient the loss and the recipe."""

from pytorch_lightning import LightningModule
from torch import Tensor
from torch.nn import functional as F

from bench import DataSpec, Export, TensorSpec, Unsuitable
from bench_models.training import Batch, warm_up_and_cosine


class LanguageModel(LightningModule):
    """Tokens (batch, length) -> logits (batch, length, vocabulary) of the token that comes next at each place.

    A place sees itself and what came before. A subclass defines `forward`, for any length up to `longest`.

    :param data: the dataset's specification
    :param longest: the longest row that it takes; None: any
    :raises Unsuitable: if the data has no vocabulary
    """

    def __init__(self, data: DataSpec, longest: int | None = None) -> None:
        super().__init__()
        if not data.vocabulary:
            raise Unsuitable("a language model needs data with a vocabulary", f"this has the task {data.task}")
        self.data = data
        self.vocabulary = len(data.vocabulary)
        self.longest = longest

    def exports(self) -> tuple[Export, ...]:
        tokens = TensorSpec("tokens", self.data.input_shape, self.data.input_dtype, sequence=0, longest=self.longest)
        return (Export("forward", self, "language-modelling", (tokens,), ("logits",)),)


class TrainedLanguageModel(LanguageModel):
    """Cross-entropy in nats a token, under AdamW with a warm-up and a cosine.

    :param data: the dataset's specification
    :param lr: the learning rate after the warm-up
    :param warm_up: the share of the training in which it rises
    :param weight_decay: AdamW's decoupled weight decay of matrices
    :param longest: the longest row that it takes; None: any
    """

    def __init__(
        self, data: DataSpec, lr: float, warm_up: float, weight_decay: float, longest: int | None = None
    ) -> None:
        super().__init__(data, longest)
        self.lr = lr
        self.warm_up = warm_up
        self.weight_decay = weight_decay

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The mean over all places of rows (batch, length)."""
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    def training_step(self, batch: Batch, _: int) -> Tensor:
        tokens, targets = batch
        return self.loss(self(tokens), targets)

    def validation_step(self, batch: Batch, _: int) -> None:
        tokens, targets = batch
        self.log("validation-loss", self.loss(self(tokens), targets), batch_size=len(tokens))

    def configure_optimizers(self) -> dict[str, object]:
        return warm_up_and_cosine(self, self.lr, self.warm_up, self.weight_decay)
