"""Metrics and a picture for critics, which tell generated samples from data."""

import bench

ARJOVSKY = "Arjovsky, Chintala & Bottou (2017), Wasserstein GAN, arXiv 1701.07875"
GULRAJANI = "Gulrajani et al. (2017), Improved Training of Wasserstein GANs, arXiv 1704.00028"

# A critic's values have any scale. fp32 graphs of small nets moved these figures by 1e-6 at most, fp16 by 2e-4. Eight
# bits make a staircase of values, which is as steep as its steps are: what that costs is told, not judged.
TOLERANCE = 1e-2

METRICS = (
    bench.MetricInfo(
        "duality-gap",
        "bench_metrics.critic.duality:duality_gap",
        task="critic",
        form="function",
        higher_is_better=False,
        tolerance=TOLERANCE,
        relative=True,
        summary="Exact Wasserstein-1 distance of generated from test samples, less the bound that the critic proves.",
        source="Villani (2009), Optimal Transport: Old and New, remark 6.5; computed by POT, https://pythonot.github.io",
        best=0.0,
    ),
    bench.MetricInfo(
        "relative-duality-gap",
        "bench_metrics.critic.duality:relative_duality_gap",
        task="critic",
        form="function",
        higher_is_better=False,
        tolerance=TOLERANCE,
        relative=True,
        summary="The duality gap as a share of the distance: 0 for the best critic, 1 for one that proves nothing.",
        source="Villani (2009), Optimal Transport: Old and New, remark 6.5; computed by POT, https://pythonot.github.io",
        best=0.0,
    ),
    bench.MetricInfo(
        "critic-estimate",
        "bench_metrics.critic.duality:critic_estimate",
        task="critic",
        form="function",
        tolerance=TOLERANCE,
        relative=True,
        summary="Mean value of test samples, less that of generated ones, in the critic's own unit.",
        source=ARJOVSKY,
    ),
    bench.MetricInfo(
        "critic-slope",
        "bench_metrics.critic.duality:critic_slope",
        task="critic",
        form="function",
        tolerance=TOLERANCE,
        relative=True,
        summary="The critic's largest slope between any two of the test and generated samples.",
        source=ARJOVSKY,
    ),
    bench.MetricInfo(
        "critic-gradient-norm",
        "bench_metrics.critic.gradient:gradient_norm",
        task="critic",
        form="function",
        tolerance=TOLERANCE,
        relative=True,
        summary="Mean length of the torch critic's gradient between test and generated samples: 1, if penalised.",
        source=GULRAJANI,
    ),
    bench.MetricInfo(
        "critic-gradient-spread",
        "bench_metrics.critic.gradient:gradient_spread",
        task="critic",
        form="function",
        tolerance=TOLERANCE,
        relative=True,
        summary="Standard deviation of the length of the torch critic's gradient between test and generated samples.",
        source=GULRAJANI,
    ),
    bench.MetricInfo(
        "critic-largest-weight",
        "bench_metrics.critic.weights:largest_weight",
        task="critic",
        form="function",
        tolerance=1e-6,
        summary="Largest absolute value of the torch critic's weights, which clipping bounds.",
        source=ARJOVSKY,
    ),
    bench.MetricInfo(
        "clipped-share",
        "bench_metrics.critic.weights:clipped_share",
        task="critic",
        form="function",
        tolerance=1e-6,
        summary="Share of the torch critic's weights at the largest absolute value of all, as clipping leaves them.",
        source=f"{GULRAJANI}, figure 1b",
    ),
    bench.MetricInfo(
        "critic-surface",
        "bench_metrics.critic.pictures:critic_surface",
        task="critic",
        form="picture",
        summary="Lines of equal value of the critic over points in the plane, with test and generated ones.",
        source=f"{GULRAJANI}, figure 1a",
    ),
    bench.MetricInfo(
        "duality-course",
        "bench_metrics.critic.course_picture:duality_course",
        task="critic",
        form="picture",
        summary="The exact Wasserstein-1 distance over the training, what the critic proves of it, and what it says.",
        source=GULRAJANI,
    ),
)
