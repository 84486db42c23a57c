"""Metrics and pictures for reconstructions of the input."""

import bench

KERAS = "Chollet (2016), Building Autoencoders in Keras, https://blog.keras.io/building-autoencoders-in-keras.html"
VINCENT = "Vincent et al. (2010), Stacked Denoising Autoencoders, JMLR 11, 3371-3408"
THEIS = "after Theis et al. (2017), Lossy Image Compression with Compressive Autoencoders, arXiv 1703.00395"

# Measured on autoencoders of MNIST, fp32 graphs differ from torch in the eighth digit. int8 ones moved the MSE by up to
# 3 % and PSNR by up to 0.1 dB; `lossy_tolerance` leaves ten times that.

FIGURES = (
    bench.MetricInfo(
        "reconstruction-bce",
        "bench_metrics.reconstruction.scores:BinaryCrossEntropy",
        task="reconstruction",
        unit="nats",
        higher_is_better=False,
        tolerance=5e-4,
        lossy_tolerance=1e-2,
        summary="Binary cross-entropy per pixel; grey pixels have one above 0 even if nothing is lost.",
        source=KERAS,
    ),
    bench.MetricInfo(
        "reconstruction-mse",
        "bench_metrics.reconstruction.scores:mean_squared_error",
        task="reconstruction",
        higher_is_better=False,
        tolerance=1e-4,
        lossy_tolerance=2e-3,
        summary="Mean squared error per pixel.",
        source="https://lightning.ai/docs/torchmetrics",
    ),
    bench.MetricInfo(
        "psnr",
        "bench_metrics.reconstruction.scores:PSNR",
        task="reconstruction",
        unit="dB",
        higher_is_better=True,
        tolerance=0.05,
        lossy_tolerance=1.0,
        summary="Peak signal-to-noise ratio over all pixels of the test set; at most 100.",
        source="https://lightning.ai/docs/torchmetrics",
    ),
    bench.MetricInfo(
        "ssim",
        "bench_metrics.reconstruction.scores:ssim",
        task="reconstruction",
        higher_is_better=True,
        lossy_tolerance=2e-2,
        summary="Structural similarity, mean over the images; the window shrinks where 11 pixels do not fit.",
        source="Wang et al. (2004), Image Quality Assessment, IEEE TIP 13(4), 600-612",
    ),
    bench.MetricInfo(
        "denoising-mse",
        "bench_metrics.reconstruction.denoising:denoising_mse",
        task="reconstruction",
        form="function",
        higher_is_better=False,
        tolerance=1e-4,
        lossy_tolerance=1e-2,
        summary="Mean squared error per pixel of what comes out for noisy inputs, against the clean ones.",
        source=VINCENT,
    ),
    bench.MetricInfo(
        "denoising-gain",
        "bench_metrics.reconstruction.denoising:denoising_gain",
        task="reconstruction",
        unit="dB",
        form="function",
        higher_is_better=True,
        tolerance=0.05,
        lossy_tolerance=1.0,
        summary="How much smaller the squared error of noisy inputs becomes; below 0 it grows.",
        source=VINCENT,
    ),
    bench.MetricInfo(
        "anomaly-auroc",
        "bench_metrics.reconstruction.anomalies:anomaly_auroc",
        task="reconstruction",
        form="function",
        higher_is_better=True,
        lossy_tolerance=5e-2,
        summary="Chance that an input of an unseen class is reconstructed worse than another; 0.5 is a toss.",
        source="Sakurada & Yairi (2014), Anomaly Detection Using Autoencoders, MLSDA",
    ),
    bench.MetricInfo(
        "mse-against-pca",
        "bench_metrics.reconstruction.against_pca:mse_against_pca",
        task="reconstruction",
        form="function",
        higher_is_better=False,
        tolerance=5e-3,
        lossy_tolerance=0.2,
        relative=True,
        summary="Mean squared error, by that of PCA with as many components as a code has numbers.",
        source="Baldi & Hornik (1989), Neural Networks and Principal Component Analysis, Neural Networks 2, 53-58",
    ),
    bench.MetricInfo(
        "rate-distortion-gain",
        "bench_metrics.reconstruction.rate_distortion:rate_distortion_gain",
        task="reconstruction",
        unit="dB",
        form="function",
        higher_is_better=True,
        tolerance=0.05,
        lossy_tolerance=1.0,
        summary="PSNR from the quantised code, minus JPEG's at as many bytes without its header.",
        source=THEIS,
    ),
    bench.MetricInfo(
        "rate-distortion-gain-with-header",
        "bench_metrics.reconstruction.rate_distortion:rate_distortion_gain_with_header",
        task="reconstruction",
        unit="dB",
        form="function",
        higher_is_better=True,
        tolerance=0.05,
        lossy_tolerance=1.0,
        summary="PSNR from the quantised code, minus JPEG's at as many bytes or, if it has none so small, its least.",
        source=THEIS,
    ),
)

PICTURES = (
    bench.MetricInfo(
        "reconstructions",
        "bench_metrics.reconstruction.pictures:reconstructions",
        task="reconstruction",
        form="picture",
        summary="Test images over their reconstructions, with the error of each.",
        source="Hinton & Salakhutdinov (2006), Reducing the Dimensionality of Data with Neural Networks, figure 2",
    ),
    bench.MetricInfo(
        "denoised",
        "bench_metrics.reconstruction.pictures:denoised",
        task="reconstruction",
        form="picture",
        summary="Test images with noise, what the model makes of them, and as they were.",
        source=VINCENT,
    ),
    bench.MetricInfo(
        "latent-traversal",
        "bench_metrics.reconstruction.pictures:traversal",
        task="reconstruction",
        form="picture",
        summary="What is decoded as one number of a code after the other moves through its values.",
        source="Higgins et al. (2017), beta-VAE, figure 1",
    ),
    bench.MetricInfo(
        "interpolation",
        "bench_metrics.reconstruction.pictures:interpolation",
        task="reconstruction",
        form="picture",
        summary="What is decoded on the line between the codes of test images of different classes.",
        source="Berthelot et al. (2018), Understanding and Improving Interpolation in Autoencoders, arXiv 1807.07543",
    ),
    bench.MetricInfo(
        "rate-distortion-curve",
        "bench_metrics.reconstruction.rate_distortion_picture:rate_distortion_curve",
        task="reconstruction",
        form="picture",
        summary="Quality against bytes an image: codes rounded to 1 to 8 bits, and JPEG with and without its header.",
        source=THEIS,
    ),
)

METRICS = (*FIGURES, *PICTURES)
