"""Figures for logits (n, length, vocabulary) against the tokens that came next (n, length).

All places of all rows count alike, also the first ones, before which there is little to go by: the shorter a row, the
worse the figure. nanoGPT scores rows likewise. Figures compare with others of the same length of row.
"""

from math import log

import torch
from torch import Tensor
from torch.nn import functional as F
from torchmetrics import Metric

from bench import DataSpec, Evaluation, Unsuitable
from bench_datasets.tokens import UNKNOWN
from bench_metrics.by_row import RowMean, each_row


class NatsPerToken(RowMean):
    """Mean cross-entropy of softmax(logits), in nats a token."""

    higher_is_better = False

    def __init__(self, spec: DataSpec) -> None:
        super().__init__(lambda logits, targets: _nats(logits, targets).mean(1))


class BitsPerCharacter(Metric):
    """All bits that the text takes by softmax(logits), divided by its characters.

    It compares texts in characters with those in words, which nats a token do not.

    :raises Unsuitable: where one token stands for many, and does not tell for which
    """

    higher_is_better = False

    def __init__(self, spec: DataSpec) -> None:
        super().__init__()
        if UNKNOWN in spec.vocabulary:
            raise Unsuitable("bits-per-character needs to know every token", "the data's `vocabulary` leaves some out")
        self.lengths = torch.tensor([len(token) for token in spec.vocabulary])
        self.add_state("bits", torch.tensor(0.0, dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("characters", torch.tensor(0), dist_reduce_fx="sum")

    def update(self, logits: Tensor, targets: Tensor) -> None:
        self.bits += self.bits_of(logits, targets).sum()
        self.characters += self.characters_of(targets).sum()

    def bits_of(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The bits that each row takes, (n,)."""
        return _nats(logits, targets).sum(1) / log(2)

    def characters_of(self, targets: Tensor) -> Tensor:
        """The characters that each row has, (n,)."""
        return self.lengths[targets].sum(1)

    def compute(self) -> Tensor:
        return self.bits / self.characters


class Perplexity(NatsPerToken):
    """exp of the mean cross-entropy."""

    def compute(self) -> Tensor:
        return super().compute().exp()


class NextTokenAccuracy(RowMean):
    """The share of places whose largest logit is that of the token that came next, in [0, 1]."""

    higher_is_better = True

    def __init__(self, spec: DataSpec) -> None:
        super().__init__(lambda logits, targets: (logits.argmax(2) == targets).double().mean(1))


def nats_by_row(evaluation: Evaluation) -> Tensor:
    """The nats a token of each row: all rows have as many tokens."""
    return each_row(NatsPerToken(evaluation.spec).by_row, evaluation)


def next_token_accuracy_by_row(evaluation: Evaluation) -> Tensor:
    """The share of places of each row whose largest logit is that of the token that came next."""
    return each_row(NextTokenAccuracy(evaluation.spec).by_row, evaluation)


def bits_by_row(evaluation: Evaluation) -> Tensor:
    """The bits that each row takes, divided by the characters that a row has on average."""
    metric = BitsPerCharacter(evaluation.spec)
    characters = metric.characters_of(evaluation.targets).double()
    return each_row(metric.bits_of, evaluation) / characters.mean()


def _nats(logits: Tensor, targets: Tensor) -> Tensor:
    """The negative log probability of each token, (n, length)."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").double().view_as(targets)
