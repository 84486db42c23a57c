"""Climatology."""

from typing import Annotated

import torch
from pydantic import Field
from pytorch_lightning import LightningDataModule, LightningModule
from torch import Tensor

from bench import DataSpec, Unsuitable
from bench_models.shapes import series_shape
from bench_models.training import training_part

# So much of the year may be without training days: harmonics would swing freely there.
WIDEST_GAP = 1 / 12


class Climatology(LightningModule):
    """Inputs (batch, steps, features) -> what is usual at the time of the year for which it is forecast.

    The mean of each day of the year scatters, as it is one of few years. It is smoothed by harmonics: a mean and the
    first waves of the year are fitted to all training days by least squares (Narapusetty, DelSole & Tippett 2009; with
    182 waves that would be the mean of each day). What lies ahead is turned by an angle, which makes other coefficients
    of the same waves: each horizon has its own, and the waves are those of the day from which it is forecast.

    :param data: the dataset's specification
    :param harmonics: how many waves; 2 are customary, and foretell a year of Budapest best from the others in training
    :raises Unsuitable: if the data is nothing to forecast, or has no season
    """

    coefficients: Tensor

    def __init__(self, data: DataSpec, harmonics: Annotated[int, Field(gt=0, le=182)] = 2) -> None:
        super().__init__()
        series_shape(data, "climatology")
        if data.season is None:
            raise Unsuitable("climatology needs to know the time of the year", "the dataset gives no `season`")
        self.season = data.season
        self.harmonics = harmonics
        self.register_buffer("coefficients", torch.zeros(1 + 2 * harmonics, len(data.horizons)))

    def fit(self, data: LightningDataModule) -> None:
        """Fit the harmonics to the training part."""
        self.learn(*training_part(data))

    def learn(self, inputs: Tensor, targets: Tensor) -> None:
        """Fit the harmonics to inputs (n, steps, features) and targets (n, horizons).

        :raises Unsuitable: if they are of a part of the year alone
        """
        self._refuse_a_part_of_the_year(inputs)
        self.coefficients.copy_(torch.linalg.lstsq(self.waves(inputs).double(), targets.double()).solution)

    def waves(self, inputs: Tensor) -> Tensor:
        """1, sin a, cos a, sin 2a, cos 2a ... (n, 1 + 2 harmonics), with a the season of the last step as an angle."""
        sine, cosine = (inputs[:, -1, place] for place in self.season)
        waves = [torch.ones_like(sine), sine, cosine]
        for _ in range(1, self.harmonics):
            s, c = waves[-2:]
            waves += [s * cosine + c * sine, c * cosine - s * sine]  # the sums of angles
        return torch.stack(waves, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.waves(inputs) @ self.coefficients

    def _refuse_a_part_of_the_year(self, inputs: Tensor) -> None:
        sine, cosine = (inputs[:, -1, place] for place in self.season)
        turns = (torch.atan2(sine, cosine) / (2 * torch.pi)).remainder(1).sort().values
        gap = float(torch.cat([turns[1:], turns[:1] + 1]).sub(turns).max())
        if gap > WIDEST_GAP:
            hint = f"{gap:.0%} of the year has no training day"
            raise Unsuitable("climatology needs training days all around the year", hint)
