"""A net of which every block is still all that it may become, as differentiable searches of architectures have it."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench_models.sequences.blocks import Block, initialise
from bench_models.sequences.patterns import LETTERS


class Choice(nn.Module):
    """Blocks of each kind side by side: x (batch, length, width) -> m_s s(x) + m_f f(x) + m_i x.

    Mandava et al. (2020), arXiv 2009.04534, section 3.

    :param made: what makes a block by its letter
    """

    def __init__(self, made: Callable[[str], Block]) -> None:
        super().__init__()
        self.blocks = nn.ModuleDict({letter: made(letter) for letter in LETTERS if letter != "i"})

    def forward(self, x: Tensor, m: Tensor) -> Tensor:
        """Mix what the blocks answer by m (choices,), in the order of `LETTERS`, which sums up to 1."""
        parts = dict(zip(LETTERS, m, strict=True))
        return parts["i"] * x + sum(parts[letter] * block(x) for letter, block in self.blocks.items())


class Supernet(nn.Module):
    """Tokens (batch, length) -> embedding -> choices -> norm -> logits (batch, length, vocabulary).

    `alpha` (blocks, choices) are the architecture's parameters: the softmax of a row are the probabilities of what that
    block becomes. Called without a sample of them, each block is mixed by its probabilities.

    :param made: what makes a block by its letter
    :param tied: let the embedding be the matrix of the logits too
    """

    def __init__(
        self, vocabulary: int, blocks: int, width: int, made: Callable[[str], Block], tied: bool, dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.dropout = nn.Dropout(dropout)
        self.choices = nn.ModuleList(Choice(made) for _ in range(blocks))
        self.norm = nn.LayerNorm(width, bias=False)
        self.head = nn.Linear(width, vocabulary, bias=False)
        if tied:
            self.head.weight = self.embedding.weight
        self.alpha = nn.Parameter(torch.zeros(blocks, len(LETTERS)))
        initialise(self, (block for choice in self.choices for block in choice.blocks.values()), blocks)

    def forward(self, tokens: Tensor, sampled: Tensor | None = None) -> Tensor:
        x = self.dropout(self.embedding(tokens))
        mixtures = self.probabilities() if sampled is None else sampled
        for choice, m in zip(self.choices, mixtures, strict=True):
            x = choice(x, m)
        return self.head(self.norm(x))

    def probabilities(self) -> Tensor:
        """What each block becomes, with which probability (blocks, choices)."""
        return self.alpha.softmax(1)

    def sampled(self, temperature: float) -> Tensor:
        """A draw (blocks, choices) by Gumbel softmax (Jang et al. 2017, arXiv 1611.01144): the colder, the harder."""
        return F.gumbel_softmax(self.alpha, temperature, dim=1)

    def let_learn(self, architecture: bool) -> None:
        """Let either the architecture's parameters learn from the next batch, or all others."""
        for parameter in self.parameters():
            parameter.requires_grad_((parameter is self.alpha) == architecture)

    def pattern(self) -> str:
        """The most probable letter of each block."""
        return "".join([*LETTERS][place] for place in self.alpha.argmax(1).tolist())
