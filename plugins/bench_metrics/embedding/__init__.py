"""Metrics and pictures for codes and features."""

import bench

SCIKIT_LEARN = "https://scikit-learn.org/stable/modules"

# Where there is no `lossy_tolerance`: codes have any scale; eight bits take small numbers for 0, and make of a slope a
# staircase, on which a difference quotient is what the step makes of it. This is told, not judged.

# A probe is fitted anew on each graph's codes. A rounding moved it by 0.0004 on MNIST at most, where one test row of
# digits is 0.003; eight bits moved it by up to 0.04, on the codes of a net that was hardly trained.

# k-means that starts a hair's breadth elsewhere may end in another optimum. On codes of digits and MNIST, changes by a
# millionth moved its figures by up to 0.03, and half precision by up to 0.04; codes that say nothing of the classes
# would move them by more than this.
K_MEANS, K_MEANS_LOSSY = 0.1, 0.2

FIGURES = (
    bench.MetricInfo(
        "code-mean-activity",
        "bench_metrics.embedding.codes:code_mean_activity",
        task="embedding",
        form="function",
        tolerance=1e-2,
        summary="Mean of all numbers of all codes, each with its sign.",
        source="Chollet (2016), Building Autoencoders in Keras, "
        "https://blog.keras.io/building-autoencoders-in-keras.html",
    ),
    bench.MetricInfo(
        "code-share-active",
        "bench_metrics.embedding.codes:code_share_active",
        task="embedding",
        form="function",
        tolerance=1e-3,
        summary="Share of the numbers of all codes that are not nearly 0.",
        source="Makhzani & Frey (2013), k-Sparse Autoencoders, arXiv 1312.5663",
    ),
    bench.MetricInfo(
        "jacobian-norm",
        "bench_metrics.embedding.codes:jacobian_norm",
        task="embedding",
        form="function",
        tolerance=1e-2,
        summary="Mean Frobenius norm of d code / d input over the first test inputs.",
        source="Rifai et al. (2011), Contractive Auto-Encoders, ICML",
    ),
    bench.MetricInfo(
        "principal-angle",
        "bench_metrics.embedding.subspace:principal_angle",
        task="embedding",
        unit="degrees",
        form="function",
        higher_is_better=False,
        tolerance=0.5,
        lossy_tolerance=5.0,
        summary="Largest angle between what an affine decoder spans and PCA's subspace of the same dimension.",
        source="Baldi & Hornik (1989), Neural Networks and Principal Component Analysis, Neural Networks 2, 53-58",
        best=0.0,
    ),
    bench.MetricInfo(
        "linear-probe-accuracy",
        "bench_metrics.embedding.probes:linear_probe_accuracy",
        task="embedding",
        form="function",
        higher_is_better=True,
        tolerance=1e-2,
        lossy_tolerance=0.1,
        summary="Share of the test set that logistic regression on the codes gets right.",
        source="Alain & Bengio (2016), Intermediate Layers Using Linear Classifier Probes, arXiv 1610.01644",
        best=1.0,
    ),
    bench.MetricInfo(
        "knn-accuracy",
        "bench_metrics.embedding.probes:knn_accuracy",
        task="embedding",
        form="function",
        higher_is_better=True,
        tolerance=1e-2,
        lossy_tolerance=0.1,
        summary="Share of the test set whose class most of the five nearest codes of the training part have.",
        source=f"{SCIKIT_LEARN}/neighbors.html",
        best=1.0,
    ),
    bench.MetricInfo(
        "clustering-accuracy",
        "bench_metrics.embedding.clusters:clustering_accuracy",
        task=("embedding", "clustering"),
        form="function",
        higher_is_better=True,
        tolerance=K_MEANS,
        lossy_tolerance=K_MEANS_LOSSY,
        summary="Share of the test set that is right if each cluster stands for one class; codes by k-means.",
        source="Xie et al. (2016), Unsupervised Deep Embedding for Clustering Analysis, arXiv 1511.06335",
        best=1.0,
    ),
    bench.MetricInfo(
        "adjusted-rand-index",
        "bench_metrics.embedding.clusters:adjusted_rand_index",
        task=("embedding", "clustering"),
        form="function",
        higher_is_better=True,
        tolerance=K_MEANS,
        lossy_tolerance=K_MEANS_LOSSY,
        summary="Pairs on which clusters and classes agree: 0 for chance, 1 for all; codes by k-means.",
        source="Hubert & Arabie (1985), Comparing Partitions, Journal of Classification 2, 193-218",
        best=1.0,
    ),
    bench.MetricInfo(
        "normalized-mutual-information",
        "bench_metrics.embedding.clusters:normalized_mutual_information",
        task=("embedding", "clustering"),
        form="function",
        higher_is_better=True,
        tolerance=K_MEANS,
        lossy_tolerance=K_MEANS_LOSSY,
        summary="Mutual information of clusters and classes, by the mean of their entropies; codes by k-means.",
        source=f"{SCIKIT_LEARN}/clustering.html#mutual-info-score",
        best=1.0,
    ),
    bench.MetricInfo(
        "homogeneity",
        "bench_metrics.embedding.clusters:homogeneity",
        task=("embedding", "clustering"),
        form="function",
        higher_is_better=True,
        tolerance=K_MEANS,
        lossy_tolerance=K_MEANS_LOSSY,
        summary="How much of the classes' entropy the clusters explain; codes by k-means.",
        source="Rosenberg & Hirschberg (2007), V-Measure, EMNLP-CoNLL",
        best=1.0,
    ),
)

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
