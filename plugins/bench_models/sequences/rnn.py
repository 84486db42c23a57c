"""The recurrent net, of which language is the best known use: Mikolov et al. (2010), Interspeech, 1045-1048."""

import torch
from pydantic import PositiveInt
from torch import Tensor, nn

from bench import DataSpec
from bench_models.cells import CELLS, Cell
from bench_models.parameters import Decay, Rate, Share
from bench_models.sequences.net import SequenceNet

# In which order ONNX has the gates of a layer, by their places in torch's.
GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2)}


class RNN(SequenceNet):
    """Tokens or a series -> embedding -> recurrent layers -> logits, or forecasts of the last state.

    Dropout is where Zaremba et al. (2014), arXiv 1409.2329, have it. The embedding of a series is linear.

    :param data: the dataset's specification
    :param cell: of Cho et al. (2014), arXiv 1406.1078, or of Hochreiter & Schmidhuber (1997), Neural Computation 9
    :param width: of the embedding and of each layer
    :param layers: how many
    :param tied: let the embedding be the matrix of the logits too (Press & Wolf 2017, arXiv 1608.05859); None: of
        tokens, which a series has none of
    :param dropout: the share of what goes into each layer, and into the last one, that is dropped in training
    :param lr: AdamW's learning rate after the warm-up
    :param warm_up: the share of the training in which it rises
    :param weight_decay: AdamW's decoupled weight decay of matrices
    :raises Unsuitable: if the data is neither a text nor a series, or a series is to be tied
    """

    def __init__(  # noqa: PLR0913, PLR0917 (an architecture and its recipe have so many parts)
        self,
        data: DataSpec,
        cell: Cell = "lstm",
        width: PositiveInt = 256,
        layers: PositiveInt = 1,
        tied: bool | None = None,
        dropout: Share = 0.0,
        lr: Rate = 2e-3,
        warm_up: Share = 0.05,
        weight_decay: Decay = 1e-2,
    ) -> None:
        super().__init__(data, lr, warm_up, weight_decay)
        self.embedding = self.task.embedding(width)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)  # of unit length, whether it embeds or gives logits
        self.recurrent = Recurrent(cell, width, layers, dropout)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, self.task.outputs)
        if self.ties(tied):
            self.head.weight = self.embedding.weight

    def forward(self, inputs: Tensor) -> Tensor:
        steps = self.embedding(self.task.prepared(inputs))
        states = self.recurrent(self.dropout(steps))
        return self.task.answer(self.head(self.dropout(self.task.read(states))))


class Recurrent(nn.Module):
    """(batch, length, width) -> the states of the last recurrent layer, (batch, length, width).

    Exported as ONNX's own operator: torch's exporter follows the loop over a row, and then knows one length alone.
    """

    def __init__(self, cell: Cell, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.cell = cell
        self.layers = CELLS[cell](width, width, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)

    def forward(self, x: Tensor) -> Tensor:
        if not torch.onnx.is_in_onnx_export():
            states, _ = self.layers(x)
            return states
        x = x.transpose(0, 1)
        for layer in range(self.layers.num_layers):
            x = self._exported(x, layer)
        return x.transpose(0, 1)

    def _exported(self, x: Tensor, layer: int) -> Tensor:
        """A layer of (length, batch, width) as a node of ONNX."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        w, r, *biases = (self._arranged(getattr(self.layers, f"{name}_l{layer}")) for name in names)
        attributes = {"hidden_size": self.layers.hidden_size}
        if self.cell == "gru":
            attributes["linear_before_reset"] = 1  # torch applies the reset gate after the product
        shape = (x.shape[0], 1, x.shape[1], self.layers.hidden_size)
        states = torch.onnx.ops.symbolic(
            self.cell.upper(), (x, w, r, torch.cat(biases, 1)), attributes, dtype=x.dtype, shape=shape, version=14
        )
        return states.squeeze(1)

    def _arranged(self, weight: Tensor) -> Tensor:
        """Torch's gates of a layer in ONNX's order, with its axis of directions."""
        order = GATES[self.cell]
        gates = weight.unflatten(0, (len(order), -1))
        return torch.cat([gates[gate] for gate in order]).unsqueeze(0)
