"""LeNet-5 as published: LeCun, Bottou, Bengio, Haffner (1998), Proc. IEEE 86(11), section II.B and appendix A."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench import Unsuitable
from bench_models.tasks import Classification

# Table I: which maps of S2 each map of C3 sees.
C3_SEES = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)

# Each class's code in F6 is a stylised picture of its digit, 7 by 12 pixels, so that similar digits have similar codes.
DIGITS = """
..###.. ...##.. .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.
.##.##. ..###.. ##...## ##...## ...###. ##..... .##..## ##...## ##...## ##...##
##...## .####.. .....## .....## ..####. ##..... ##..... .....## ##...## ##...##
##...## ...##.. .....## .....## .##.##. ##..... ##..... ....##. ##...## ##...##
##...## ...##.. ....##. .....## ##..##. ##..... ##..... ....##. .##.##. ##...##
##...## ...##.. ...##.. ..####. ##..##. ######. ######. ...##.. ..###.. .######
##...## ...##.. ..##... .....## ####### .....## ##...## ...##.. .##.##. .....##
##...## ...##.. .##.... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...##.. ##..... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...##.. ##..... .....## ....##. ##...## ##...## ..##... ##...## .....##
.##.##. ...##.. ##..... ##...## ....##. ##...## .##.##. ..##... ##...## ##..##.
..###.. .###### ####### .#####. ....##. .#####. ..###.. ..##... .#####. .####..
"""


class OriginalLeNet5(nn.Module):
    """C1 156, S2 12, C3 1,516, S4 32, C5 48,120, F6 10,164: 60,000 trainable parameters, and 840 fixed ones.

    Images (batch, 1, 28, 28) in [0, 1] with a padding of 2, or (batch, 1, 32, 32) -> F6 (batch, 84), which `Codes`
    makes scores of.

    :raises Unsuitable: if the image is not of one channel and 32x32 pixels with its padding, or the classes are not 10
    """

    def __init__(self, channels: int, size: tuple[int, int], classes: int, padding: int) -> None:
        super().__init__()
        if (channels, *size) != (1, 32, 32):
            got = f"{channels} channel(s) of {size[0]}x{size[1]} pixels with its padding"
            raise Unsuitable("lenet5 of 1998 needs 1 channel of 32x32 pixels", f"this is {got}; 28x28 needs padding: 2")
        if classes != 10:
            raise Unsuitable("lenet5 of 1998 has codes for 10 digits", f"the data has {classes} classes")
        self.padding = padding
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = Subsampling(6)
        self.c3 = PartialConv2d(C3_SEES, 6, 5)
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        for layer in (self.c1, self.c3, self.c5, self.f6):
            _initialise(layer)

    def forward(self, images: Tensor) -> Tensor:
        images = F.pad(images, [self.padding] * 4)
        x = images * 1.275 - 0.1  # background -0.1, foreground 1.175: mean about 0, variance about 1
        x = squash(self.c1(x))
        x = squash(self.s2(x))
        x = squash(self.c3(x))
        x = squash(self.s4(x))
        x = squash(self.c5(x)).flatten(1)
        return squash(self.f6(x))


class Codes(nn.Module):
    """F6 (batch, 84) -> scores (batch, 10), each the negative squared distance from a class's fixed code."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("codes", digit_codes())

    def forward(self, f6: Tensor) -> Tensor:
        return -(f6.unsqueeze(1) - self.codes).square().sum(2)


class OriginalTask(Classification):
    """Scores under `maximum_a_posteriori`."""

    def loss(self, answers: Tensor, targets: Tensor) -> Tensor:
        return maximum_a_posteriori(answers, targets)


class Subsampling(nn.Module):
    """The sum of each 2x2 neighbourhood, times a trainable coefficient, plus a trainable bias, one of each a map."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((maps, 1, 1), 0.25))
        self.bias = nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return 4 * F.avg_pool2d(x, 2) * self.coefficient + self.bias


class PartialConv2d(nn.Module):
    """A convolution in which each output map sees only some of the input maps.

    :param sees: for each output map the input maps that it sees
    :param maps: the number of input maps
    :param kernel: the side of a filter
    """

    def __init__(self, sees: tuple[tuple[int, ...], ...], maps: int, kernel: int) -> None:
        super().__init__()
        pairs = [(output, seen) for output, inputs in enumerate(sees) for seen in inputs]
        self.weight = nn.Parameter(torch.empty(len(pairs), kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(len(sees)))
        # Where each filter of the full table comes from; what is not connected comes from an appended filter of zeros.
        table = torch.full((len(sees), maps), len(pairs))
        for number, pair in enumerate(pairs):
            table[pair] = number
        self.register_buffer("table", table)
        fan_in = torch.tensor([len(sees[output]) * kernel**2 for output, _ in pairs])
        self.register_buffer("fan_in", fan_in.float().view(-1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        filters = torch.cat([self.weight, torch.zeros_like(self.weight[:1])])[self.table]
        return F.conv2d(x, filters, self.bias)


def squash(x: Tensor) -> Tensor:
    """1.7159 tanh(2x/3), with which f(1) = 1 and f(-1) = -1 (appendix A)."""
    return 1.7159 * torch.tanh(2 / 3 * x)


def digit_codes() -> Tensor:
    """The fixed output weights: (10, 84), ink +1, paper -1."""
    rows = [row.split() for row in DIGITS.split("\n") if row]
    glyphs = ["".join(column) for column in zip(*rows, strict=True)]
    return torch.tensor([[1.0 if pixel == "#" else -1.0 for pixel in glyph] for glyph in glyphs])


def maximum_a_posteriori(scores: Tensor, targets: Tensor, rubbish: float = 1.0) -> Tensor:
    """Equation 9: the distance from the right code, plus a competition that pushes the other codes away.

    :param scores: negative squared distances (batch, classes)
    :param targets: class numbers (batch,)
    :param rubbish: the constant j: the distance of a background class, which bounds the push
    """
    distance = -scores.gather(1, targets.unsqueeze(1)).squeeze(1)
    background = torch.full_like(scores[:, :1], -rubbish)
    return (distance + torch.logsumexp(torch.cat([background, scores], 1), 1)).mean()


def _initialise(layer: nn.Module) -> None:
    """Uniform between -2.4 / fan-in and 2.4 / fan-in (appendix A)."""
    fan_in = layer.fan_in if isinstance(layer, PartialConv2d) else layer.weight[0].numel()
    with torch.no_grad():
        layer.weight.uniform_(-2.4, 2.4).div_(fan_in)
        layer.bias.zero_()
