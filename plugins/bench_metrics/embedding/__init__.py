"""Metrics and pictures for codes and features."""

import bench

FIGURES: tuple[bench.MetricInfo, ...] = ()

PICTURES = (
    bench.MetricInfo(
        "latent-scatter",
        "bench_metrics.embedding.pictures:latent_scatter",
        task="embedding",
        form="picture",
        summary="Codes in the colour of their class: as they are, or their first two principal components.",
        source="Hinton & Salakhutdinov (2006), Reducing the Dimensionality of Data with Neural Networks, figure 3",
    ),
    bench.MetricInfo(
        "filters",
        "bench_metrics.embedding.pictures:filters",
        task="embedding",
        form="picture",
        summary="The weights of the encoder's first layer, or the components of a decomposition, as images.",
        source="Vincent et al. (2010), Stacked Denoising Autoencoders, JMLR 11, figures 5 to 7",
    ),
)

METRICS = (*FIGURES, *PICTURES)
