"""Recurrent layers that several families are built of."""

from typing import Literal

from torch import nn

Cell = Literal["gru", "lstm"]

# Of Cho et al. (2014), arXiv 1406.1078, and of Hochreiter & Schmidhuber (1997), Neural Computation 9.
CELLS = {"gru": nn.GRU, "lstm": nn.LSTM}
