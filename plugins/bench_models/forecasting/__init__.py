"""What every forecast has to be better than."""

import bench

MODELS = (
    bench.ModelInfo(
        "persistence",
        "bench_models.forecasting.persistence:Persistence",
        task="forecasting",
        summary="What was last seen stays as it is.",
        source="Murphy (1992), Weather and Forecasting 7, 692-698",
    ),
    bench.ModelInfo(
        "climatology",
        "bench_models.forecasting.climatology:Climatology",
        task="forecasting",
        summary="The usual value of the time of the year, smoothed by harmonics.",
        source="Narapusetty, DelSole & Tippett (2009), Journal of Climate 22, 4845-4859",
    ),
)
