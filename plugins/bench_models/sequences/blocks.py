"""The two blocks of a transformer that compute: x + f(norm(x)), with f self-attention or a feed-forward net."""

from collections.abc import Callable, Iterable
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench_models.sequences.positions import Positions, placing

# The standard deviation of weights before training (Radford et al. 2019, GPT-2).
DEVIATION = 0.02

# What stands for minus infinity: the least number in single precision, as where torch's own attention is exported.
LEAST = torch.finfo(torch.float32).min


class Block(nn.Module):
    """x (batch, length, width) -> x + f(norm(x)); the norm is before f (Xiong et al. 2020, arXiv 2002.04745).

    :param width: of x
    :param f: takes norm(x), and what is remembered of earlier places, normed as x is, or None
    :param dropout: the share of f's answer that is dropped in training
    """

    def __init__(self, width: int, f: nn.Module, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, bias=False)
        self.f = f
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        earlier = None if memory is None else self.norm(memory)
        return x + self.dropout(self.f(self.norm(x), earlier))


class Attention(nn.Module):
    """softmax(Q K' / sqrt(d)) V in each of several heads, where every place sees itself and what came before.

    Vaswani et al. (2017), arXiv 1706.03762, section 3.2. What is remembered is seen as if it stood before x, but asks
    for nothing. No layer has biases.

    :param width: of x
    :param heads: how many, each of width d = width / heads
    :param positions: how places enter; see `positions`
    :param dropout: the share of what is seen that is dropped in training
    """

    attends = True

    def __init__(self, width: int, heads: int, positions: nn.Module, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.positions = positions
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, earlier: Tensor | None = None) -> Tensor:
        seen = x if earlier is None else torch.cat([earlier, x], 1)
        q, k, v = self.qkv(seen).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4).unbind(0)
        q, k, bias = self.positions(q[:, :, seen.shape[1] - x.shape[1] :], k)
        dropout = self.dropout if self.training else 0.0
        if earlier is None and bias is None:
            y = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=True)
        else:
            # By itself: with a mask, torch's own cannot be exported for any length.
            products = q @ k.transpose(2, 3) / sqrt(q.shape[3])
            known = products if bias is None else products + bias
            y = F.dropout(known.masked_fill(_after(known), LEAST).softmax(3), dropout) @ v
        return self.output(y.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Each place by itself: width -> expansion x width -> GELU -> width. No layer has biases."""

    attends = False

    def __init__(self, width: int, expansion: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, expansion * width, bias=False)
        self.output = nn.Linear(expansion * width, width, bias=False)

    def forward(self, x: Tensor, earlier: Tensor | None = None) -> Tensor:
        return self.output(F.gelu(self.inner(x)))


def block_maker(width: int, heads: int, expansion: int, positions: Positions, dropout: float) -> Callable[[str], Block]:
    """What makes new blocks of one net by their letter in a pattern: s, self-attention, or f, feed-forward."""
    place = placing(positions, width, heads)

    def made(letter: str) -> Block:
        f = Attention(width, heads, place(), dropout) if letter == "s" else FeedForward(width, expansion)
        return Block(width, f, dropout)

    return made


def initialise(net: nn.Module, blocks: Iterable[Block], depth: int) -> None:
    """Give a net the weights of GPT-2 before training: those that a block answers with are the smaller, the deeper.

    :param depth: how many blocks add up in it
    """
    for module in net.modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=DEVIATION)
    for block in blocks:
        nn.init.normal_(block.f.output.weight, std=DEVIATION / sqrt(depth))


def _after(products: Tensor) -> Tensor:
    """Where keys are after the query (length, seen); the queries are of the last places of those that are seen."""
    length, seen = products.shape[2:]
    return torch.ones(length, seen, dtype=torch.bool, device=products.device).triu(seen - length + 1)
