"""What nets of sequences share: a task, their artifact and their recipe."""

from bench import DataSpec, Export, Unsuitable
from bench_models.supervised import Supervised
from bench_models.tasks import NextToken, SequenceTask, sequence_task_for
from bench_models.training import warm_up_and_cosine


class SequenceNet(Supervised):
    """A net of texts or series (batch, length, ...), under AdamW with a warm-up and a cosine.

    A subclass defines `forward`, for any length up to `longest`: inputs -> answers of the task.

    :param data: the dataset's specification
    :param lr: the learning rate after the warm-up
    :param warm_up: the share of the training in which it rises
    :param weight_decay: AdamW's decoupled weight decay of matrices
    :param longest: the longest sequence that it takes; None: any
    :raises Unsuitable: if the data is neither a text nor a series
    """

    task: SequenceTask

    def __init__(
        self, data: DataSpec, lr: float, warm_up: float, weight_decay: float, longest: int | None = None
    ) -> None:
        super().__init__(sequence_task_for(data), lr, weight_decay)
        self.data = data
        self.warm_up = warm_up
        self.longest = longest

    def ties(self, asked: bool | None) -> bool:
        """Whether the embedding is the matrix of the last numbers too (Press & Wolf 2017, arXiv 1608.05859).

        :param asked: None: where both are of the same tokens
        :raises Unsuitable: if it is asked for where they are not
        """
        same = isinstance(self.task, NextToken)
        if asked and not same:
            raise Unsuitable("only the embedding of tokens can be `tied`", "a series goes in and comes out otherwise")
        return same if asked is None else asked

    def exports(self) -> tuple[Export, ...]:
        return (self.task.export(self, self.data, self.longest),)

    def configure_optimizers(self) -> dict[str, object]:
        return warm_up_and_cosine(self, self.lr, self.warm_up, self.weight_decay)
