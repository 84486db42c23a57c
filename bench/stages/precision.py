"""Precisions: from the fp32 graph of an artifact, that of another precision, by ONNX Runtime's own tools.

onnxruntime is imported where it is used: a case of fp32 alone does not need it here.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import torch
from pytorch_lightning import LightningDataModule

from bench.errors import BenchError
from bench.records import DataSpec, Export
from bench.stages.blame import message_of

# What static quantisation learns the ranges of a graph's tensors from.
CALIBRATION_SAMPLES = 512
CALIBRATION_BATCH = 64

STATIC = "int8-static"
EIGHT_BITS = {onnx.TensorProto.INT8, onnx.TensorProto.UINT8}


def write_graph(part: Export, precision: str, source: Path, path: Path, samples: np.ndarray | None = None) -> None:
    """Write a part's graph at a precision other than fp32.

    :param source: its fp32 graph
    :param samples: inputs to calibrate int8-static with
    :raises BenchError: if onnxruntime's tools cannot make it, or find nothing in it to make
    """
    # A folder beside the file: what appears under its name is whole, and whatever the tools leave goes with the folder.
    with TemporaryDirectory(dir=path.parent, suffix=".part") as folder:
        whole = Path(folder, path.name)
        try:
            _make(part, precision, source, whole, samples)
        except Exception as error:
            raise BenchError(
                f"onnxruntime cannot make {part.name} {precision}: {type(error).__name__}: {message_of(error)}",
                f"leave {precision} out of `measure.precisions`",
            ) from error
        if precision != "fp16" and not _has_bytes(whole):
            raise BenchError(
                f"onnxruntime finds nothing in {part.name} that can be {precision}",
                "it would be the fp32 graph under another name; leave that out of `measure.precisions`",
            )
        whole.replace(path)


def calibration_samples(data: LightningDataModule, seed: int) -> np.ndarray:
    """Inputs of the training set, evenly spread over it, and not augmented if the dataset has `parts`.

    A dataset without `parts` gives the first of its `train_dataloader`, which may be shuffled, by this seed.
    """
    data.setup("fit")
    parts = getattr(data, "parts", None)
    if parts:
        inputs = parts[0].inputs
        rows = np.unique(np.linspace(0, len(inputs) - 1, CALIBRATION_SAMPLES).astype(int))
        return np.asarray(inputs[torch.from_numpy(rows)].cpu())
    torch.manual_seed(seed)
    found: list[torch.Tensor] = []
    for inputs, _ in data.train_dataloader():
        found.append(inputs.cpu())
        if sum(map(len, found)) >= CALIBRATION_SAMPLES:
            break
    return np.asarray(torch.cat(found)[:CALIBRATION_SAMPLES])


def check_precisions(precisions: tuple[str, ...], exports: list[Export], spec: DataSpec) -> None:
    """Refuse what could never be calibrated.

    :raises BenchError: if int8-static is asked for and a part takes anything else than the dataset's inputs
    """
    for part in exports if STATIC in precisions else ():
        if [(one.shape, one.dtype) for one in part.inputs] != [(spec.input_shape, spec.input_dtype)]:
            takes = ", ".join(f"{one.name} {one.shape} {one.dtype}" for one in part.inputs)
            raise BenchError(
                f"{part.name} cannot be {STATIC}: it is calibrated with the dataset's inputs, and takes {takes}",
                f"the dataset gives {spec.input_shape} {spec.input_dtype}; int8-dynamic needs no calibration",
            )


def _make(part: Export, precision: str, source: Path, path: Path, samples: np.ndarray | None) -> None:
    """Write the graph, and intermediate files beside it."""
    from onnxruntime.quantization import QuantType, quantize_dynamic, quantize_static

    if precision == "fp16":
        onnx.save(_in_halves(source), path)
    elif precision == STATIC:
        assert samples is not None
        reader = _Reader(part.inputs[0].name, samples)
        # The pair of types that onnxruntime's kernels for CPUs with 8-bit dot products take.
        kinds = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
        quantize_static(_prepared(source, path.parent), path, reader, per_channel=True, **kinds)
    else:
        # With signed weights, a ConvInteger took six times as long on the CPU.
        quantize_dynamic(_prepared(source, path.parent), path, per_channel=True, weight_type=QuantType.QUInt8)


def _in_halves(source: Path) -> Any:
    """Weights in 16 bits, and arithmetic where there are kernels for it; inputs and outputs stay in 32.

    So any runtime is fed the same.
    """
    from onnxruntime.quantization.onnx_model import ONNXModel
    from onnxruntime.transformers.float16 import convert_float_to_float16

    model = ONNXModel(convert_float_to_float16(onnx.load(source), keep_io_types=True))
    model.topological_sort()  # the converter puts the casts of the inputs last
    return model.model


def _has_bytes(path: Path) -> bool:
    return any(tensor.data_type in EIGHT_BITS for tensor in onnx.load(path).graph.initializer)


def _prepared(source: Path, folder: Path) -> Path:
    """The graph as the quantiser wants it: batch normalisation folded into convolutions, constants computed."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    plain, prepared = folder / "plain.onnx", folder / "prepared.onnx"
    graph = onnx.load(source)
    # The quantiser transposes weights, after which the shapes that torch noted for them are wrong; it infers its own.
    del graph.graph.value_info[:]
    onnx.save(graph, plain)
    quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True, skip_onnx_shape=True)
    return prepared


class _Reader:
    """Samples in batches under their input's name, as onnxruntime's calibration asks for them."""

    def __init__(self, name: str, samples: np.ndarray) -> None:
        starts = range(0, len(samples), CALIBRATION_BATCH)
        self.batches = iter([{name: samples[start : start + CALIBRATION_BATCH]} for start in starts])

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The next batch; None after the last."""
        return next(self.batches, None)
