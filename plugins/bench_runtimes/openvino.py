"""OpenVINO."""

from collections import Counter
from typing import Any

from bench import Artifact, Session
from bench_runtimes.feeds import feeder

# Nodes of an executed graph that hold, move or convert values and compute nothing with them.
NO_WORK = (
    *("Input", "Output", "Const", "Broadcast", "Concatenation", "Convert", "Gather", "Pad", "Reorder", "Reshape"),
    *("Split", "StridedSlice", "Transpose"),
)


class OpenVino:
    """Executes the exported graph itself on the CPU, in one stream.

    OpenVINO may by itself compute in bf16 where the processor can, which is faster and coarser. This is pinned: an
    fp16 graph is computed in fp16 where the processor can, and everything else that is not int8 in fp32. `details`
    counts the nodes of the executed graph by their arithmetic.
    """

    def devices(self) -> tuple[str, ...]:
        return ("cpu",)

    def load(self, artifact: Artifact, device: str, threads: int) -> Session:
        import openvino

        core = openvino.Core()
        has_fp16 = "FP16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        settings = {
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": threads,
            "ENABLE_CPU_PINNING": False,  # bench itself says which cores a process may use
            "INFERENCE_PRECISION_HINT": "f16" if artifact.precision == "fp16" and has_fp16 else "f32",
        }
        compiled = core.compile_model(artifact.path, "CPU", settings)
        infer = compiled.create_infer_request().infer
        feed, outputs = feeder([spec.name for spec in artifact.inputs]), list(artifact.outputs)

        def call(arrays: list[Any]) -> list[Any]:
            # The inputs are read where they are; the outputs are copies, which the next call leaves alone.
            found = infer(feed(arrays), share_inputs=True)
            return [found[name] for name in outputs]

        return Session(call, f"openvino-{device}", details={"arithmetic": arithmetic(compiled)})


def arithmetic(compiled: Any) -> dict[str, int]:
    """How many nodes of a compiled graph compute in which type, as OpenVINO itself tells it."""
    nodes = [node.get_rt_info() for node in compiled.get_runtime_model().get_ops()]
    types = [node["runtimePrecision"].astype(str) for node in nodes if node["layerType"].astype(str) not in NO_WORK]
    return dict(Counter(types).most_common())
