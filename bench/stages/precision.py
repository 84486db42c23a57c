"""Precisions: from the fp32 graph of an artifact, that of another precision, by ONNX Runtime's own tools.

onnxruntime is imported where it is used: a case of fp32 alone does not need it here.
"""

import platform
from collections import Counter
from collections.abc import Sequence, Set
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import torch
from pytorch_lightning import LightningDataModule

from bench.errors import BenchError, Unsuitable
from bench.records import Export
from bench.stages.blame import message_of

# What static quantisation learns the ranges of a graph's tensors from.
CALIBRATION_SAMPLES = 512
CALIBRATION_BATCH = 64

STATIC = "int8-static"
EIGHT_BITS = {onnx.TensorProto.INT8, onnx.TensorProto.UINT8}
SIXTEEN_BITS = {onnx.TensorProto.FLOAT16}


# An array of rows for each input of a graph.
Samples = Sequence[np.ndarray]


def write_graph(part: Export, precision: str, source: Path, path: Path, *samples: Samples) -> None:
    """Write a part's graph at a precision other than fp32.

    :param source: its fp32 graph
    :param samples: to calibrate int8-static with, a set for each length of its sequences if it has any
    :raises Unsuitable: if onnxruntime's tools find nothing in it to make
    :raises BenchError: if they cannot make it
    """
    # A folder beside the file: what appears under its name is whole, and whatever the tools leave goes with the folder.
    with TemporaryDirectory(dir=path.parent, suffix=".part") as folder:
        whole = Path(folder, path.name)
        try:
            _make(part, precision, source, whole, *samples)
        except Exception as error:
            raise BenchError(
                f"onnxruntime cannot make {part.name} {precision}: {type(error).__name__}: {message_of(error)}",
                f"leave {precision} out of `measure.precisions`",
            ) from error
        if not _holds(whole, SIXTEEN_BITS if precision == "fp16" else EIGHT_BITS):
            raise Unsuitable(
                f"onnxruntime finds nothing in {part.name} that can be {precision}",
                "it would be the fp32 graph under another name",
            )
        whole.replace(path)


def calibration_inputs(data: LightningDataModule, seed: int) -> torch.Tensor:
    """Inputs of the training set, evenly spread over it, and not augmented if the dataset has `parts`.

    A dataset without `parts` gives the first of its `train_dataloader`, which may be shuffled, by this seed.
    """
    data.setup("fit")
    parts = getattr(data, "parts", None)
    if parts:
        inputs = parts[0].inputs
        rows = np.unique(np.linspace(0, len(inputs) - 1, CALIBRATION_SAMPLES).astype(int))
        return inputs[torch.from_numpy(rows)].cpu()
    torch.manual_seed(seed)
    found: list[torch.Tensor] = []
    for inputs, _ in data.train_dataloader():
        found.append(inputs.cpu())
        if sum(map(len, found)) >= CALIBRATION_SAMPLES:
            break
    return torch.cat(found)[:CALIBRATION_SAMPLES]


def _make(part: Export, precision: str, source: Path, path: Path, *samples: Samples) -> None:
    """Write the graph, and intermediate files beside it."""
    from onnxruntime.quantization import QuantType, quantize_dynamic, quantize_static

    if precision == "fp16":
        onnx.save(_in_halves(source), path)
    elif precision == STATIC:
        reader = _Reader([spec.name for spec in part.inputs], samples)
        # The pair of types that onnxruntime's kernels for CPUs with 8-bit dot products take.
        kinds = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
        prepared = _prepared(source, path.parent)
        kept = _into_softmax(onnx.load(prepared))
        reduced = sums_saturate(platform.machine(), Path("/proc/cpuinfo"))
        quantize_static(prepared, path, reader, per_channel=True, nodes_to_exclude=kept, reduce_range=reduced, **kinds)
    else:
        # With signed weights, a ConvInteger took six times as long on the CPU.
        quantize_dynamic(_prepared(source, path.parent), path, per_channel=True, weight_type=QuantType.QUInt8)


def sums_saturate(machine: str, cpuinfo: Path) -> bool:
    """Whether a processor adds two products of 8 bits in 16, which may not hold them: an x86 one without VNNI.

    Its weights then get 7 bits, as ONNX Runtime advises. Where nobody can tell, it is taken for one.

    :param machine: its kind, as `platform.machine()` tells it
    :param cpuinfo: where Linux lists what it can do
    """
    if machine.lower() not in {"x86_64", "amd64", "i386", "i686"}:
        return False
    return not cpuinfo.is_file() or "vnni" not in cpuinfo.read_text(encoding="utf-8", errors="replace")


def _in_halves(source: Path) -> Any:
    """Weights in 16 bits, and arithmetic where there are kernels for it; inputs and outputs stay in 32.

    So any runtime is fed the same.
    """
    from onnxruntime.quantization.onnx_model import ONNXModel
    from onnxruntime.transformers.float16 import convert_float_to_float16

    model = ONNXModel(convert_float_to_float16(onnx.load(source), keep_io_types=True))
    model.topological_sort()  # the converter puts the casts of the inputs last
    return model.model


def _holds(path: Path, types: Set[int]) -> bool:
    """Whether a graph has constants of these types: what is not stored in them is another precision's."""
    return any(tensor.data_type in types for tensor in onnx.load(path).graph.initializer)


def _prepared(source: Path, folder: Path) -> Path:
    """The graph as the quantiser wants it: batch normalisation folded into convolutions, constants computed."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    plain, prepared = folder / "plain.onnx", folder / "prepared.onnx"
    graph = onnx.load(source)
    # The quantiser transposes weights, after which the shapes that torch noted for them are wrong; it infers its own.
    del graph.graph.value_info[:]
    onnx.save(graph, plain)
    quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True, skip_onnx_shape=True)
    onnx.save(_untied(onnx.load(prepared)), prepared)
    return prepared


def _untied(model: Any) -> Any:
    """The graph with a copy of a shared weight for each node.

    The quantisers transpose and scale a weight as one node reads it, and the others then get the same.
    """
    weights = {tensor.name: tensor for tensor in model.graph.initializer if len(tensor.dims) > 1}
    readers: Counter[str] = Counter()
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name in weights:
                readers[name] += 1
            if readers[name] > 1:
                node.input[place] = f"{name}.copy{readers[name]}"
                model.graph.initializer.add().CopyFrom(weights[name])
                model.graph.initializer[-1].name = node.input[place]
    return model


def _into_softmax(model: Any) -> list[str]:
    """The names of every softmax and of what adds or chooses right before it.

    There attention hides what may not be seen by minus infinity, or the least number that there is. A range that holds
    it has one step for all else: in 8 bits, all that is seen would weigh the same.
    """
    makers = {output: node for node in model.graph.node for output in node.output}
    waiting = [node for node in model.graph.node if node.op_type == "Softmax"]
    found: list[str] = []
    while waiting:
        node = waiting.pop()
        found.append(node.name)
        waiting += [m for name in node.input if (m := makers.get(name)) is not None and m.op_type in {"Add", "Where"}]
    return found


class _Reader:
    """Rows in batches under their inputs' names, as onnxruntime's calibration asks for them.

    A batch of longer rows than those of the first set has fewer, so that it takes no more memory.
    """

    def __init__(self, names: Sequence[str], samples: Sequence[Samples]) -> None:
        usual = _row_size(samples[0])
        self.batches = iter(
            [
                {name: one[start : start + size] for name, one in zip(names, rows, strict=True)}
                for rows in samples
                for size in [max(1, min(CALIBRATION_BATCH, CALIBRATION_BATCH * usual // _row_size(rows)))]
                for start in range(0, len(rows[0]), size)
            ]
        )

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The next batch; None after the last."""
        return next(self.batches, None)


def _row_size(rows: Samples) -> int:
    """How many numbers a row has in all inputs."""
    return sum(one[0].size for one in rows)
