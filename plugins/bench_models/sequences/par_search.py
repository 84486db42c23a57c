"""The search for an architecture that attends only where it pays, and the training of what it has found.

Mandava, Migacz & Florea (2020), Pay Attention When Required, arXiv 2009.04534, sections 3 and 4.
"""

from collections.abc import Mapping
from math import ceil
from typing import Annotated, Any

import torch
from pydantic import Field, NonNegativeFloat, PositiveInt
from torch import Tensor

from bench import BenchError, DataSpec, Export, TensorSpec, Unsuitable
from bench_models.parameters import Decay, Rate, Share
from bench_models.sequences.blocks import block_maker
from bench_models.sequences.net import SequenceNet
from bench_models.sequences.patterns import LETTERS, interleaved
from bench_models.sequences.positions import Distances
from bench_models.sequences.supernet import Supernet
from bench_models.sequences.transformer import Transformer, refuse
from bench_models.training import Batch, warm_up_and_cosine

# The share of the search in which the architecture is left alone, while its blocks learn; and the decay of its
# parameters after that: 10,000 of 40,000 steps, and 5e-4.
FROZEN, DECAY = 0.25, 5e-4

# How often the probabilities of a search are kept, for pictures.
KEPT = 100


class ParSearch(SequenceNet):
    """Every block of a supernet chooses self-attention, feed-forward or identity; then what it chose is trained.

    First the search: a choice is a mixture of all three, drawn by Gumbel softmax anew for each batch, at a temperature
    that falls exponentially. In the first quarter the blocks alone learn; after that, the architecture's parameters do
    so from a share of each epoch's batches. Then the most probable choices are the pattern of a new `transformer`,
    which is trained from scratch in all epochs that are left, and is what is exported. `train.max_epochs` counts both.

    Beyond the paper, a latency can be part of the loss: that of the blocks for one row of `length` tokens, mixed as the
    draw has it, as a share of the `interleaved` pattern's. bench times one block of each kind on the suite's runtime
    before the search.

    :param data: the dataset's specification
    :param blocks: how many choices there are
    :param width: of a token between the blocks
    :param heads: into how many parts a self-attention block splits the width
    :param expansion: how many times the width a feed-forward block is wide inside
    :param positions: `rotary` or `relative`
    :param tied: let the embedding be the matrix of the logits too
    :param dropout: as of `transformer`
    :param search_epochs: how many epochs the search has
    :param architecture_share: of each epoch's batches, which the architecture learns from
    :param architecture_lr: its learning rate
    :param temperature: of the Gumbel softmax, at the search's beginning and at its end
    :param latency_weight: how many nats a token the latency of the interleaved pattern counts for; 0: none
    :param length: the tokens in a row for which latency counts
    :param lr: AdamW's learning rate after the warm-up, in the search and in the training after it
    :param warm_up: the share of either in which it rises
    :param weight_decay: AdamW's decoupled weight decay of matrices
    :raises Unsuitable: if the data has no vocabulary, or heads do not divide the width
    """

    costs: Tensor  # (choices,): seconds a call, in the order of the letters; 0 where nobody has told
    course: Tensor  # (kept, blocks, choices): the probabilities during the search
    found: Tensor  # (blocks,): the places of the pattern's letters; empty before it is found

    def __init__(  # noqa: PLR0913, PLR0917 (an architecture, a search and a recipe have so many parts)
        self,
        data: DataSpec,
        blocks: PositiveInt = 8,
        width: PositiveInt = 128,
        heads: PositiveInt = 4,
        expansion: PositiveInt = 4,
        positions: Distances = "rotary",
        tied: bool = True,
        dropout: Share = 0.0,
        search_epochs: PositiveInt = 4,
        architecture_share: Annotated[float, Field(gt=0, lt=1)] = 0.2,
        architecture_lr: Rate = 1e-2,
        temperature: tuple[Rate, Rate] = (5.0, 0.5),
        latency_weight: Annotated[NonNegativeFloat, Field(allow_inf_nan=False)] = 0.0,
        length: PositiveInt = 1024,
        lr: Rate = 1e-3,
        warm_up: Share = 0.05,
        weight_decay: Decay = 0.1,
    ) -> None:
        super().__init__(data, lr, warm_up, weight_decay)
        if not data.vocabulary:
            raise Unsuitable("par-search needs a text", f"this has the task {data.task}")
        refuse(data, width, heads, positions)
        self.sizes: dict[str, Any] = {"width": width, "heads": heads, "expansion": expansion, "positions": positions}
        self.recipe: dict[str, Any] = {
            "tied": tied,
            "dropout": dropout,
            "lr": lr,
            "warm_up": warm_up,
            "weight_decay": weight_decay,
        }
        self.search_epochs = search_epochs
        self.architecture_share = architecture_share
        self.architecture_lr = architecture_lr
        self.temperature = temperature
        self.latency_weight = latency_weight
        self.length = length
        made = block_maker(**self.sizes, dropout=dropout)
        self.net: Supernet | Transformer = Supernet(self.task.outputs, blocks, width, made, tied, dropout)
        self.baseline = interleaved(blocks)
        self.search_batches, self.searched = 0, 0  # how many there are to be, and how many there were
        self.register_buffer("costs", torch.zeros(len(LETTERS)))
        self.register_buffer("course", torch.empty(0, blocks, len(LETTERS)))
        self.register_buffer("found", torch.empty(0, dtype=torch.int64))
        self.register_load_state_dict_pre_hook(_take_what_was_found)

    @property
    def pretraining_epochs(self) -> int:
        """How many epochs come before the training of what is exported."""
        return self.search_epochs

    @property
    def pattern(self) -> str:
        """What was found, or what would be if the search ended now."""
        return self.net.pattern if isinstance(self.net, Transformer) else self.net.pattern()

    @property
    def findings(self) -> dict[str, str | float]:
        """What the search has found, for the results."""
        found: dict[str, str | float] = {"pattern": self.pattern}
        if self.latency_weight:
            latency = found["expected-latency"] = float(self.expected_latency(one_hot(self.pattern)))
            found["verdict"] = "faster than interleaved" if latency < 1 else "nothing faster than interleaved was found"
        return found

    def forward(self, tokens: Tensor) -> Tensor:
        return self.net(tokens)

    def exports(self) -> tuple[Export, ...]:
        (export,) = super().exports()
        return (Export(export.name, self.net, export.task, export.inputs, export.outputs),)

    def timed_parts(self) -> list[Export]:
        """A block of each kind that takes time, for bench to tell how much."""
        if not self.latency_weight:
            return []
        made, inputs = block_maker(**self.sizes, dropout=0.0), (TensorSpec("x", (self.length, self.sizes["width"])),)
        return [Export(letter, made(letter), "block", inputs, ("y",)) for letter in LETTERS if letter != "i"]

    def learn_latencies(self, seconds: Mapping[str, float]) -> None:
        """Take in what bench has measured of `timed_parts`, by their names."""
        self.costs = torch.tensor([seconds.get(letter, 0.0) for letter in LETTERS])

    def expected_latency(self, mixtures: Tensor) -> Tensor:
        """The latency of mixtures of blocks (blocks, choices), over that of `interleaved` ones."""
        ours, theirs = ((one.to(self.costs) @ self.costs).sum() for one in (mixtures, one_hot(self.baseline)))
        return ours / theirs

    def on_train_start(self) -> None:
        """Look whether the architecture learns, and whether anything is left for the training of what is found.

        :raises BenchError: if not
        """
        if self.trainer.world_size > 1:
            raise BenchError("a search takes one device: its net changes while it trains", "set `train.devices` to 1")
        if self.latency_weight and not self.costs.any():
            raise BenchError("no latencies of blocks are known", "call `learn_latencies`, as bench does")
        steps, search = int(self.trainer.estimated_stepping_batches), self._search_steps()
        if not any(map(self._is_for_architecture, range(search))):
            raise BenchError(
                f"in a search of {search} steps, an `architecture_share` of {self.architecture_share} has no turn",
                "search longer (`search_epochs`), or let it learn more often",
            )
        if steps <= search:
            raise BenchError(
                f"a search of {self.search_epochs} epochs takes {search} steps, and none is left for what it finds",
                f"`train.max_epochs` and `train.max_steps` count both, and end it after {steps}",
            )

    def on_train_epoch_start(self) -> None:
        """When the search is over, build what it has found, and go on with that.

        One that was cut short, as in a rehearsal, has found nothing: `interleaved` stands in.
        """
        if isinstance(self.net, Supernet) and self.current_epoch >= self.search_epochs:
            self.settle(self.net.pattern() if self.searched >= self.search_batches else self.baseline)
            self.to(self.device)
            self.trainer.strategy.setup_optimizers(self.trainer)

    def settle(self, pattern: str) -> None:
        """Put a new net of this pattern in the place of the supernet.

        :raises BenchError: if no block of it computes
        """
        if not set(pattern) - {"i"}:
            raise BenchError(
                "the search has found the identity for every block",
                "lower `latency_weight`" if self.latency_weight else "search longer, with a higher `architecture_lr`",
            )
        self.net = Transformer(self.data, pattern=pattern, **self.sizes, **self.recipe)
        self.found = torch.tensor(_places(pattern))

    def training_step(self, batch: Batch, index: int) -> Tensor:
        tokens, targets = batch
        if isinstance(self.net, Transformer):
            return self.task.loss(self.net(tokens), targets)
        return self.search_step(self.net, tokens, targets, index)

    def search_step(self, net: Supernet, tokens: Tensor, targets: Tensor, index: int) -> Tensor:
        """The loss of a batch in the search, for the architecture's parameters or for all others."""
        done = self.searched / self.search_batches
        if _is_turn(self.searched, min(1.0, KEPT / self.search_batches)):
            self.course = torch.cat([self.course, net.probabilities().detach()[None]])
        self.searched += 1
        learns = self._is_for_architecture(self._step(index))
        net.let_learn(architecture=learns)
        begin, end = self.temperature
        mixtures = net.sampled(begin * (end / begin) ** done)
        loss = self.task.loss(net(tokens, mixtures), targets)
        if learns and self.latency_weight:
            loss = loss + self.latency_weight * self.expected_latency(mixtures)
        return loss

    def configure_optimizers(self) -> dict[str, object]:
        """Of the search, with the architecture's parameters at a rate of their own; then of what it has found."""
        self.trainer.fit_loop.setup_data()  # where `max_steps` alone bounds it, nobody has counted the batches yet
        steps = int(self.trainer.estimated_stepping_batches)
        if isinstance(self.net, Transformer):
            left = steps - self.trainer.global_step
            return warm_up_and_cosine(self, self.lr, self.warm_up, self.weight_decay, left)
        self.search_batches = int(self.trainer.num_training_batches) * self.search_epochs
        steady = {"params": [self.net.alpha], "lr": self.architecture_lr, "weight_decay": DECAY}
        return warm_up_and_cosine(self, self.lr, self.warm_up, self.weight_decay, self._search_steps(), steady)

    def _search_steps(self) -> int:
        """The optimiser's steps in the search."""
        return self._epoch_steps() * self.search_epochs

    def _epoch_steps(self) -> int:
        return ceil(self.trainer.num_training_batches / self.trainer.accumulate_grad_batches)

    def _step(self, index: int) -> int:
        """The step that a batch of this epoch belongs to: all batches of one are for the same parameters."""
        return self.current_epoch * self._epoch_steps() + index // self.trainer.accumulate_grad_batches

    def _is_for_architecture(self, step: int) -> bool:
        return step >= FROZEN * self._search_steps() and _is_turn(step, self.architecture_share)


def one_hot(pattern: str) -> Tensor:
    """A pattern as certain probabilities (blocks, choices)."""
    return torch.eye(len(LETTERS))[_places(pattern)]


def _places(pattern: str) -> list[int]:
    return [[*LETTERS].index(letter) for letter in pattern]


def _is_turn(index: int, share: float) -> bool:
    """Whether this is one of those that a share means: evenly spread, and as many as that are."""
    return int((index + 1) * share) > int(index * share)


def _take_what_was_found(model: ParSearch, state: dict[str, Any], prefix: str, *_: Any) -> None:
    """Be what a checkpoint is of: what has been found, and how much is kept of the search, is known only then."""
    for name in ("course", "found"):
        model.register_buffer(name, torch.empty_like(state[prefix + name]))
    found = state[prefix + "found"].tolist()
    if found:
        model.settle("".join([*LETTERS][place] for place in found))
