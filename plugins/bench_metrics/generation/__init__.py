"""Metrics and pictures for generators."""

import bench

PICTURES = (
    bench.MetricInfo(
        "prior-samples",
        "bench_metrics.generation.pictures:prior_samples",
        task="generation",
        form="picture",
        summary="What the generator makes of draws from the standard normal distribution.",
        source="Kingma & Welling (2013), Auto-Encoding Variational Bayes, arXiv 1312.6114, figure 5",
    ),
    bench.MetricInfo(
        "manifold",
        "bench_metrics.generation.pictures:manifold",
        task="generation",
        form="picture",
        summary="The plane of the two (most active) latent variables as images, spread as the prior is.",
        source="Kingma & Welling (2013), Auto-Encoding Variational Bayes, arXiv 1312.6114, figure 4",
    ),
)

METRICS = PICTURES
