"""What a fitted estimator exports, by what it is: class scores, forecasts, distances from clusters, or a code."""

import numpy as np
from onnx import ModelProto, TensorProto
from onnx.helper import make_node, make_tensor

from bench import Export
from bench_models.classical.fitted import ENGINE, Computed, Fitted, Rows
from bench_models.classical.graphs import clamp_roots, extend, floats, graph_of

# No probability is taken for less, so that its log is finite: where scikit-learn's log_loss clips single precision.
LEAST = float(np.finfo(np.float32).eps)


def class_scores(model: Fitted, classes: int) -> Export:
    """The logs of a classifier's probabilities (n, classes): scores of which softmax makes the probabilities again."""

    def compute(inputs: Rows) -> Rows:
        return np.log(np.clip(model.estimator.predict_proba(model.rows(inputs)), LEAST, 1))

    def graph() -> ModelProto:
        found = graph_of(model.estimator, model.input_shape, ("label", "probabilities"), {"zipmap": False})
        nodes = [
            # As a tensor, which the converter to 16 bits knows: it leaves a `value_float` as it is.
            make_node("Constant", [], ["least"], value=make_tensor("least", TensorProto.FLOAT, [], [LEAST])),
            make_node("Clip", ["probabilities", "least"], ["clipped"]),
            make_node("Log", ["clipped"], ["output"]),
        ]
        return extend(found, nodes, (), floats("output", [classes]))

    return Export("forward", Computed(compute), "classification", model.inputs, graph=graph, engine=ENGINE)


def forecasts(model: Fitted, horizons: int) -> Export:
    """What a regressor predicts: (n, horizons)."""

    def graph() -> ModelProto:
        found = graph_of(model.estimator, model.input_shape, ("output",))
        return extend(found, (), (), floats("output", [horizons]))  # skl2onnx does not know of several

    def compute(inputs: Rows) -> Rows:
        return model.estimator.predict(model.rows(inputs))

    return Export("forward", Computed(compute), "forecasting", model.inputs, graph=graph, engine=ENGINE)


def distances(model: Fitted) -> Export:
    """The Euclidean distances (n, clusters) from the centres of the clusters, of which the nearest is the answer."""

    def graph() -> ModelProto:
        return clamp_roots(graph_of(model.estimator, model.input_shape, ("label", "distances"), {"gemm": False}))

    return Export("clusters", Computed(model.transform), "clustering", model.inputs, ("distances",), graph, ENGINE)


def code(model: Fitted) -> Export:
    """What a transformer makes of an input: (n, features of its own)."""

    def graph() -> ModelProto:
        return graph_of(model.estimator, model.input_shape, ("code",))

    return Export("encoder", Computed(model.transform), "embedding", model.inputs, ("code",), graph, ENGINE)
