"""The graphs that a machine is calibrated with: matrix products whose answer is known."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bench.records import Artifact, Export, TensorSpec
from bench.timing.request import ROTATED


@dataclass(frozen=True)
class Probe:
    """X[batch, side] @ W[side, side], `products` times in a row with the same W.

    :param purpose: what it shows: the cost of a call that computes next to nothing, the noise between the graph and
        itself, the speed of memory for the bytes of W, or the peak of arithmetic
    :param side: a power of four: then W is a Hadamard matrix whose entries every precision holds exactly
    """

    purpose: Literal["call", "noise", "bandwidth", "peak"]
    side: int
    batch: int
    products: int = 1

    @property
    def name(self) -> str:
        """Names its files."""
        return f"{self.purpose}-{self.side}"

    @property
    def flop(self) -> int:
        """Floating-point operations of a call."""
        return 2 * self.products * self.batch * self.side**2


# W takes 256 KiB, 4 MiB and 64 MiB in fp32. On an accelerator, several products hide what it takes to start each, and
# the copies from and to the host.
PROBES = {
    "cpu": (
        Probe("call", 16, 1),
        Probe("noise", 256, 64),
        *(Probe("bandwidth", side, 1) for side in (256, 1024, 4096)),
        Probe("peak", 1024, 1024),
    ),
    "cuda": (
        Probe("call", 16, 1),
        Probe("noise", 1024, 64),
        *(Probe("bandwidth", side, 1, 16) for side in (256, 1024, 4096)),
        Probe("peak", 4096, 1024, 32),
    ),
}


def write_probe(probe: Probe, precision: str, folder: Path) -> Artifact:
    """Write a probe's graph at a precision, and beside it, as .npz, rows to call it with and what it has to answer.

    :raises BenchError: if onnxruntime's tools cannot make the precision
    """
    spec = TensorSpec("input", (probe.side,))
    source, path = folder / f"{probe.name}.onnx", folder / f"{probe.name}.{precision}.onnx"
    rows = np.random.default_rng(0).standard_normal((ROTATED * probe.batch, probe.side), dtype=np.float32)
    weights = _weights(probe.side)
    _write_products(weights, probe.products, source)
    if precision == "fp32":
        source.replace(path)
    else:
        from bench.stages.precision import write_graph

        write_graph(Export(probe.name, None, "calibration", (spec,)), precision, source, path, [rows])
    # W is symmetric and orthogonal: it undoes itself.
    np.savez(path.with_suffix(".npz"), input_0=rows, output_0=rows @ weights if probe.products % 2 else rows)
    return Artifact(probe.name, "calibration", precision, str(path), "", (spec,), ("output",))


def _weights(side: int) -> np.ndarray:
    """A Hadamard matrix, scaled to be orthogonal."""
    from scipy.linalg import hadamard

    return np.asarray(hadamard(side, np.float32) / np.float32(np.sqrt(side)))


def _write_products(weights: np.ndarray, products: int, path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    names = ["input", *(f"product_{n}" for n in range(1, products)), "output"]
    nodes = [helper.make_node("MatMul", [names[n], "weights"], [names[n + 1]]) for n in range(products)]

    def described(name: str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", len(weights)])

    initial = [numpy_helper.from_array(weights, "weights")]
    graph = helper.make_graph(nodes, "products", [described("input")], [described("output")], initial)
    # What the exporter of models writes, so that any runtime that reads those reads this.
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
