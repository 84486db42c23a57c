"""Any estimator of scikit-learn."""

import warnings
from inspect import isclass, signature
from pkgutil import resolve_name
from typing import Any

import numpy as np
from pytorch_lightning import LightningDataModule
from sklearn.base import BaseEstimator, clone, is_classifier, is_clusterer, is_regressor

from bench import BenchError, DataSpec, Export, Unsuitable
from bench_models.classical.fitted import Fitted, seed
from bench_models.classical.parts import class_scores, code, distances, forecasts

# The rows of each class in a rehearsal.
REHEARSED = 5


class AnyEstimator(Fitted):
    """A classifier, regressor, transformer or clusterer, fitted as scikit-learn fits it.

    A classifier answers with the logs of its probabilities, a regressor with forecasts, a transformer with a code, a
    clusterer with the distances from its centres. When it is built, it is fitted to a few random rows and converted, so
    that what skl2onnx cannot convert is found before anything runs.

    :param data: the dataset's specification
    :param estimator: its import path, such as `sklearn.linear_model.LogisticRegression`
    :param arguments: what it is built with; its `random_state` is the case's seed if it is not among them
    :raises Unsuitable: if it is none of the four, or not for such data
    :raises BenchError: if there is no such estimator, it does not take the arguments, or skl2onnx cannot convert it
    """

    def __init__(self, data: DataSpec, estimator: str, arguments: dict[str, Any] | None = None) -> None:
        super().__init__(data, built(estimator, arguments or {}))
        self.path = estimator
        self.classes = data.classes
        self.horizons = len(data.horizons)
        self._rehearse()

    @property
    def forecasts(self) -> bool:
        """Whether it is for forecasts."""
        return bool(self.horizons) and is_regressor(self.estimator)

    def fit(self, data: LightningDataModule) -> None:
        super().fit(data)
        if is_classifier(self.estimator) and len(self.estimator.classes_) != self.classes:
            raise BenchError(f"the training part has {len(self.estimator.classes_)} of the {self.classes} classes")

    def exports(self) -> list[Export]:
        if self.forecasts:
            return [forecasts(self, self.horizons)]
        transforms = hasattr(self.estimator, "transform")
        if is_classifier(self.estimator):
            if self.classes and hasattr(self.estimator, "predict_proba"):
                return [class_scores(self, self.classes)]
        elif transforms:
            return [distances(self) if is_clusterer(self.estimator) else code(self)]
        raise Unsuitable(
            f"{self.path} with these arguments cannot answer about this data",
            "allowed are transformers, clusterers that have `transform`, for data with classes, classifiers that have "
            "`predict_proba`, and for data with horizons, regressors",
        )

    def _rehearse(self) -> None:
        """Export the estimator as random rows make it; what it has against these may not hold for the data itself."""
        classes = self.classes or 2
        generator = np.random.default_rng(0)
        rows = generator.random((REHEARSED * classes, self.features), dtype=np.float32)
        targets = generator.random((len(rows), self.horizons)) if self.forecasts else np.arange(len(rows)) % classes
        ours, self.estimator = self.estimator, clone(self.estimator)
        try:
            (part,) = self.exports()
            seed(self.estimator, 0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    self.estimator.fit(rows, targets)
                except ValueError:
                    return
            part.graph()
        finally:
            self.estimator = ours


def built(path: str, arguments: dict[str, Any]) -> Any:
    """The estimator of an import path, not fitted.

    :raises BenchError: if there is none, or it does not take the arguments
    """
    try:
        target = resolve_name(path)
    except (ImportError, AttributeError, ValueError) as error:
        raise BenchError(
            f"no estimator {path!r}: {error}", "one is 'sklearn.linear_model.LogisticRegression'"
        ) from error
    if not (isclass(target) and issubclass(target, BaseEstimator)):
        raise BenchError(f"{path} is no estimator", "it must be a class derived from sklearn.base.BaseEstimator")
    try:
        estimator: Any = target(**arguments)
        estimator._validate_params()  # as its `fit` does first
    except (TypeError, ValueError) as error:
        raise BenchError(f"{path}: {error}", f"it takes {', '.join(signature(target).parameters)}") from error
    return estimator
