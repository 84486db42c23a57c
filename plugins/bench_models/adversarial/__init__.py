"""Models of two nets that learn against each other: one makes samples, the other tells them from data."""

import bench

MODELS = (
    bench.ModelInfo(
        "gan",
        "bench_models.adversarial.gan:GAN",
        task="generation",
        summary="A generator learns to deceive a classifier of data and samples; the loss that does not saturate.",
        source="Goodfellow et al. (2014), Generative Adversarial Nets, arXiv 1406.2661",
    ),
    bench.ModelInfo(
        "wgan",
        "bench_models.adversarial.wgan:WGAN",
        task="generation",
        summary="A critic with clipped weights estimates the Wasserstein distance, which the generator minimises.",
        source="Arjovsky, Chintala, Bottou (2017), Wasserstein GAN, arXiv 1701.07875",
    ),
    bench.ModelInfo(
        "wgan-gp",
        "bench_models.adversarial.wgan_gp:WGANGP",
        task="generation",
        summary="A penalty on the critic's gradient in place of clipped weights.",
        source="Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville (2017), arXiv 1704.00028",
    ),
)
