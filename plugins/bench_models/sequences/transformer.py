"""A decoder of self-attention and feed-forward blocks in any order, as an architecture of PAR is.

Mandava, Migacz & Florea (2020), Pay Attention When Required, arXiv 2009.04534: most self-attention can be replaced by
feed-forward blocks, which are cheaper where a sequence is long against the width.
"""

from collections.abc import Sequence

import torch
from pydantic import NonNegativeInt, PositiveInt
from torch import Tensor, nn

from bench import DataSpec, Unsuitable
from bench_models.parameters import Decay, Rate, Share
from bench_models.sequences.blocks import block_maker, initialise
from bench_models.sequences.net import SequenceNet
from bench_models.sequences.patterns import letters
from bench_models.sequences.positions import Positions
from bench_models.training import Batch


class Transformer(SequenceNet):
    """Tokens or a series -> embedding -> blocks, each x + f(norm(x)) -> norm -> logits, or forecasts of the last step.

    The embedding of a series is linear and has a bias, without which a norm could not tell a large step from a small
    one. No other layer has biases.

    The parameters of blocks: self-attention 4 width^2, feed-forward 2 expansion width^2, and a norm of `width` in each.
    Relative positions add width^2 + 2 width to each self-attention.

    With `memory` it learns segment by segment, as Transformer-XL does (Dai et al. 2019, arXiv 1901.02860): what the
    attention blocks of a row saw last, they see before the next row too, without a gradient. That needs rows that go on
    where they ended, `order: consecutive` of a text. Only training remembers: the exported graph has no memory, and
    takes a row by itself, of any length. As one long row, several get what they would get one after the other with a
    memory of all that was before.

    :param data: the dataset's specification
    :param blocks: how many blocks, two of which are a layer of other transformers; an explicit pattern has its own
    :param width: of a step between the blocks
    :param heads: into how many parts a self-attention block splits the width
    :param pattern: `interleaved` (s f s f ...), `par` (one block in five attends, all within the first two thirds), or
        any text of s (self-attention), f (feed-forward) and i (identity), such as `sffsffff`
    :param expansion: how many times the width a feed-forward block is wide inside
    :param positions: `rotary` (Su et al. 2021, arXiv 2104.09864), `relative` (Transformer-XL) or `learned`, for so many
        places as `longest` says
    :param longest: of learned positions, how many places have one; by default as many as a row has
    :param tied: let the embedding be the matrix of the logits too (Press & Wolf 2017, arXiv 1608.05859); None: of
        tokens, which a series has none of
    :param memory: of a text, how many tokens before a row are remembered in training
    :param dropout: the share of the embedding, of what is seen and of each block's answer that is dropped in training
    :param lr: AdamW's learning rate after the warm-up
    :param warm_up: the share of the training in which it rises
    :param weight_decay: AdamW's decoupled weight decay of matrices
    :raises Unsuitable: for data that is neither a text nor a series, a series that is to be tied, a pattern of other
        letters, heads that do not divide the width, an odd width of relative positions, learned positions for fewer
        places than a row has or with a memory, or a memory without consecutive rows
    """

    def __init__(  # noqa: PLR0913, PLR0917 (an architecture and its recipe have so many parts)
        self,
        data: DataSpec,
        blocks: PositiveInt = 8,
        width: PositiveInt = 128,
        heads: PositiveInt = 4,
        pattern: str = "interleaved",
        expansion: PositiveInt = 4,
        positions: Positions = "rotary",
        longest: PositiveInt | None = None,
        tied: bool | None = None,
        memory: NonNegativeInt = 0,
        dropout: Share = 0.0,
        lr: Rate = 1e-3,
        warm_up: Share = 0.05,
        weight_decay: Decay = 0.1,
    ) -> None:
        if positions == "learned":
            longest = longest or data.input_shape[0]
        super().__init__(data, lr, warm_up, weight_decay, longest)
        refuse(data, width, heads, positions, longest, memory)
        self.pattern = letters(pattern, blocks)
        self.memory = memory
        self.remembered: list[Tensor] | None = None
        self.embedding = self.task.embedding(width)
        self.places = nn.Embedding(longest, width) if longest else None
        self.dropout = nn.Dropout(dropout)
        made = block_maker(width, heads, expansion, positions, dropout)
        self.blocks = nn.ModuleList(made(letter) for letter in self.pattern if letter != "i")
        self.norm = nn.LayerNorm(width, bias=False)
        self.head = nn.Linear(width, self.task.outputs, bias=False)
        if self.ties(tied):
            self.head.weight = self.embedding.weight
        initialise(self, self.blocks, len(self.blocks))

    def forward(self, inputs: Tensor) -> Tensor:
        answers, _ = self.segment(inputs)
        return answers

    def segment(self, inputs: Tensor, remembered: Sequence[Tensor] | None = None) -> tuple[Tensor, list[Tensor]]:
        """Answers about rows that go on where others ended, and what is to be remembered before the next ones.

        That is of each attention block the last `memory` of its inputs, (batch, memory, width) at most.
        """
        x = self.embedding(self.task.prepared(inputs))
        if self.places is not None:
            x = x + self.places.weight[: x.shape[1]]
        x = self.dropout(x)
        before, after = iter(remembered or ()), []
        for block in self.blocks:
            memory = next(before, None) if block.f.attends else None
            if self.memory and block.f.attends:
                seen = x if memory is None else torch.cat([memory, x], 1)
                after.append(seen[:, -self.memory :].detach())
            x = block(x, memory)
        return self.task.answer(self.head(self.norm(self.task.read(x)))), after

    def training_step(self, batch: Batch, _: int) -> Tensor:
        inputs, targets = batch
        answers, self.remembered = self.segment(inputs, self.remembered)
        return self.task.loss(answers, targets)

    def on_train_epoch_start(self) -> None:
        """Another epoch begins at another place of the text."""
        self.remembered = None


def refuse(
    data: DataSpec, width: int, heads: int, positions: Positions, longest: int | None = None, memory: int = 0
) -> None:
    """:raises Unsuitable: for what does not go together."""
    if width % heads:
        raise Unsuitable(f"{heads} heads do not divide a width of {width}", f"the rest is {width % heads}")
    if positions == "rotary" and width // heads % 2:
        raise Unsuitable("rotary positions need heads of an even width", f"{width} / {heads} is {width // heads}")
    if positions == "relative" and width % 2:
        raise Unsuitable("relative positions need an even width", f"{width} is odd: half are sines, half cosines")
    if longest is not None and positions != "learned":
        raise Unsuitable("only learned positions have a `longest`", f"{positions} ones take rows of any length")
    if longest is not None and longest < data.input_shape[0]:
        raise Unsuitable(f"{longest} places have a position, and a row has {data.input_shape[0]}", "raise `longest`")
    if memory and positions == "learned":
        raise Unsuitable("a memory has no learned positions", "rotary and relative ones know distances")
    if memory and not data.is_consecutive:
        hint = "set the data's `order: consecutive`" if data.vocabulary else "those of a series do not"
        raise Unsuitable("a memory needs rows that go on where they ended", hint)
