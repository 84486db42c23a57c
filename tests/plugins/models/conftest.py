"""Data for models of all families."""

from datetime import date, timedelta

import numpy as np
import pytest

from bench_datasets.timeseries import TimeSeries


@pytest.fixture(scope="session")
def series(tmp_path_factory):
    """Two years of a warmth that goes with the season and has a memory, and a rain that nobody can foretell."""
    folder, generator = tmp_path_factory.mktemp("series"), np.random.default_rng(0)
    noise = generator.normal(size=731)
    for day in range(1, 731):
        noise[day] += 0.8 * noise[day - 1]
    warmth = 12 - 10 * np.cos(2 * np.pi * np.arange(731) / 365.25) + 2 * noise
    rows = zip(warmth.tolist(), generator.exponential(size=731).tolist(), strict=True)
    lines = [f"{date(2001, 1, 1) + timedelta(day)},{warm},{wet}" for day, (warm, wet) in enumerate(rows)]
    (folder / "series.csv").write_text("\n".join(["date,warmth,rain", *lines]))
    days = {"window": 5, "horizons": (1, 3, 10), "validation": 60, "test": 100}
    data = TimeSeries("series.csv", "warmth", features=("rain",), unit="°C", **days)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(folder))
        data.setup()
    return data
