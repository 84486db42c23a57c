"""Matthews' correlation coefficient, by torchmetrics."""

from torchmetrics import Metric
from torchmetrics.classification import MulticlassMatthewsCorrCoef

from bench import DataSpec


def matthews_correlation(spec: DataSpec) -> Metric:
    """A metric that is fed with class scores (n, classes) and class numbers (n,), batch by batch."""
    return MulticlassMatthewsCorrCoef(spec.classes)
