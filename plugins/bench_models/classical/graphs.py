"""Fitted estimators of scikit-learn -> ONNX graphs that take a batch of inputs in the data's own shape."""

import warnings
from collections.abc import Sequence
from math import prod
from typing import Any

from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info
from onnx.utils import Extractor
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType

from bench import BenchError

# Of ONNX, what torch's exporter writes too; of its operators for trees and the like, what goes with it.
OPSETS = {"": 18, "ai.onnx.ml": 3}
IR = 8
BATCH = "batch"


def graph_of(
    estimator: Any, shape: Sequence[int], outputs: Sequence[str], options: dict[str, Any] | None = None
) -> ModelProto:
    """The graph from `input`, float32 tensors (batch, *shape), to the last of the estimator's outputs.

    :param estimator: fitted on rows
    :param shape: of one input, which becomes a row
    :param outputs: what to call the outputs that skl2onnx makes; all but the last are cut off
    :param options: skl2onnx's own for this estimator
    :raises BenchError: if skl2onnx cannot convert it
    """
    name, rows = type(estimator).__name__, [("rows", FloatTensorType([None, prod(shape)]))]
    named = [(output, None) for output in outputs]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # from within the converters
            model = convert_sklearn(estimator, name, rows, target_opset=OPSETS, options=options, final_types=named)
        model = Extractor(model).extract_model(["rows"], [outputs[-1]])
    except Exception as error:  # converters raise whatever they like
        reason = next(iter(str(error).splitlines()), "")[:200] or type(error).__name__
        raise BenchError(f"skl2onnx cannot convert {name}: {reason}") from error
    model.graph.node.insert(0, make_node("Flatten", ["input"], ["rows"]))
    model.graph.input[0].CopyFrom(floats("input", shape))
    model.graph.output[0].type.tensor_type.shape.dim[0].dim_param = BATCH
    return model


def identity(name: str, shape: Sequence[int]) -> ModelProto:
    """A graph without nodes, to be extended."""
    value = floats(name, shape)
    versions = [make_opsetid(domain, version) for domain, version in OPSETS.items()]
    return make_model(make_graph([], name, [value], [value]), opset_imports=versions, ir_version=IR)


def extend(
    model: ModelProto, nodes: Sequence[NodeProto], constants: Sequence[TensorProto], output: ValueInfoProto
) -> ModelProto:
    """A graph that goes on with further nodes, to another output; the given one is used up."""
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(constants)
    model.graph.output[0].CopyFrom(output)
    return model


def floats(name: str, shape: Sequence[int]) -> ValueInfoProto:
    """A float32 input or output (batch, *shape) of a graph."""
    return make_tensor_value_info(name, TensorProto.FLOAT, [BATCH, *shape])


def clamp_roots(model: ModelProto) -> ModelProto:
    """The graph with no root of less than zero; the given one is used up.

    skl2onnx computes a squared distance as |x|^2 - 2 x c + |c|^2, which rounding takes below zero where x is next to c.
    """
    nodes = model.graph.node
    for place, node in reversed(list(enumerate(nodes))):
        if node.op_type == "Sqrt":
            square, node.input[0] = node.input[0], f"{node.input[0]}_clamped"
            nodes.insert(place, make_node("Relu", [square], [node.input[0]]))
    return model
