"""Makes an artifact slower by a known share, with the same answers: what a comparison has to find."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

from bench.timing.sampling import in_turn

# How long the two are held against each other for each width of the work that is tried.
SECONDS = 0.4


def slowed(source: Path, target: Path, share: float, batch_size: int = 1) -> float:
    """Write a graph that takes longer by about a share, and return by which it does.

    :param source: a graph with an output (batch, columns), of which the first is taken
    :param batch_size: at which it does so
    """
    low, high = 1, 1 << 16
    while high - low > max(1, low // 16):
        middle = (low + high) // 2
        with_work(source, target, middle)
        low, high = (low, middle) if _share(source, target, batch_size) > share else (middle, high)
    with_work(source, target, low)
    return _share(source, target, batch_size)


def with_work(source: Path, target: Path, width: int) -> None:
    """Write a graph that multiplies its output by a matrix of so many columns, that by zeros, and adds the output."""
    model = onnx.load(source)
    graph, (output,) = model.graph, model.graph.output[:1]
    columns = output.type.tensor_type.shape.dim[1].dim_value
    work = np.random.default_rng(0).standard_normal((columns, width), dtype=np.float32)
    for node in graph.node:
        node.output[:] = [f"{name}_before" if name == output.name else name for name in node.output]
    before = f"{output.name}_before"
    graph.initializer.extend(
        [
            numpy_helper.from_array(work, "work"),
            numpy_helper.from_array(np.zeros((width, columns), dtype=np.float32), "nothing"),
        ]
    )
    graph.node.extend(
        [
            helper.make_node("Gemm", [before, "work"], ["worked"]),
            helper.make_node("Gemm", ["worked", "nothing", before], [output.name]),
        ]
    )
    onnx.save(model, target)


def _share(source: Path, target: Path, batch_size: int) -> float:
    """How much longer the second takes, by the medians of both in turn."""
    sessions = [session_of(path) for path in (source, target)]
    (spec,) = sessions[0].get_inputs()
    rng = np.random.default_rng(0)
    feeds = [{spec.name: rng.random((batch_size, *spec.shape[1:]), dtype=np.float32)} for _ in range(4)]
    calls = [lambda feed, run=one.run: run(None, feed) for one in sessions]
    base, head = in_turn(calls, [feeds, feeds], SECONDS, 11)
    return float(np.median(head) / np.median(base)) - 1


def session_of(path: Path) -> ort.InferenceSession:
    """A session on one thread."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
