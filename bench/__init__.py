"""What a plugin author imports: the marker of a hook, the records, the errors and the data root."""

from bench.data import data_root
from bench.errors import BenchError, DataMissing, Unsuitable
from bench.hookspecs import hookimpl
from bench.records import (
    Artifact,
    DatasetInfo,
    DataSpec,
    Evaluation,
    Export,
    MetricInfo,
    ModelInfo,
    ReporterInfo,
    RuntimeInfo,
    RuntimeUse,
    Session,
    TensorSpec,
)
from bench.results import CaseResult, RunResult

__all__ = [
    "Artifact",
    "BenchError",
    "CaseResult",
    "DataMissing",
    "DataSpec",
    "DatasetInfo",
    "Evaluation",
    "Export",
    "MetricInfo",
    "ModelInfo",
    "ReporterInfo",
    "RunResult",
    "RuntimeInfo",
    "RuntimeUse",
    "Session",
    "TensorSpec",
    "Unsuitable",
    "data_root",
    "hookimpl",
]
