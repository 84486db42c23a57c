"""Convolutional encoders and decoders: what the convolutional members of several families are built of."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import nn

Shape = tuple[int, int, int]


def halvings(shape: Shape, filters: Sequence[int]) -> list[Shape]:
    """The shapes (maps, height, width) from an image to its code, sides halved and rounded up each time.

    (1, 28, 28) with 32, 32 and 8 filters: (32, 14, 14), (32, 7, 7), (8, 4, 4), the image first in the list.
    """
    shapes = [shape]
    for maps in filters:
        _, height, width = shapes[-1]
        shapes.append((maps, -(-height // 2), -(-width // 2)))
    return shapes


class ConvEncoder(nn.Sequential):
    """Convolutions with stride 2, an activation between them and none after the last.

    (batch, *shapes[0]) -> (batch, *shapes[-1]).

    :param shapes: from the image to the code, as `halvings` gives them
    :param activation: makes the module between two layers
    :param kernel: an odd number, the side of every kernel
    """

    def __init__(self, shapes: Sequence[Shape], activation: Callable[[], nn.Module] = nn.ReLU, kernel: int = 3) -> None:
        layers: list[nn.Module] = []
        for (before, *_), (after, *_) in pairwise(shapes):
            layers += [nn.Conv2d(before, after, kernel, stride=2, padding=kernel // 2), activation()]
        super().__init__(*layers[:-1])


class ConvDecoder(nn.Sequential):
    """Transposed convolutions with stride 2, which take the encoder's shapes in reverse.

    (batch, *shapes[-1]) -> (batch, *shapes[0]), with an activation between the layers and none after the last.

    :param shapes: from the image to the code, as `halvings` gives them
    :param activation: makes the module between two layers
    :param kernel: an odd number, the side of every kernel
    """

    def __init__(self, shapes: Sequence[Shape], activation: Callable[[], nn.Module] = nn.ReLU, kernel: int = 3) -> None:
        layers: list[nn.Module] = []
        for before, after in pairwise(reversed(shapes)):
            # Two sizes halve to the same one; the padding says which of them it was.
            extra = tuple(large - (2 * small - 1) for small, large in zip(before[1:], after[1:], strict=True))
            up = nn.ConvTranspose2d(before[0], after[0], kernel, stride=2, padding=kernel // 2, output_padding=extra)
            layers += [up, activation()]
        super().__init__(*layers[:-1])
