"""The built-in runtimes."""

from collections.abc import Iterator

import bench


@bench.hookimpl
def bench_runtimes() -> Iterator[bench.RuntimeInfo]:
    yield bench.RuntimeInfo(
        "onnxruntime",
        "bench_runtimes.onnx:OnnxRuntime",
        summary="ONNX Runtime on the CPU, or on CUDA with proof that the graph ran there.",
        source="https://onnxruntime.ai",
        precisions=("fp32", "fp16", "int8-dynamic", "int8-static"),
    )
    yield bench.RuntimeInfo(
        "torch",
        "bench_runtimes.torch:TorchRuntime",
        needs_torch=True,
        summary="The torch model itself, in eager mode.",
        source="https://pytorch.org",
    )
