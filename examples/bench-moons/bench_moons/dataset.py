"""Two interleaving half-moons."""

import torch
from pydantic import NonNegativeFloat, PositiveInt
from sklearn.datasets import make_moons

from bench import DataSpec
from bench_datasets.tensors import Part, Parts, TensorDataModule

HELD_OUT = 1000  # points to validate with, and as many to test with, however few there are to train on


class Moons(TensorDataModule):
    """Points (2,) in the plane, half of each moon: `samples` to train, 1,000 others to validate and 1,000 to test.

    :param samples: points to train on
    :param noise: the standard deviation of the Gaussian noise on each coordinate; a moon's radius is 1
    """

    def __init__(self, samples: PositiveInt = 1000, noise: NonNegativeFloat = 0.2) -> None:
        super().__init__(
            DataSpec(task="classification", input_shape=(2,), classes=2, class_names=("upper moon", "lower moon"))
        )
        self.samples = samples
        self.noise = noise

    def load(self) -> Parts:
        """Draw the three parts, each from a seed of its own: the same ones every time."""
        sizes = (self.samples, HELD_OUT, HELD_OUT)
        return Parts(*(self._draw(size, seed) for seed, size in enumerate(sizes)))

    def _draw(self, size: int, seed: int) -> Part:
        points, moon = make_moons(size, noise=self.noise, random_state=seed)
        return Part(torch.tensor(points, dtype=torch.float32), torch.tensor(moon))
