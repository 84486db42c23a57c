"""The nets of the adversarial family: a generator and a critic for each other, built from the shape of the data.

Neither has batch normalisation: a sample's value depends on that sample alone, which a gradient penalty needs.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from math import prod
from typing import Annotated, Literal

from pydantic import Field, PositiveInt
from torch import Tensor, nn

from bench import DataSpec, Unsuitable
from bench_models.convolutions import ConvDecoder, ConvEncoder, halvings
from bench_models.shapes import image_shape

Body = Literal["mlp", "conv"]
Widths = Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
WIDTHS: dict[Body, Widths] = {"mlp": (128, 128, 128), "conv": (64, 128)}
KERNEL = 5  # as in DCGAN (Radford, Metz & Chintala 2016, arXiv 1511.06434)

leaky = partial(nn.LeakyReLU, 0.2)


def nets(data: DataSpec, body: Body, hidden: Widths | None, latent: int) -> tuple[nn.Module, nn.Module]:
    """A generator, noise (batch, latent) -> samples (batch, *data.input_shape), and a critic, samples -> (batch, 1).

    :param data: the dataset's specification
    :param body: `mlp`, fully connected layers, or `conv`, convolutions 5x5 each of which halves the image
    :param hidden: the widths of the critic's hidden layers, or their maps; the generator's are these in reverse
    :param latent: how many numbers the noise has
    :raises Unsuitable: for `conv` and inputs that are no images, and for images of no known range
    """
    if len(data.input_shape) == 3 and data.value_range is None:
        raise Unsuitable("an adversarial net makes images within a range", "the dataset gives no `value_range`")
    hidden = hidden or WIDTHS[body]
    generator, critic = (_dense if body == "mlp" else _convolutional)(data, hidden, latent)
    return nn.Sequential(generator, Ranged(data.value_range)), critic


class Ranged(nn.Module):
    """Numbers -> numbers within the range of the data, by a sigmoid; as they are where it has none.

    :param limits: the least and the largest value
    """

    def __init__(self, limits: tuple[float, float] | None) -> None:
        super().__init__()
        self.limits = limits

    def forward(self, x: Tensor) -> Tensor:
        if self.limits is None:
            return x
        low, high = self.limits
        return low + (high - low) * x.sigmoid()


def _dense(data: DataSpec, hidden: Widths, latent: int) -> tuple[nn.Module, nn.Module]:
    widths = [prod(data.input_shape), *hidden]
    generator = nn.Sequential(_layers([latent, *reversed(widths)], nn.ReLU), nn.Unflatten(1, data.input_shape))
    return generator, nn.Sequential(nn.Flatten(), _layers([*widths, 1], leaky))


def _convolutional(data: DataSpec, hidden: Widths, latent: int) -> tuple[nn.Module, nn.Module]:
    shapes = halvings(image_shape(data, "an adversarial net with the body `conv`"), hidden)
    small, size = shapes[-1], prod(shapes[-1])
    grow = ConvDecoder(shapes, nn.ReLU, KERNEL)
    generator = nn.Sequential(nn.Linear(latent, size), nn.Unflatten(1, small), nn.ReLU(), grow)
    return generator, nn.Sequential(ConvEncoder(shapes, leaky, KERNEL), leaky(), nn.Flatten(), nn.Linear(size, 1))


def _layers(widths: Sequence[int], active: Callable[[], nn.Module]) -> nn.Module:
    """Linear layers from each width to the next, with an activation between them."""
    layers = [part for before, after in pairwise(widths) for part in (nn.Linear(before, after), active())]
    return nn.Sequential(*layers[:-1])
