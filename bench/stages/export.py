"""Export: every artifact of a trained model as an ONNX graph with a dynamic batch axis."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import onnx
import torch
from pytorch_lightning import LightningDataModule
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from bench.errors import Unsuitable
from bench.records import Artifact, Export, TensorSpec
from bench.results import ArtifactResult, Failure
from bench.stages.answering import Source, Subject
from bench.stages.blame import failure, left_out
from bench.stages.build import load_checkpoint
from bench.stages.files import sha256
from bench.stages.precision import STATIC, calibration_inputs, write_graph
from bench.stages.request import CaseRequest


@dataclass
class Exported:
    """What the stage made; a graph that there cannot be at a lossy precision costs its own figures, not the others."""

    artifacts: list[ArtifactResult] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def export(request: CaseRequest, data: LightningDataModule, progress: Callable[[float], None]) -> Exported:
    """Write the graphs of the case's checkpoint, each at every precision that the request asks for.

    :param data: the dataset; int8-static is calibrated with its training part
    """
    subject = Subject(*load_checkpoint(request.checkpoint), Source(data), request.seed)
    # Drawn where it is needed: what goes wrong there costs the graphs that are calibrated, and no other.
    calibration = cache(lambda: subject.fed("calibration", calibration_inputs(data, request.seed)))
    found = Exported()
    for number, part in enumerate(subject.exports.values(), 1):
        export_graph(part, request.graph(part.name))
        for precision in request.precisions:
            if precision == "fp32":
                found.artifacts.append(_described(request, part, precision))
            else:
                _attempt(request, part, precision, calibration, found)
        progress(number / len(subject.exports))
    return found


def _attempt(
    request: CaseRequest,
    part: Export,
    precision: str,
    calibration: Callable[[], dict[str, tuple[Tensor, ...]]],
    found: Exported,
) -> None:
    """Make a part's graph at a lossy precision, or note why there is none.

    :param calibration: gives by artifact what int8-static is calibrated with
    """
    path = request.graph(part.name, precision)
    path.unlink(missing_ok=True)  # an earlier run's, which must not pass for this one's
    try:
        samples = [rows.numpy() for rows in calibration()[part.name]] if precision == STATIC else []
        write_graph(part, precision, request.graph(part.name), path, samples)
        found.artifacts.append(_described(request, part, precision))
    except Unsuitable as reason:
        found.failures.append(left_out(reason, "export", part.name, precision))
    except Exception as error:
        path.unlink(missing_ok=True)
        noted = failure(error, "export", request.owners)
        found.failures.append(replace(noted, artifact=part.name, precision=precision))


def artifact_of(request: CaseRequest, part: Export, precision: str) -> Artifact:
    """What a runtime needs to know to load an exported part."""
    return Artifact(
        name=part.name,
        task=part.task,
        precision=precision,
        path=str(request.graph(part.name, precision)),
        checkpoint=str(request.checkpoint),
        inputs=part.inputs,
        outputs=part.outputs,
    )


def export_graph(part: Export, path: Path) -> None:
    """Write a part's graph, which takes any batch size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    if part.graph is not None:
        onnx.save(part.graph(), partial)
    else:
        _traced(part).save(str(partial), external_data=False)
    partial.replace(path)


def _traced(part: Export) -> Any:
    """A part as torch's exporter sees it."""
    # The first input names the axis; torch finds out by itself that the others' is the same, and warns if it is told.
    axes = [torch.export.Dim("batch"), *[torch.export.Dim.DYNAMIC] * (len(part.inputs) - 1)]
    program = torch.onnx.export(
        _Plain(part.module).eval(),
        tuple(example(spec, rows=2) for spec in part.inputs),
        dynamo=True,
        verbose=False,
        input_names=[spec.name for spec in part.inputs],
        output_names=list(part.outputs),
        dynamic_shapes=(tuple({0: axis} for axis in axes),),
    )
    assert program is not None  # it is None only with dynamo=False
    return program


def example(spec: TensorSpec, rows: int) -> Tensor:
    """An input of the right shape and type; its values do not matter."""
    return torch.zeros(rows, *spec.shape, dtype=getattr(torch, spec.dtype))


def multiply_accumulates(part: Export) -> int:
    """Multiply-accumulates of one sample, as torch counts them: half of its floating-point operations."""
    # A view of a parameter wants its gradient even under `no_grad`, which torch's counter does not expect.
    module = deepcopy(part.module).requires_grad_(False)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(*(example(spec, rows=1) for spec in part.inputs))
    return counter.get_total_flops() // 2


def _size(part: Export, graph: Any) -> tuple[int, int]:
    """Trainable parameters and multiply-accumulates.

    Of a graph that torch did not make, all its constants and its products with constant matrices.
    """
    if part.graph is None:
        trained = sum(parameter.numel() for parameter in part.module.parameters() if parameter.requires_grad)
        return trained, multiply_accumulates(part)
    constants = {tensor.name: prod(tensor.dims) for tensor in graph.graph.initializer}
    products = [node for node in graph.graph.node if node.op_type in {"MatMul", "Gemm"}]
    return sum(constants.values()), sum(constants.get(name, 0) for node in products for name in node.input[:2])


class _Plain(nn.Module):
    """A part without the trainer and the hooks of its LightningModule, which tracing must not see."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        return self.part(*inputs)


def _described(request: CaseRequest, part: Export, precision: str) -> ArtifactResult:
    path = request.graph(part.name, precision)
    graph = onnx.load(path)
    onnx.checker.check_model(graph)
    parameters, macs = _size(part, onnx.load(request.graph(part.name)))
    return ArtifactResult(
        name=part.name,
        task=part.task,
        precision=precision,
        path=str(path.relative_to(request.folder)),
        sha256=sha256(path),
        bytes=path.stat().st_size,
        parameters=parameters,
        macs=macs,
        nodes=len(graph.graph.node),
        inputs=list(part.inputs),
        outputs=list(part.outputs),
    )
