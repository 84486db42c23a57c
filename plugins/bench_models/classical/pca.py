"""Principal component analysis."""

from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto
from onnx.helper import make_node
from onnx.numpy_helper import from_array
from pydantic import PositiveInt
from sklearn import decomposition

from bench import DataSpec, Export, TensorSpec, Unsuitable
from bench_models.classical.fitted import ENGINE, Computed, Fitted, Rows
from bench_models.classical.graphs import extend, floats, identity
from bench_models.classical.parts import code


class PCA(Fitted):
    """Inputs x (n, *input_shape) -> code W (x - mean) (n, components) -> reconstruction W' code + mean.

    The rows of W are the orthonormal directions in which the training part varies most. No other linear code of that
    size reconstructs the training part with a smaller squared error (Baldi & Hornik 1989, Neural Networks 2, 53-58).

    :param data: the dataset's specification
    :param components: the size of the code
    :raises Unsuitable: if there are more components than features
    """

    def __init__(self, data: DataSpec, components: PositiveInt = 32) -> None:
        super().__init__(data, decomposition.PCA(components))
        if components > self.features:
            raise Unsuitable(f"pca has no more components than features, here {self.features}", f"not {components}")
        self.components = components

    def exports(self) -> list[Export]:
        encoder = code(self)
        codes = TensorSpec("code", (self.components,), source="encoder.code")

        def decode(codes: Rows) -> Rows:
            return self.estimator.inverse_transform(codes).reshape(-1, *self.input_shape)

        def reconstruct(inputs: Rows) -> Rows:
            return decode(self.transform(inputs))

        def decoder_graph() -> ModelProto:
            return extend(identity("code", [self.components]), *self._decoding())

        def whole_graph() -> ModelProto:
            return extend(encoder.graph(), *self._decoding())

        outputs = ("reconstruction",)
        return [
            encoder,
            Export("decoder", Computed(decode), "decoding", (codes,), outputs, decoder_graph, ENGINE),
            Export(
                "autoencoder", Computed(reconstruct), "reconstruction", encoder.inputs, outputs, whole_graph, ENGINE
            ),
        ]

    def _decoding(self) -> tuple[list[NodeProto], list[TensorProto], ValueInfoProto]:
        """The nodes from code to reconstruction, which skl2onnx does not have, their constants and their output."""
        nodes = [
            make_node("Constant", [], ["shape"], value_ints=[-1, *self.input_shape]),
            make_node("MatMul", ["code", "directions"], ["centred"]),
            make_node("Add", ["centred", "centre"], ["flat"]),
            make_node("Reshape", ["flat", "shape"], ["reconstruction"]),
        ]
        constants = [from_array(self.estimator.components_, "directions"), from_array(self.estimator.mean_, "centre")]
        return nodes, constants, floats("reconstruction", self.input_shape)
