"""Metrics and pictures for classifiers."""

import bench

SOURCE = "https://lightning.ai/docs/torchmetrics"

METRICS = (
    bench.MetricInfo(
        "accuracy",
        "bench_metrics.classification.scores:accuracy",
        task="classification",
        higher_is_better=True,
        tolerance=5e-4,
        lossy_tolerance=1e-2,
        summary="Share of the test set whose highest score is the right class.",
        source=SOURCE,
        scores="bench_metrics.classification.scores:accuracy_by_row",
        best=1.0,
    ),
    bench.MetricInfo(
        "error",
        "bench_metrics.classification.scores:Error",
        task="classification",
        unit="%",
        higher_is_better=False,
        tolerance=5e-2,
        lossy_tolerance=1.0,
        summary="100 (1 - accuracy), as the literature on MNIST reports it.",
        source=SOURCE,
        scores="bench_metrics.classification.scores:error_by_row",
        best=0.0,
    ),
    bench.MetricInfo(
        "cross-entropy",
        "bench_metrics.classification.scores:CrossEntropy",
        task="classification",
        unit="nats",
        higher_is_better=False,
        lossy_tolerance=5e-2,
        summary="Mean negative log of the probability that softmax of the scores gives the right class.",
        source="Goodfellow, Bengio, Courville (2016), Deep Learning, section 6.2.2.2",
        scores="bench_metrics.classification.scores:cross_entropy_by_row",
        best=0.0,
    ),
    bench.MetricInfo(
        "calibration-error",
        "bench_metrics.classification.scores:CalibrationError",
        task="classification",
        higher_is_better=False,
        tolerance=2e-3,
        lossy_tolerance=2e-2,
        summary="Expected difference between confidence and accuracy, in 15 bins of confidence.",
        source="Guo et al. (2017), On Calibration of Modern Neural Networks, arXiv 1706.04599",
        best=0.0,
    ),
    bench.MetricInfo(
        "confusion-matrix",
        "bench_metrics.classification.pictures:confusion_matrix",
        task="classification",
        form="picture",
        summary="How often each class was taken for each other.",
        source=SOURCE,
    ),
    bench.MetricInfo(
        "misclassified",
        "bench_metrics.classification.pictures:misclassified",
        task="classification",
        form="picture",
        summary="The images that the artifact got wrong, the most confident mistakes first.",
    ),
)
