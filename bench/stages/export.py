"""Export: every artifact of a trained model as an ONNX graph whose batch axis, and sequence axis if any, is dynamic."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
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

from bench.errors import BenchError, Unsuitable
from bench.lengths import other_lengths, timed_lengths, usual_length
from bench.records import Artifact, Export, TensorSpec
from bench.results import ArtifactResult, Failure
from bench.stages.answering import Source, Subject, told_with_length
from bench.stages.blame import failure, left_out
from bench.stages.build import load_checkpoint
from bench.stages.files import sha256
from bench.stages.precision import STATIC, Samples, calibration_inputs, write_graph
from bench.stages.request import CaseRequest

# What torch's exporter says of an axis that it was told to leave open.
SPECIALISED = re.compile(r"static shape of \d+ for dimension \S+\.shape\[(\d+)\]")


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
    calibration = _calibration(request, data, subject)
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


# Of a part, a set of samples for each length of its sequences, if it has any.
Calibration = Callable[[Export], list[Samples]]


def _calibration(request: CaseRequest, data: LightningDataModule, subject: Subject) -> Calibration:
    """What gives the samples that a part's int8-static is calibrated with.

    They are of the usual length of its sequences and, as far as the rows suffice, of the others at which it has to
    answer: a state that has seen more steps may be larger. They are drawn where they are needed: what goes wrong there
    costs the graphs that are calibrated, and no other.
    """
    inputs = cache(lambda: calibration_inputs(data, request.seed))
    usual = cache(lambda: subject.fed("calibration", inputs()))

    def samples(part: Export) -> list[Samples]:
        steps = len(inputs()) * (usual_length(part.inputs) or 0)
        others = [
            subject.of_length(part.name, length, len(inputs()), "calibration", inputs())
            for length in other_lengths(part.inputs, request.lengths_of(part.name))
            if length <= steps
        ]
        return [[rows.numpy() for rows in fed] for fed in (usual()[part.name], *others)]

    return samples


def _attempt(request: CaseRequest, part: Export, precision: str, calibration: Calibration, found: Exported) -> None:
    """Make a part's graph at a lossy precision, or note why there is none."""
    path = request.graph(part.name, precision)
    path.unlink(missing_ok=True)  # an earlier run's, which must not pass for this one's
    try:
        samples = calibration(part) if precision == STATIC else []
        write_graph(part, precision, request.graph(part.name), path, *samples)
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
    """Write a part's graph, which takes any batch size, and sequences of any length if the part does.

    :raises BenchError: if its sequences have a fixed length in it
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    if part.graph is not None:
        onnx.save(part.graph(), partial)
    else:
        _traced(part).save(str(partial), external_data=False)
    refuse_fixed_length(part, partial)
    partial.replace(path)


def refuse_fixed_length(part: Export, path: Path) -> None:
    """:raises BenchError: if a graph's inputs have sequences of one length alone."""
    shapes = {one.name: one.type.tensor_type.shape.dim for one in onnx.load(path, load_external_data=False).graph.input}
    for spec in part.inputs:
        if spec.sequence is not None and shapes[spec.name][1 + spec.sequence].HasField("dim_value"):
            raise _fixed(part, f"axis {1 + spec.sequence} of the graph's input {spec.name!r} has no other")


def _fixed(part: Export, why: str) -> BenchError:
    message = f"the graph of {part.name} takes sequences of {usual_length(part.inputs)} alone, not of any length: {why}"
    return BenchError(message, "make it take any, or leave `sequence` out of its TensorSpec")


def _traced(part: Export) -> Any:
    """A part as torch's exporter sees it.

    :raises BenchError: if it finds that sequences have one length alone
    """
    usual, longer = usual_length(part.inputs), max(other_lengths(part.inputs, ()), default=None)
    try:
        # Of a single step, it may take the axis for one that is always 1 without saying so.
        return _program(part, longer if longer and usual == 1 else usual)
    except torch.onnx.OnnxExporterError as error:
        fixed = {int(axis) - 1 for axis in SPECIALISED.findall(str(error.__cause__))}
        if not fixed & {spec.sequence for spec in part.inputs}:
            raise
    # Where layers leave one step of a few, it takes the axis for one that is always 1, and of more it does not.
    try:
        return _program(part, longer)
    except Exception as error:
        raise _fixed(part, "torch's exporter finds what needs that") from error


def _program(part: Export, length: int | None) -> Any:
    """A part as torch's exporter sees it with sequences of a length."""
    program = torch.onnx.export(
        _Plain(part.module).eval(),
        tuple(example(spec, 2, length) for spec in part.inputs),
        dynamo=True,
        verbose=False,
        input_names=[spec.name for spec in part.inputs],
        output_names=list(part.outputs),
        dynamic_shapes=(_axes(part.inputs),),
    )
    assert program is not None  # it is None only with dynamo=False
    return program


def _axes(inputs: tuple[TensorSpec, ...]) -> tuple[dict[int, Any], ...]:
    """Of each input, the axes that are dynamic.

    The first of a kind names it; torch finds out by itself that the others are the same, and warns if it is told. A
    name alone lets it find out the bounds, too, where a `Dim` would have to state them.
    """
    unnamed = torch.export.Dim.DYNAMIC
    batch, sequence = torch.export.Dim("batch"), "sequence"
    found = []
    for spec in inputs:
        axes, batch = {0: batch}, unnamed
        if spec.sequence is not None:
            axes[1 + spec.sequence], sequence = sequence, unnamed
        found.append(axes)
    return tuple(found)


def example(spec: TensorSpec, rows: int, length: int | None = None) -> Tensor:
    """An input of the right shape and type; its values do not matter."""
    return torch.zeros(rows, *spec.shape_at(length), dtype=getattr(torch, spec.dtype))


def multiply_accumulates(part: Export, length: int | None = None) -> int:
    """Multiply-accumulates of one sample, as torch counts them: half of its floating-point operations.

    :param length: of its sequences; None: the usual one
    """
    # A view of a parameter wants its gradient even under `no_grad`, which torch's counter does not expect.
    module = deepcopy(part.module).requires_grad_(False)
    more = {torch.ops.aten.mkldnn_rnn_layer: _recurrent_flops}
    with torch.no_grad(), FlopCounterMode(display=False, custom_mapping=more) as counter:
        module(*(example(spec, 1, length) for spec in part.inputs))
    return counter.get_total_flops() // 2


def _recurrent_flops(rows: Sequence[int], to_hidden: Sequence[int], back: Sequence[int], *_: Any, **__: Any) -> int:
    """Floating-point operations of an LSTM in oneDNN, one operator that torch's counter does not know, by shapes."""
    return 2 * rows[0] * rows[1] * (prod(to_hidden) + prod(back))


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


def _macs_at(part: Export, lengths: Iterable[int | None]) -> dict[int, int]:
    """Multiply-accumulates of one sample with sequences of each length, as torch counts them."""
    found = {}
    for length in lengths:
        if length is not None and part.graph is None:
            with told_with_length(part.name, length):
                found[length] = multiply_accumulates(part, length)
    return found


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
    refuse_fixed_length(part, path)
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
        macs_at=_macs_at(part, timed_lengths(part.inputs, request.lengths_of(part.name))),
        operators=dict(sorted(Counter(node.op_type for node in graph.graph.node).items())),
    )
