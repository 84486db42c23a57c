"""A plugin for bench: one dataset, one model, one metric. It imports nothing heavy; each target is named as text."""

from collections.abc import Iterator

import bench


@bench.hookimpl
def bench_datasets() -> Iterator[bench.DatasetInfo]:
    """What `dataset:` in a suite can name."""
    yield bench.DatasetInfo(
        "moons",
        "bench_moons.dataset:Moons",
        task="classification",
        summary="Points of two interleaving half-moons, drawn anew from a fixed seed; works offline.",
        source="https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_moons.html",
    )


@bench.hookimpl
def bench_models() -> Iterator[bench.ModelInfo]:
    """What `model:` in a suite can name."""
    yield bench.ModelInfo(
        "rbf-net",
        "bench_moons.model:RBFNet",
        task="classification",
        summary="One layer of Gaussian radial basis functions, one linear layer.",
        source="Broomhead & Lowe (1988), Complex Systems 2, 321-355",
    )


@bench.hookimpl
def bench_metrics() -> Iterator[bench.MetricInfo]:
    """What is computed for every artifact of the task, unless a suite's `metrics:` names others."""
    yield bench.MetricInfo(
        "matthews-correlation",
        "bench_moons.metric:matthews_correlation",
        task="classification",
        higher_is_better=True,
        summary="Correlation of answers and classes: 1 all right, 0 no better than chance, -1 all wrong.",
        source="Matthews (1975), Biochimica et Biophysica Acta 405, 442-451",
    )
