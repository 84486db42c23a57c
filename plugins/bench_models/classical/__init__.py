"""Models that are fitted, not trained by gradient: scikit-learn, exported by skl2onnx."""

import bench

MODELS = (
    bench.ModelInfo(
        "pca",
        "bench_models.classical.pca:PCA",
        task="reconstruction",
        summary="Principal component analysis: the best linear code of its size.",
        source="Hotelling (1933), J. Educ. Psychol. 24, 417-441; scikit-learn, skl2onnx",
    ),
    bench.ModelInfo(
        "kmeans",
        "bench_models.classical.kmeans:KMeans",
        task="clustering",
        summary="Clusters around their means: Lloyd's algorithm, k-means++ initialisation, the best of ten.",
        source="Arthur & Vassilvitskii (2007), SODA, 1027-1035; scikit-learn, skl2onnx",
    ),
    bench.ModelInfo(
        "gmm",
        "bench_models.classical.gmm:GaussianMixture",
        task="generation",
        summary="A mixture of Gaussians: the generator that others have to be better than.",
        source="Dempster, Laird, Rubin (1977), J. R. Stat. Soc. B 39, 1-38; scikit-learn",
    ),
    bench.ModelInfo(
        "ridge",
        "bench_models.classical.ridge:Ridge",
        task="forecasting",
        summary="Ridge regression: the linear forecast that nets have to be better than.",
        source="Hoerl & Kennard (1970), Technometrics 12, 55-67; scikit-learn, skl2onnx",
    ),
    bench.ModelInfo(
        "sklearn",
        "bench_models.classical.any_estimator:AnyEstimator",
        task=("classification", "forecasting"),
        summary="Any classifier, regressor, transformer or clusterer that skl2onnx converts, by its import path.",
        source="Pedregosa et al. (2011), JMLR 12, 2825-2830; https://onnx.ai/sklearn-onnx",
    ),
)
