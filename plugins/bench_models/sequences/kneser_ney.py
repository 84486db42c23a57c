"""Interpolated Kneser-Ney smoothing of n-grams: Chen & Goodman (1999), Computer Speech & Language 13, 359-394.

A row of tokens is a number in base V, the oldest token its first digit: so the last of k digits is what came next, and
what is left without the first digit is the row that a shorter n-gram sees.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Order:
    """The n-grams of one order that a text has.

    :param grams: as numbers, ascending
    :param counts: how often each was seen; below the highest order, after how many different tokens (section 3.2)
    """

    grams: Integers
    counts: Integers

    @property
    def discounts(self) -> Reals:
        """What is taken from a count of 0, 1, 2, and 3 or more (equation 17): 0 of the first, more than 0 of others."""
        n1, n2, n3, n4 = (max(1, int((self.counts == count).sum())) for count in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2)
        found = np.array([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
        return found.clip([0, 0.1, 0.1, 0.1], [0, 1, 2, 3])


@dataclass(frozen=True)
class Level:
    """The contexts of one length, and what follows each.

    :param contexts: as numbers, ascending
    :param shorter: the place of each without its oldest token, in the level of those
    :param oldest: that token
    :param probabilities: of every token after each context (contexts, V)
    """

    contexts: Integers
    shorter: Integers
    oldest: Integers
    probabilities: Reals


def orders(tokens: Integers, size: int, highest: int) -> list[Order]:
    """The n-grams of a text by their order, from 1 up to the highest."""
    found = [_seen(_numbers(tokens, size, highest))]
    for order in range(highest - 1, 0, -1):
        found.insert(0, _seen(found[0].grams % size**order))
    return found


def levels(counted: list[Order], size: int) -> list[Level]:
    """The distributions after the contexts of each length, each interpolated with that after the shorter context."""
    found: list[Level] = []
    below, contexts_below = np.full((1, size), 1 / size), np.zeros(1, dtype=np.int64)
    for length, order in enumerate(counted):
        contexts, rows = np.unique(order.grams // size, return_inverse=True)
        weight = size ** max(0, length - 1)
        shorter = np.searchsorted(contexts_below, contexts % weight)
        discounts = order.discounts[order.counts.clip(max=3)]
        totals = np.bincount(rows, order.counts, len(contexts))
        probabilities = below[shorter] * (np.bincount(rows, discounts, len(contexts)) / totals)[:, None]
        probabilities[rows, order.grams % size] += (order.counts - discounts) / totals[rows]
        found.append(Level(contexts, shorter, contexts // weight, probabilities))
        below, contexts_below = probabilities, contexts
    return found


def _numbers(tokens: Integers, size: int, order: int) -> Integers:
    """Every row of so many tokens, as a number."""
    windows = np.lib.stride_tricks.sliding_window_view(tokens, order)
    return windows @ size ** np.arange(order - 1, -1, -1)


def _seen(numbers: Integers) -> Order:
    return Order(*np.unique(numbers, return_counts=True))
