"""A mixture of Gaussians as a generator."""

from typing import Any, Literal

import numpy as np
from onnx import ModelProto
from onnx.helper import make_node
from onnx.numpy_helper import from_array
from pydantic import PositiveInt
from scipy.special import ndtri
from sklearn import mixture

from bench import DataSpec, Export, TensorSpec
from bench_models.classical.fitted import ENGINE, Computed, Fitted, Rows
from bench_models.classical.graphs import extend, floats, identity


class GaussianMixture(Fitted):
    """Noise (n, 1 + features) -> samples mean_k + L_k z (n, *input_shape), within the range of the data if it has one.

    The first number of the noise chooses the component k, as often as its weight says: where the normal distribution
    function of it lies among the cumulated weights. The others are z. L_k is the lower Cholesky factor of component k's
    covariance. The mixture is fitted by expectation maximisation from k-means (Dempster, Laird & Rubin 1977).

    :param data: the dataset's specification
    :param components: how many Gaussians; by default as many as the data has classes, or 10
    :param covariance: of each component one of its own (`full`, `diag`, `spherical`) or one for all (`tied`)
    """

    def __init__(
        self,
        data: DataSpec,
        components: PositiveInt | None = None,
        covariance: Literal["full", "tied", "diag", "spherical"] = "full",
    ) -> None:
        count = components or data.classes or 10
        super().__init__(data, mixture.GaussianMixture(count, covariance_type=covariance))
        self.value_range = data.value_range

    def rows(self, inputs: Rows) -> Any:
        """Inputs as rows in double precision: some pixels hardly ever change, which takes precision."""
        return super().rows(inputs).astype(np.float64)

    def exports(self) -> list[Export]:
        noise = TensorSpec("noise", (1 + self.features,), source="normal")
        return [Export("generator", Computed(self.sample), "generation", (noise,), ("sample",), self.graph, ENGINE)]

    def sample(self, noise: Rows) -> Rows:
        """What the mixture makes of noise (n, 1 + features)."""
        chosen, z = np.searchsorted(self._bounds(), noise[:, 0]), noise[:, 1:]
        points = np.empty(z.shape)
        for k, (mean, factor) in enumerate(zip(self.estimator.means_, self._factors(), strict=True)):
            points[chosen == k] = mean + z[chosen == k] @ factor.T
        if self.value_range is not None:
            points = points.clip(*self.value_range)
        return points.reshape(-1, *self.input_shape).astype(np.float32)

    def graph(self) -> ModelProto:
        """Every component makes its point of z (n, components, features), and all but one are multiplied by 0.

        All factors are one matrix (features, components * features): ONNX Runtime quantises none with more axes.
        """
        bounds = np.concatenate([[-np.inf], self._bounds(), [np.inf]]).astype(np.float32)
        constants = {
            "split": np.array([1, self.features]),
            "lower": bounds[:-1],
            "upper": bounds[1:],
            "factors": self._factors().transpose(2, 0, 1).reshape(self.features, -1).astype(np.float32),
            "by_component": np.array([-1, len(self.estimator.means_), self.features]),
            "means": self.estimator.means_.astype(np.float32),
            "features": np.array([2]),
            "components": np.array([1]),
            "shape": np.array([-1, *self.input_shape]),
        }
        nodes = [
            make_node("Split", ["noise", "split"], ["choice", "z"], axis=1),
            make_node("Greater", ["choice", "lower"], ["above"]),
            make_node("LessOrEqual", ["choice", "upper"], ["below"]),
            make_node("And", ["above", "below"], ["is_chosen"]),
            make_node("Cast", ["is_chosen"], ["as_number"], to=1),
            make_node("Unsqueeze", ["as_number", "features"], ["chosen"]),
            make_node("MatMul", ["z", "factors"], ["side_by_side"]),
            make_node("Reshape", ["side_by_side", "by_component"], ["offsets"]),
            make_node("Add", ["offsets", "means"], ["points"]),
            make_node("Mul", ["points", "chosen"], ["one_of_them"]),
            make_node("ReduceSum", ["one_of_them", "components"], ["flat"], keepdims=0),
            make_node("Reshape", ["flat", "shape"], ["unbounded" if self.value_range else "sample"]),
        ]
        if self.value_range is not None:
            constants |= {name: np.float32(v) for name, v in zip(("least", "most"), self.value_range, strict=True)}
            nodes.append(make_node("Clip", ["unbounded", "least", "most"], ["sample"]))
        tensors = [from_array(np.asarray(value), name) for name, value in constants.items()]
        return extend(identity("noise", [1 + self.features]), nodes, tensors, floats("sample", self.input_shape))

    def _bounds(self) -> Rows:
        """Between two components, the number (components - 1,) that has the weights of those before it below itself.

        To compare numbers as they are given keeps every platform's choice the same: a distribution function rounds.
        """
        cumulated = np.cumsum(self.estimator.weights_)[:-1]
        return ndtri(np.minimum(cumulated, 1)).astype(np.float32)

    def _factors(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """L_k of every component (components, features, features)."""
        given, count, size = self.estimator.covariances_, len(self.estimator.means_), self.features
        if self.estimator.covariance_type in ("full", "tied"):
            return np.broadcast_to(np.linalg.cholesky(given), (count, size, size))
        deviations = np.sqrt(given).reshape(count, -1, 1)
        return deviations * np.eye(size)
