"""Windows of a daily series, and what comes after them."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from pydantic import Field, PositiveInt
from torch import Tensor

from bench import BenchError, DataMissing, DataSpec, Unsuitable, data_root
from bench_datasets.daily import read_days
from bench_datasets.tensors import Part, Parts, TensorDataModule

SEASON = ("year-sine", "year-cosine")

# Where those find a series who have none.
WEATHER = "ten years of weather in 18 European places: https://doi.org/10.5281/zenodo.7053722"


class TimeSeries(TensorDataModule):
    """The last days of a series (window, features) -> what its target will be after so many days more (horizons,).

    The features of a day are the target itself, the others that are asked for, and sine and cosine of the time of the
    year. All are in the units of the file: what scales them is a model's own, and learned from the training part.

    The parts follow each other in time, and every target of a part lies in it; inputs may reach back into the part
    before. So no training ever sees a day that it is later scored on.

    :param file: a CSV file with a row a day, by its path in the data root
    :param target: the column that is forecast
    :param date: the column of the dates
    :param features: further columns that a forecast may use
    :param unit: that of the target
    :param window: how many days are seen, the last of which is the one from which horizons count
    :param horizons: how many days ahead forecasts are made
    :param validation: the days to validate with, which come before those of the test
    :param test: the days to test with, the last ones of the file
    :raises Unsuitable: if a column is asked for twice, or the horizons do not increase
    :raises DataMissing: if the file is not in the data root
    :raises BenchError: if it is no daily series, or too short
    """

    def __init__(  # noqa: PLR0913, PLR0917 (what there is to choose of a file)
        self,
        file: str,
        target: str,
        date: str = "date",
        features: tuple[str, ...] = (),
        unit: str = "",
        window: PositiveInt = 30,
        horizons: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (1, 7, 30),
        validation: PositiveInt = 365,
        test: PositiveInt = 730,
    ) -> None:
        columns = (target, *features)
        _refuse_what_is_twice(columns)
        if any(later <= sooner for sooner, later in pairwise(horizons)):
            raise Unsuitable("horizons have to increase", f"these are {[*horizons]}")
        spec = DataSpec(
            task="forecasting",
            input_shape=(window, len(columns) + len(SEASON)),
            horizons=horizons,
            features=(*columns, *SEASON),
            unit=unit,
            season=(len(columns), len(columns) + 1),
        )
        super().__init__(spec)
        self.file = file
        self.date = date
        self.columns = columns
        self.window = window
        self.held_out = (validation, test)

    def prepare_data(self) -> None:
        """Read the file: what is wrong with it is then told before anything runs."""
        self.setup()

    def load(self) -> Parts:
        days = read_days(self._path(), self.date, self.columns)
        series = np.column_stack([days.values, seasons(days.dates)])
        borders = self._borders(len(series))
        return Parts(*(self._part(name, torch.tensor(series).float(), *span) for name, span in borders.items()))

    def _path(self) -> Path:
        path = data_root() / self.file
        if not path.is_file():
            hint = f"put a CSV file with a row a day there, or name the folder that it is in with --data; {WEATHER}"
            raise DataMissing(f"{path} is not there", hint)
        return path

    def _borders(self, days: int) -> dict[str, tuple[int, int]]:
        """The first day of each part, and the first after it.

        :raises BenchError: if none are left to train on
        """
        validation, test = self.held_out
        if days <= validation + test:
            kept = f"{validation} to validate with and {test} to test with"
            raise BenchError(f"{self.file} has {days} days, of which none are left to train on", f"kept are {kept}")
        borders = (0, days - test - validation, days - test, days)
        return dict(zip(("training", "validation", "test"), pairwise(borders), strict=True))

    def _part(self, name: str, series: Tensor, begin: int, end: int) -> Part:
        """Inputs and targets of every day whose targets lie within [begin, end) and that has a window behind it."""
        horizons = self.spec.horizons
        first, after = max(begin - horizons[0], self.window - 1), end - horizons[-1]
        if first >= after:
            needed = f"a window of {self.window} days and horizons of up to {horizons[-1]}"
            raise BenchError(f"the {name} part of {self.file} has {end - begin} days", f"too few for {needed}")
        today = torch.arange(first, after)
        windows = series.unfold(0, self.window, 1).transpose(1, 2)  # a view; the first of them ends at window - 1
        targets = series[today[:, None] + torch.tensor(horizons), 0]
        return Part(windows[today - (self.window - 1)].contiguous(), targets)


def seasons(dates: Sequence[date]) -> np.ndarray:
    """Sine and cosine (days, 2) of the time of the year, which goes around once from one New Year to the next."""
    numbered = np.array([(day.timetuple().tm_yday - 1, _days_in(day.year)) for day in dates], dtype=float)
    angles = 2 * np.pi * numbered[:, 0] / numbered[:, 1]
    return np.column_stack([np.sin(angles), np.cos(angles)])


def _days_in(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _refuse_what_is_twice(columns: Sequence[str]) -> None:
    """:raises Unsuitable: if a column is named twice."""
    twice = next((name for place, name in enumerate(columns) if name in columns[:place]), None)
    if twice is not None:
        raise Unsuitable(f"{twice!r} is asked for twice", "the target is a feature without being named among them")
