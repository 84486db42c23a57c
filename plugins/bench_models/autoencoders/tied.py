"""Tied weights: a decoder that is its encoder's transpose."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Transposed(nn.Module):
    """The transpose of a linear layer, whose weights it shares, with a bias of its own."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.weight = layer.weight
        self.bias = nn.Parameter(torch.zeros(layer.in_features))

    def forward(self, code: Tensor) -> Tensor:
        return F.linear(code, self.weight.T, self.bias)
