"""Points in the plane whose distribution is known: eight or 25 Gaussians, or a Swiss roll.

The three sets of Gulrajani et al. (2017), arXiv 1704.00028, figure 1, as the authors' code scales them
(https://github.com/igul222/improved_wgan_training, `gan_toy.py`): to about unit variance. Counting modes is of
Metz et al. (2017), arXiv 1611.02163, and Srivastava et al. (2017), arXiv 1705.07761.
"""

from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Annotated, Literal

import torch
from pydantic import Field, PositiveInt
from sklearn.datasets import make_swiss_roll
from torch import Tensor

from bench import DataSpec
from bench_datasets.tensors import Part, Parts, TensorDataModule

Shape = Literal["ring", "grid", "roll"]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


@dataclass(frozen=True)
class Modes:
    """Gaussians of equal weight: their centres (modes, 2), and the standard deviation of either coordinate."""

    centres: Tensor
    deviation: float


class Toy2D(TensorDataModule):
    """Points (2,) with the number of the Gaussian that each was drawn from, or with its place along the roll.

    - `ring`: eight Gaussians of standard deviation 0.02 around a circle of radius 2, all divided by the root of 2.
    - `grid`: 5x5 Gaussians of standard deviation 0.05 at a distance of 2, all divided by twice the root of 2.
    - `roll`: scikit-learn's Swiss roll from the side with noise 0.25, divided by 7.5. It has no classes.

    :param shape: `ring`, `grid` or `roll`
    :param train: points to train on
    :param validation: points to validate with
    :param test: points to test with
    :param seed: of the draw; the three parts are drawn independently
    """

    def __init__(
        self,
        shape: Shape = "ring",
        train: PositiveInt = 20_000,
        validation: PositiveInt = 2_000,
        test: PositiveInt = 2_000,
        seed: Seed = 0,
    ) -> None:
        super().__init__(_spec(shape))
        self.shape = shape
        self.sizes = (train, validation, test)
        self.seed = seed

    def load(self) -> Parts:
        """Draw the three parts: the same ones every time."""
        generator = torch.Generator().manual_seed(self.seed)
        return Parts(*(self._draw(size, generator) for size in self.sizes))

    def _draw(self, size: int, generator: torch.Generator) -> Part:
        if self.shape == "roll":
            points, along = make_swiss_roll(size, noise=0.25, random_state=_number(generator))
            return Part(torch.tensor(points[:, [0, 2]] / 7.5).float(), torch.tensor(along).float())
        gaussians = modes(self.shape)
        chosen = torch.randint(len(gaussians.centres), (size,), generator=generator)
        return Part(gaussians.centres[chosen] + gaussians.deviation * torch.randn(size, 2, generator=generator), chosen)


@cache
def modes(shape: Shape) -> Modes:
    """The Gaussians of `ring` or `grid`, in the order of their classes."""
    if shape == "ring":
        angles = torch.arange(8, dtype=torch.float64) * (torch.pi / 4)
        centres, deviation, scale = 2 * torch.stack([angles.cos(), angles.sin()], 1), 0.02, sqrt(2)
    else:
        steps = 2 * torch.arange(-2, 3, dtype=torch.float64)
        centres, deviation, scale = torch.cartesian_prod(steps, steps), 0.05, 2 * sqrt(2)
    return Modes((centres / scale).float(), deviation / scale)


def _spec(shape: Shape) -> DataSpec:
    if shape == "roll":
        return DataSpec("generation", (2,))
    names = tuple(f"({x:.2f}, {y:.2f})" for x, y in modes(shape).centres.tolist())
    return DataSpec("generation", (2,), classes=len(names), class_names=names)


def _number(generator: torch.Generator) -> int:
    """A draw that seeds numpy."""
    return int(torch.randint(2**31, (), generator=generator))
