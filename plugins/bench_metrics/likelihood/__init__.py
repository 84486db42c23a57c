"""Metrics for models that give their data a probability."""

import bench

METRICS = (
    bench.MetricInfo(
        "elbo",
        "bench_metrics.likelihood.bounds:elbo",
        task="reconstruction",
        unit="nats",
        higher_is_better=False,
        form="function",
        tolerance=1e-2,
        summary="Evidence lower bound, negated; binary pixels are drawn from the images (dynamic binarisation).",
        source="Kingma & Welling (2014), Auto-Encoding Variational Bayes, arXiv 1312.6114",
        scores="bench_metrics.likelihood.bounds:elbo_by_row",
    ),
    bench.MetricInfo(
        "importance-weighted-bound",
        "bench_metrics.likelihood.bounds:importance_weighted_bound",
        task="reconstruction",
        unit="nats",
        higher_is_better=False,
        form="function",
        tolerance=1e-2,
        summary="-log p(x) at most, by k samples; binary pixels are drawn from the images (dynamic binarisation).",
        source="Burda, Grosse & Salakhutdinov (2016), Importance Weighted Autoencoders, arXiv 1509.00519",
        scores="bench_metrics.likelihood.bounds:importance_weighted_bound_by_row",
    ),
)
