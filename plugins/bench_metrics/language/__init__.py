"""Metrics and a picture for models of language, which give every token a probability to come next."""

import bench

SHANNON = "Shannon (1951), Prediction and Entropy of Printed English, Bell System Technical Journal 30, 50-64"

METRICS = (
    bench.MetricInfo(
        "nats-per-token",
        "bench_metrics.language.scores:NatsPerToken",
        task="language-modelling",
        unit="nats",
        higher_is_better=False,
        lossy_tolerance=5e-2,
        summary="Mean negative log of the probability of what came next: the loss, as nanoGPT reports it of rows.",
        source="Karpathy, https://github.com/karpathy/nanoGPT",
        scores="bench_metrics.language.scores:nats_by_row",
        best=0.0,
    ),
    bench.MetricInfo(
        "bits-per-character",
        "bench_metrics.language.scores:BitsPerCharacter",
        task="language-modelling",
        unit="bits",
        higher_is_better=False,
        tolerance=2e-3,
        lossy_tolerance=7e-2,
        summary="What a character of the text takes to be told, whatever a token is; no word may be unknown.",
        source=SHANNON,
        scores="bench_metrics.language.scores:bits_by_row",
        best=0.0,
    ),
    bench.MetricInfo(
        "perplexity",
        "bench_metrics.language.scores:Perplexity",
        task="language-modelling",
        higher_is_better=False,
        tolerance=1e-1,
        summary="Among how many equally probable tokens the choice would be as hard: exp of the nats a token.",
        source="Jelinek, Mercer, Bahl, Baker (1977), J. Acoust. Soc. Am. 62, S63; https://lightning.ai/docs/torchmetrics",
        best=1.0,
    ),
    bench.MetricInfo(
        "next-token-accuracy",
        "bench_metrics.language.scores:NextTokenAccuracy",
        task="language-modelling",
        higher_is_better=True,
        lossy_tolerance=1e-2,
        summary="Share of places whose most probable token is what came next.",
        source="https://lightning.ai/docs/torchmetrics",
        scores="bench_metrics.language.scores:next_token_accuracy_by_row",
        best=1.0,
    ),
    bench.MetricInfo(
        "attention-share",
        "bench_metrics.language.attention:attention_share",
        task="language-modelling",
        form="function",
        tolerance=1e-6,
        summary="Share of the multiply-accumulates of a row that self-attention blocks make, projections included.",
        source="Mandava, Migacz, Florea (2020), Pay Attention When Required, arXiv 2009.04534",
    ),
    bench.MetricInfo(
        "sampled-text",
        "bench_metrics.language.pictures:sampled_text",
        task="language-modelling",
        form="picture",
        summary="How the artifact goes on after beginnings of the test part: each token drawn from its probabilities.",
        source=SHANNON,
    ),
    bench.MetricInfo(
        "architecture",
        "bench_metrics.language.search_picture:architecture",
        task="language-modelling",
        form="picture",
        summary="What each block became during a search, with which probability, and the pattern that was found.",
        source="Mandava, Migacz, Florea (2020), Pay Attention When Required, arXiv 2009.04534",
    ),
)
