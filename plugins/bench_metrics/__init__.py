"""The built-in metrics and pictures, a package for each subject."""

from collections.abc import Iterator

import bench
from bench_metrics import (
    classification,
    critic,
    embedding,
    forecasting,
    generation,
    language,
    likelihood,
    reconstruction,
)


@bench.hookimpl
def bench_metrics() -> Iterator[bench.MetricInfo]:
    for subject in (classification, forecasting, language, reconstruction, embedding, likelihood, generation, critic):
        yield from subject.METRICS
