"""The built-in runtimes."""

from collections.abc import Iterator

import bench
from bench.records import PRECISIONS


@bench.hookimpl
def bench_runtimes() -> Iterator[bench.RuntimeInfo]:
    yield bench.RuntimeInfo(
        "onnxruntime",
        "bench_runtimes.onnx:OnnxRuntime",
        summary="ONNX Runtime on the CPU, or on CUDA with proof that the graph ran there.",
        source="https://onnxruntime.ai",
        precisions=PRECISIONS,
    )
    yield bench.RuntimeInfo(
        "openvino",
        "bench_runtimes.openvino:OpenVino",
        summary="OpenVINO on the CPU.",
        source="https://docs.openvino.ai",
        # It can read int8-dynamic graphs, but computes their products in fp32.
        precisions=("fp32", "fp16", "int8-static"),
        requires=("openvino",),
        extra="bench[openvino]",
    )
    yield bench.RuntimeInfo(
        "torch",
        "bench_runtimes.torch:TorchRuntime",
        needs_torch=True,
        summary="The torch model itself, in eager mode.",
        source="https://pytorch.org",
    )
    yield bench.RuntimeInfo(
        "torch-compile",
        "bench_runtimes.torch:TorchCompileRuntime",
        needs_torch=True,
        summary="The torch model itself, compiled by torch.compile for each shape; needs a C++ compiler.",
        source="https://docs.pytorch.org/docs/stable/torch.compiler.html",
    )
