"""The built-in datasets."""

from collections.abc import Iterator

import bench


@bench.hookimpl
def bench_datasets() -> Iterator[bench.DatasetInfo]:
    yield bench.DatasetInfo(
        "digits",
        "bench_datasets.digits:Digits",
        task="classification",
        summary="1,797 real handwritten digits of 8x8 pixels that ship with scikit-learn; works offline.",
        source="Alpaydin & Kaynak (1998), UCI Optical Recognition of Handwritten Digits; CC BY 4.0",
    )
    yield bench.DatasetInfo(
        "mnist",
        "bench_datasets.mnist:MNIST",
        task="classification",
        summary="70,000 handwritten digits of 28x28 pixels; downloaded once.",
        source="LeCun, Cortes, Burges (1998), the MNIST database; CC BY-SA 3.0",
    )
    yield bench.DatasetInfo(
        "toy-2d",
        "bench_datasets.toy_2d:Toy2D",
        task="generation",
        summary="Points in the plane of eight or 25 Gaussians or a Swiss roll, whose distribution is known.",
        source="Gulrajani et al. (2017), arXiv 1704.00028, figure 1",
    )
    yield bench.DatasetInfo(
        "timeseries",
        "bench_datasets.timeseries:TimeSeries",
        task="forecasting",
        summary="Any CSV file with a row a day: windows of it, and what comes so many days after them.",
    )
    yield bench.DatasetInfo(
        "text",
        "bench_datasets.text:Text",
        task="language-modelling",
        summary="Characters or words of any text and which comes next; by default of one that Python carries.",
        source="https://docs.python.org/3/reference/; Karpathy (2015), https://github.com/karpathy/char-rnn",
    )
