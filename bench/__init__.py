"""What a plugin author imports: the marker of a hook, the records, the errors and the data root."""

from typing import TYPE_CHECKING, Any

from bench.data import data_root
from bench.errors import BenchError, DataMissing, Unsuitable, suggestion
from bench.hookspecs import hookimpl
from bench.records import (
    DATA_UNIT,
    Artifact,
    Case,
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

if TYPE_CHECKING:
    from bench.results import CaseResult, RunResult

__all__ = [
    "DATA_UNIT",
    "Artifact",
    "BenchError",
    "Case",
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
    "suggestion",
]


def __getattr__(name: str) -> Any:
    """The records of a run, which only observers and reporters need: `bench --help` does not wait for them."""
    if name in {"CaseResult", "RunResult"}:
        from bench import results

        return getattr(results, name)
    raise AttributeError(f"module 'bench' has no attribute {name!r}")
