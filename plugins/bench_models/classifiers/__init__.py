"""Models that tell to which class an input belongs; `mlp` forecasts too."""

import bench

MODELS = (
    bench.ModelInfo(
        "mlp",
        "bench_models.classifiers.mlp:MLP",
        task=("classification", "forecasting"),
        summary="Fully connected layers with dropout.",
        source="Rumelhart, Hinton, Williams (1986), Nature 323, 533-536",
    ),
    bench.ModelInfo(
        "convnet",
        "bench_models.classifiers.convnet:ConvNet",
        task="classification",
        summary="One convolution, one max pool, one linear layer.",
        source="Stanford CS231n, Convolutional Neural Networks for Visual Recognition",
    ),
    bench.ModelInfo(
        "lenet5",
        "bench_models.classifiers.lenet5:LeNet5",
        task="classification",
        summary="LeNet-5, in its modern form or as published in 1998.",
        source="LeCun, Bottou, Bengio, Haffner (1998), Proc. IEEE 86(11), 2278-2324",
    ),
    bench.ModelInfo(
        "pretrained-mlp",
        "bench_models.classifiers.pretrained_mlp:PretrainedMLP",
        task="classification",
        summary="Layers of sigmoid units, pre-trained one by one without the classes, or not at all.",
        source="Erhan et al. (2010), Why Does Unsupervised Pre-training Help Deep Learning?, JMLR 11, 625-660",
    ),
)
