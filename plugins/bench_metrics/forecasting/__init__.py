"""Metrics and pictures for forecasts (n, horizons): by how much they fail, and whether they are worth the effort."""

import bench

WILKS = "Wilks (2019), Statistical Methods in the Atmospheric Sciences, Forecast Verification"
MURPHY = "Murphy (1992), Weather and Forecasting 7, 692-698"

# Errors are in the unit of the data, whatever that is, so no tolerance suits them; the skills are shares of such errors
# and are judged in their place.
LOSSY = 2e-2

METRICS = (
    bench.MetricInfo(
        "mae",
        "bench_metrics.forecasting.errors:MAE",
        task="forecasting",
        unit=bench.DATA_UNIT,
        higher_is_better=False,
        tolerance=None,
        summary="Mean absolute error at a horizon, or the mean over all of them.",
        source=WILKS,
        scores="bench_metrics.forecasting.errors:mae_by_row",
        best=0.0,
    ),
    bench.MetricInfo(
        "rmse",
        "bench_metrics.forecasting.errors:RMSE",
        task="forecasting",
        unit=bench.DATA_UNIT,
        higher_is_better=False,
        tolerance=None,
        summary="Root mean squared error at a horizon, or the mean over all of them.",
        source=WILKS,
        best=0.0,
    ),
    bench.MetricInfo(
        "skill-against-persistence",
        "bench_metrics.forecasting.skill:skill_against_persistence",
        task="forecasting",
        form="function",
        higher_is_better=True,
        lossy_tolerance=LOSSY,
        summary="1 - MAE / MAE of the last value: 1 is perfect, 0 no better than to say that all stays as it is.",
        source=MURPHY,
        scores="bench_metrics.forecasting.skill:persistence_skill_by_row",
        best=1.0,
    ),
    bench.MetricInfo(
        "skill-against-climatology",
        "bench_metrics.forecasting.skill:skill_against_climatology",
        task="forecasting",
        form="function",
        higher_is_better=True,
        lossy_tolerance=LOSSY,
        summary="1 - MAE / MAE of the usual value: 1 is perfect, 0 no better than to know the time of the year.",
        source=MURPHY,
        scores="bench_metrics.forecasting.skill:climatology_skill_by_row",
        best=1.0,
    ),
    bench.MetricInfo(
        "forecasts",
        "bench_metrics.forecasting.pictures:forecasts",
        task="forecasting",
        form="picture",
        summary="Forecasts and what then came, over a year of the test part.",
    ),
    bench.MetricInfo(
        "error-by-horizon",
        "bench_metrics.forecasting.pictures:error_by_horizon",
        task="forecasting",
        form="picture",
        summary="Mean absolute error at each horizon, beside persistence and climatology.",
        source=MURPHY,
    ),
)
