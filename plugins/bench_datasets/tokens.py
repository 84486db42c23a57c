"""A text as tokens: its characters or words, their numbers, and rows of them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Literal

import torch
from torch import Tensor

from bench_datasets.tensors import Batch, Batches, Part

Unit = Literal["character", "word"]

# What stands for every token that is not in a vocabulary: Unicode's replacement character.
UNKNOWN = "\ufffd"

# A word or a row of punctuation with the space before it, or other white space: nothing is lost (after GPT-2's:
# Radford et al. 2019, Language Models are Unsupervised Multitask Learners).
WORD = re.compile(r" ?\w+| ?[^\w\s]+|\s")


def tokens_of(text: str, unit: Unit) -> list[str]:
    """The characters or words that a text is made of; side by side they are the text again."""
    return list(text) if unit == "character" else WORD.findall(text)


def most_frequent(tokens: Sequence[str], count: int) -> tuple[str, ...]:
    """So many tokens in alphabetical order, of the equally frequent ones those that come first, and `UNKNOWN`."""
    ranked = sorted(Counter(tokens).items(), key=lambda found: (-found[1], found[0]))
    return tuple(sorted({UNKNOWN, *(token for token, _ in ranked[:count])}))


def numbered(tokens: Sequence[str], vocabulary: Sequence[str]) -> Tensor:
    """The numbers (tokens,) of tokens in a vocabulary; what is not in it has that of `UNKNOWN`."""
    numbers = {token: number for number, token in enumerate(vocabulary)}
    unknown = numbers.get(UNKNOWN)
    return torch.tensor([numbers.get(token, unknown) for token in tokens])


def rows_of(numbers: Tensor, length: int) -> Part:
    """A text as rows (n, length) one after the other, and the same one token on; what is too short for a row is left.

    Both are views of the text.
    """
    rows = numbers.unfold(0, length + 1, length)
    return Part(rows[:, :-1], rows[:, 1:])


class TextBatches:
    """The rows of a text in batches, cut at a new place in every epoch.

    An epoch sees every token once, but for some at the two ends.

    :param numbers: the text (tokens,), of twice a row's length at least
    :param length: tokens in a row
    :param batch_size: rows in a batch; the last one may be smaller
    :param is_consecutive: let a row go on where the same row of the batch before has ended, and have no smaller last
        batch; else draw a new order in every epoch
    """

    def __init__(self, numbers: Tensor, length: int, batch_size: int, is_consecutive: bool = False) -> None:
        self.numbers = numbers
        self.length = length
        self.rows = (len(numbers) - length) // length  # as many as there are wherever the first begins
        self.batch_size = min(batch_size, self.rows)
        self.is_consecutive = is_consecutive

    def __len__(self) -> int:
        return self.rows // self.batch_size if self.is_consecutive else ceil(self.rows / self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        start = int(torch.randint(self.length, ()))
        order = self._order().to(self.numbers.device)
        return iter(Batches(Part(*(t[order] for t in rows_of(self.numbers[start:], self.length))), self.batch_size))

    def _order(self) -> Tensor:
        """Which row of the text is in which place."""
        if not self.is_consecutive:
            return torch.randperm(self.rows)
        whole = torch.arange(len(self) * self.batch_size)
        return whole.view(self.batch_size, -1).T.flatten()
