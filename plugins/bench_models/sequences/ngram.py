"""The n-gram model: what came after the same few tokens in the training part. The baseline of language models."""

from typing import Any

import numpy as np
import torch
from pydantic import PositiveInt
from pytorch_lightning import LightningDataModule, LightningModule
from torch import Tensor
from torch.nn import functional as F

from bench import BenchError, DataSpec, Export, Unsuitable
from bench_models.sequences.kneser_ney import Level, levels, orders
from bench_models.tasks import NextToken
from bench_models.training import training_part

# So many probabilities fit into a graph of 256 MB.
MOST = 2**26


class NGram(LightningModule):
    """The log probability of every token after the longest context that was seen, of `order` - 1 tokens at most.

    Interpolated Kneser-Ney smoothing with three discounts (Chen & Goodman 1999, Computer Speech & Language 13). The
    training part is one text, its rows one after the other. Contexts are the nodes of a tree: from each, an older token
    leads to the longer context, if there is one; at the start of a row they are short.

    :param data: the dataset's specification
    :param order: n, the tokens of an n-gram
    :raises Unsuitable: if the data has no vocabulary, or one of which 64 bits cannot tell so many tokens
    :raises BenchError: when it is fitted, if there are more contexts than fit into a graph
    """

    tree: Tensor  # (contexts that can be longer, vocabulary + 1): the longer context, or 0; the last token is none
    log_probabilities: Tensor  # (contexts, vocabulary)

    def __init__(self, data: DataSpec, order: PositiveInt = 5) -> None:
        super().__init__()
        self.data = data
        self.task = NextToken(data)
        self.vocabulary = self.task.outputs
        if self.vocabulary**order >= 2**63:
            raise Unsuitable(f"ngram of order {order} takes no vocabulary of {self.vocabulary:,}", "lower `order`")
        self.order = order
        self.register_buffer("tree", torch.zeros(1, self.vocabulary + 1, dtype=torch.int64))
        self.register_buffer("log_probabilities", torch.zeros(1, self.vocabulary))
        self.register_load_state_dict_pre_hook(_take_sizes)

    def exports(self) -> tuple[Export, ...]:
        return (self.task.export(self, self.data),)

    def fit(self, data: LightningDataModule) -> None:
        """Count the n-grams of the training part."""
        inputs, targets = training_part(data)
        tokens = torch.cat([inputs.flatten(), targets[-1, -1:]]).numpy()
        counted = orders(tokens, self.vocabulary, self.order)
        size = self.vocabulary * sum(len(np.unique(order.grams // self.vocabulary)) for order in counted)
        if size > MOST:
            raise BenchError(
                f"ngram of order {self.order} has {size:,} probabilities, and a graph holds {MOST:,}",
                "lower `order`, or the data's `vocabulary`",
            )
        found = levels(counted, self.vocabulary)
        self.tree = _tree(found, self.vocabulary)
        self.log_probabilities = torch.from_numpy(np.log(np.concatenate([one.probabilities for one in found]))).float()

    def forward(self, tokens: Tensor) -> Tensor:
        length, columns = tokens.shape[1], self.vocabulary + 1
        context, is_known = torch.zeros_like(tokens), torch.ones_like(tokens, dtype=torch.bool)
        for back in range(self.order - 1):
            older = F.pad(tokens, (back, 0), value=self.vocabulary)[:, :length]
            longer = self.tree.flatten()[context * columns + older]
            is_known = is_known & (longer > 0)
            context = torch.where(is_known, longer, context)
        return F.embedding(context, self.log_probabilities)


def _tree(found: list[Level], vocabulary: int) -> Tensor:
    """From each context but the longest, by the token before it, to the longer context: all numbered level by level."""
    starts = np.cumsum([0, *(len(level.contexts) for level in found)])
    children = np.zeros((max(1, starts[-2]), vocabulary + 1), dtype=np.int64)
    for number in range(1, len(found)):
        level = found[number]
        children[starts[number - 1] + level.shorter, level.oldest] = starts[number] + np.arange(len(level.contexts))
    return torch.from_numpy(children)


def _take_sizes(model: NGram, state: dict[str, Any], prefix: str, *_: Any) -> None:
    """Make room for the tables of a checkpoint: how large they are is known only when they are counted."""
    for name in ("tree", "log_probabilities"):
        model.register_buffer(name, torch.empty_like(state[prefix + name]))
