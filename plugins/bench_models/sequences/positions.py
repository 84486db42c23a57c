"""How attention knows where its queries and keys are.

Each is a module (q, k) -> (q, k, bias): queries (batch, heads, length, d) and keys (batch, heads, seen, d) as they are
to be multiplied, and what is added to q' k / sqrt(d), (batch, heads, length, seen) or None. The queries are of the last
places of those that are seen.
"""

from collections.abc import Callable
from math import sqrt
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Positions = Literal["rotary", "relative", "learned"]
Distances = Literal["rotary", "relative"]  # those that know how far apart two places are, and no place itself
Placed = tuple[Tensor, Tensor, Tensor | None]

# The longest wave is so many times 2 pi places long: both papers take it from Vaswani et al. (2017).
BASE = 10_000.0


class Nowhere(nn.Module):
    """Attention itself knows no places; those are added to the tokens before."""

    def forward(self, q: Tensor, k: Tensor) -> Placed:
        return q, k, None


class Rotary(nn.Module):
    """Queries and keys are turned by angles that grow with their place, so that products know the distance alone.

    Su et al. (2021), arXiv 2104.09864. A number and the one half of d behind it make the plane that is turned.

    :param d: the width of a head, an even number
    """

    def __init__(self, d: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", frequencies(d), persistent=False)

    def forward(self, q: Tensor, k: Tensor) -> Placed:
        angles = torch.arange(k.shape[2], device=k.device).unsqueeze(1) * self.frequencies
        waves = torch.cat([angles, angles], 1)
        cos, sin = waves.cos(), waves.sin()
        earlier = k.shape[2] - q.shape[2]
        return _turned(q, cos[earlier:], sin[earlier:]), _turned(k, cos, sin), None


class Relative(nn.Module):
    """Products (q_i + u)' k_j + (q_i + v)' W_R R_(i-j), with R_n the sinusoids of a distance n.

    Dai et al. (2019), Transformer-XL, arXiv 1901.02860, section 3.3. u, v and W_R are of each block its own.

    :param width: of R_n
    :param heads: among which it is split
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.distance = nn.Linear(width, width, bias=False)  # W_R
        self.u, self.v = (nn.Parameter(torch.zeros(heads, 1, width // heads)) for _ in range(2))
        self.register_buffer("frequencies", frequencies(width), persistent=False)

    def forward(self, q: Tensor, k: Tensor) -> Placed:
        distances = torch.arange(k.shape[2] - 1, -1, -1, device=k.device)
        angles = distances.unsqueeze(1) * self.frequencies
        r = self.distance(torch.cat([angles.sin(), angles.cos()], 1)).unflatten(1, (self.heads, -1)).permute(1, 2, 0)
        bias = _by_place((q + self.v) @ r) / sqrt(q.shape[-1])
        return q + self.u, k, bias


def placing(positions: Positions, width: int, heads: int) -> Callable[[], nn.Module]:
    """What gives a block its positions; rotary ones learn nothing, and one serves all blocks."""
    if positions == "relative":
        return lambda: Relative(width, heads)
    shared = Rotary(width // heads) if positions == "rotary" else Nowhere()
    return lambda: shared


def frequencies(d: int) -> Tensor:
    """Radians a place of d / 2 waves, from 1 down to almost 1 / 10,000."""
    return BASE ** (-torch.arange(0, d, 2) / d)


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Vectors (..., places, d), turned in d / 2 planes by the angles of their places."""
    one, other = x.chunk(2, -1)
    return x * cos + torch.cat([-other, one], -1) * sin


def _by_place(x: Tensor) -> Tensor:
    """From columns that are distances, falling to 0, to columns that are keys, each row moved by one against the last.

    (batch, heads, length, seen). What lies after a query is of no meaning. Appendix B of Transformer-XL.
    """
    batch, heads, length, seen = x.shape
    return F.pad(x, (1, 0)).view(batch, heads, seen + 1, length)[:, :, 1:].reshape(batch, heads, length, seen)
