"""Metrics and pictures for generators."""

import bench

VILLANI = "Villani (2009), Optimal Transport: Old and New, chapter 6; computed by POT, https://pythonot.github.io"
BONNEEL = "Bonneel et al. (2015), Sliced and Radon Wasserstein Barycenters of Measures, JMIV 51, 22-45; computed by POT"
HEUSEL = "Heusel et al. (2017), GANs Trained by a Two Time-Scale Update Rule, arXiv 1706.08500"
KYNKAANNIEMI = "Kynkäänniemi et al. (2019), Improved Precision and Recall Metric, arXiv 1904.06991"
NAEEM = "Naeem et al. (2020), Reliable Fidelity and Diversity Metrics, arXiv 2002.09797"
SRIVASTAVA = "Srivastava et al. (2017), VEEGAN, arXiv 1705.07761"

# What a metric of a floor adds to the summary of its own.
FLOOR = "with rows of the training part in place of generated ones: what a perfect generator would get."

# fp32 graphs of small nets on digits and MNIST moved a distance by 4e-6 at most, and fp16 by 1e-3: the tolerance leaves
# ten times that, for arithmetic such as TF32. What int8 moves has the unit of the data, and is told, not judged.
DISTANCE = 1e-2

# A rounding may take one sample across a border, a thousandth. int8 moved a share by 1e-3, and a density by 1e-2.
SHARE, SHARE_LOSSY = 1e-2, 5e-2

DISTANCES = (
    bench.MetricInfo(
        "wasserstein-1",
        "bench_metrics.generation.transport:wasserstein_1",
        task="generation",
        form="function",
        higher_is_better=False,
        tolerance=DISTANCE,
        relative=True,
        summary="Exact Wasserstein-1 distance of generated from test samples; see `wasserstein-1-floor`.",
        source=VILLANI,
        best=0.0,
    ),
    bench.MetricInfo(
        "wasserstein-1-floor",
        "bench_metrics.generation.transport:wasserstein_1_floor",
        task="generation",
        form="function",
        tolerance=1e-6,
        summary=f"`wasserstein-1` {FLOOR}",
        source=VILLANI,
    ),
    bench.MetricInfo(
        "wasserstein-2",
        "bench_metrics.generation.transport:wasserstein_2",
        task="generation",
        form="function",
        higher_is_better=False,
        tolerance=DISTANCE,
        relative=True,
        summary="Exact Wasserstein-2 distance of generated from test samples; see `wasserstein-2-floor`.",
        source=VILLANI,
        best=0.0,
    ),
    bench.MetricInfo(
        "wasserstein-2-floor",
        "bench_metrics.generation.transport:wasserstein_2_floor",
        task="generation",
        form="function",
        tolerance=1e-6,
        summary=f"`wasserstein-2` {FLOOR}",
        source=VILLANI,
    ),
    bench.MetricInfo(
        "sliced-wasserstein",
        "bench_metrics.generation.transport:sliced_wasserstein",
        task="generation",
        form="function",
        higher_is_better=False,
        tolerance=DISTANCE,
        relative=True,
        summary="Root mean square of the Wasserstein-2 distance along directions; see `sliced-wasserstein-floor`.",
        source=BONNEEL,
        best=0.0,
    ),
    bench.MetricInfo(
        "sliced-wasserstein-floor",
        "bench_metrics.generation.transport:sliced_wasserstein_floor",
        task="generation",
        form="function",
        tolerance=1e-6,
        summary=f"`sliced-wasserstein` {FLOOR}",
        source=BONNEEL,
    ),
    bench.MetricInfo(
        "frechet-distance",
        "bench_metrics.generation.moments:frechet_distance",
        task="generation",
        form="function",
        higher_is_better=False,
        tolerance=DISTANCE,
        relative=True,
        summary="Squared distance of normal distributions with the samples' moments; see `frechet-distance-floor`.",
        source=HEUSEL,
        best=0.0,
    ),
    bench.MetricInfo(
        "frechet-distance-floor",
        "bench_metrics.generation.moments:frechet_distance_floor",
        task="generation",
        form="function",
        tolerance=1e-6,
        summary=f"`frechet-distance` {FLOOR}",
        source=HEUSEL,
    ),
    bench.MetricInfo(
        "kernel-distance",
        "bench_metrics.generation.moments:kernel_distance",
        task="generation",
        form="function",
        higher_is_better=False,
        tolerance=DISTANCE,
        relative=True,
        summary="Squared maximum mean discrepancy with a cubic kernel; on average 0 for a perfect generator.",
        source="Binkowski et al. (2018), Demystifying MMD GANs, arXiv 1801.01401",
    ),
)

SHARES = (
    bench.MetricInfo(
        "precision",
        "bench_metrics.generation.balls:precision",
        task="generation",
        form="function",
        higher_is_better=True,
        tolerance=SHARE,
        lossy_tolerance=SHARE_LOSSY,
        summary="Share of generated samples that lie within reach of test samples.",
        source=KYNKAANNIEMI,
        best=1.0,
    ),
    bench.MetricInfo(
        "recall",
        "bench_metrics.generation.balls:recall",
        task="generation",
        form="function",
        higher_is_better=True,
        tolerance=SHARE,
        lossy_tolerance=SHARE_LOSSY,
        summary="Share of test samples that lie within reach of generated samples.",
        source=KYNKAANNIEMI,
        best=1.0,
    ),
    bench.MetricInfo(
        "density",
        "bench_metrics.generation.balls:density",
        task="generation",
        form="function",
        tolerance=SHARE,
        lossy_tolerance=2 * SHARE_LOSSY,
        summary="How densely generated samples lie amid test samples: 1 for a perfect generator, more of averages.",
        source=NAEEM,
    ),
    bench.MetricInfo(
        "coverage",
        "bench_metrics.generation.balls:coverage",
        task="generation",
        form="function",
        higher_is_better=True,
        tolerance=SHARE,
        lossy_tolerance=SHARE_LOSSY,
        summary="Share of test samples with a generated one among their neighbours; 0.97 for a perfect generator.",
        source=NAEEM,
        best=1.0,
    ),
    bench.MetricInfo(
        "two-sample-accuracy",
        "bench_metrics.generation.nearest:two_sample_accuracy",
        task="generation",
        form="function",
        higher_is_better=False,
        tolerance=SHARE,
        lossy_tolerance=SHARE_LOSSY,
        summary="Share of all samples whose nearest neighbour is of their kind; 0.5 for a perfect generator.",
        source="Lopez-Paz & Oquab (2017), Revisiting Classifier Two-Sample Tests, arXiv 1610.06545",
    ),
    bench.MetricInfo(
        "data-copying",
        "bench_metrics.generation.nearest:data_copying",
        task="generation",
        form="function",
        tolerance=SHARE,
        lossy_tolerance=SHARE_LOSSY,
        summary="How likely a generated sample is nearer to the training part than a test one: 0.5 as new, 1 copied.",
        source="Meehan, Chaudhuri & Dasgupta (2020), Data-Copying in Generative Models, arXiv 2004.05675",
    ),
)

MODES = (
    bench.MetricInfo(
        "modes-covered",
        "bench_metrics.generation.modes:modes_covered",
        task="generation",
        form="function",
        higher_is_better=True,
        tolerance=SHARE,
        summary="Share of the modes of points that have a generated one within three standard deviations.",
        source=SRIVASTAVA,
        best=1.0,
    ),
    bench.MetricInfo(
        "high-quality-share",
        "bench_metrics.generation.modes:high_quality_share",
        task="generation",
        form="function",
        higher_is_better=True,
        tolerance=SHARE,
        lossy_tolerance=SHARE_LOSSY,
        summary="Share of generated points within three standard deviations of a mode.",
        source=SRIVASTAVA,
        best=1.0,
    ),
    bench.MetricInfo(
        "classes-covered",
        "bench_metrics.generation.modes:classes_covered",
        task="generation",
        form="function",
        higher_is_better=True,
        tolerance=SHARE,
        summary="Share of the classes that generated samples have, by their nearest training sample.",
        source="Metz et al. (2017), Unrolled Generative Adversarial Networks, arXiv 1611.02163",
        best=1.0,
    ),
    bench.MetricInfo(
        "class-divergence",
        "bench_metrics.generation.modes:class_divergence",
        task="generation",
        unit="nats",
        form="function",
        higher_is_better=False,
        tolerance=SHARE,
        lossy_tolerance=SHARE_LOSSY,
        summary="KL divergence of the generated classes' shares, by the nearest training sample, from the data's.",
        source="Metz et al. (2017), Unrolled Generative Adversarial Networks, arXiv 1611.02163",
        best=0.0,
    ),
)

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
    bench.MetricInfo(
        "noise-interpolation",
        "bench_metrics.generation.pictures:noise_interpolation",
        task="generation",
        form="picture",
        summary="What the generator makes of the noises between two.",
        source="White (2016), Sampling Generative Networks, arXiv 1609.04468",
    ),
    bench.MetricInfo(
        "nearest-training",
        "bench_metrics.generation.nearest_picture:nearest_training",
        task="generation",
        form="picture",
        summary="Generated images over the nearest training images.",
        source="Goodfellow et al. (2014), Generative Adversarial Nets, arXiv 1406.2661, figure 2",
    ),
    bench.MetricInfo(
        "sample-scatter",
        "bench_metrics.generation.plane:sample_scatter",
        task="generation",
        form="picture",
        summary="Generated points over test points, in the plane.",
        source="Metz et al. (2017), Unrolled Generative Adversarial Networks, arXiv 1611.02163, figure 2",
    ),
    bench.MetricInfo(
        "latent-arithmetic",
        "bench_metrics.generation.arithmetic:latent_arithmetic",
        task="generation",
        form="picture",
        summary="What is generated of sums and differences of the mean noises of classes.",
        source="Radford, Metz & Chintala (2016), DCGAN, arXiv 1511.06434, section 6.3.2",
    ),
    bench.MetricInfo(
        "samples-over-training",
        "bench_metrics.generation.course_pictures:samples_over_training",
        task="generation",
        form="picture",
        summary="Generated images after more and more epochs, of the same noise.",
        source="Metz et al. (2017), Unrolled Generative Adversarial Networks, arXiv 1611.02163, figure 3",
    ),
    bench.MetricInfo(
        "scatter-over-training",
        "bench_metrics.generation.course_pictures:scatter_over_training",
        task="generation",
        form="picture",
        summary="Generated points over test points after more and more epochs.",
        source="Metz et al. (2017), Unrolled Generative Adversarial Networks, arXiv 1611.02163, figure 2",
    ),
)

METRICS = (*DISTANCES, *SHARES, *MODES, *PICTURES)
