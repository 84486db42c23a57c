"""What an artifact answered, in figures: how far it lies from the torch model, and what its metrics are worth."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.catalog import resolve
from bench.errors import BenchError
from bench.parity import Disagreement, bound, difference
from bench.records import DataSpec, Evaluation, MetricUse, RuntimeUse
from bench.results import MetricResult, ParityResult
from bench.signature import checked, first_parameter

# Outputs (n, ...) by name.
Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Execution:
    """Who executes an artifact, and in which arithmetic."""

    runtime: RuntimeUse
    precision: str

    def __str__(self) -> str:
        return f"at {self.precision} under {self.runtime.name}"


def computed(use: MetricUse, given: DataSpec | Evaluation) -> Any:
    """What a metric's target makes of what it is given and the suite's parameters."""
    target: Any = resolve(use.info)
    return target(given, **checked(target, use.params, given=(first_parameter(target),)))


def score(use: MetricUse, evaluation: Evaluation) -> float:
    """A metric's value.

    :raises BenchError: if it is not finite, which results.json cannot hold
    """
    if use.info.form == "function":
        value = float(computed(use, evaluation))
    else:
        metric = computed(use, evaluation.spec)
        for outputs, truth in zip(evaluation.outputs.split(1024), evaluation.truth.split(1024), strict=True):
            metric.update(outputs, truth)
        value = float(metric.compute())
    if not math.isfinite(value):
        raise BenchError(f"{use.name} of {evaluation.artifact} is {value}")
    return value


def parity(
    execution: Execution, artifact: str, expected: Answers, got: Answers, length: int | None = None
) -> list[ParityResult]:
    """How far each of an artifact's outputs lies from the torch model's.

    :param expected: the torch model's outputs by name
    :param got: the artifact's
    :param length: of the sequences, if inputs have an axis for them
    :raises Disagreement: if one has another shape, or holds what is no number
    """
    rows = []
    for name, output in expected.items():
        try:
            apart = difference(output, got[name], execution.precision)
        except Disagreement as error:
            raise Disagreement(f"{name} of {artifact} {execution}: {error.message}", error.hint) from error
        found = {**vars(apart), "length": length}
        rows.append(ParityResult(artifact, name, execution.runtime.name, execution.precision, **found))
    return rows


def refuse_disagreement(rows: list[ParityResult]) -> None:
    """:raises Disagreement: for the first output that lies beyond the bound of its precision."""
    for row in rows:
        if row.excess > 1:
            raise Disagreement(
                f"{row.output} of {row.artifact} at {row.precision} under {row.runtime} differs from the torch model "
                f"by up to {row.max_abs_error:.3g}, as a whole by {row.relative_error:.3g} of its length",
                f"the bound is {bound(row.precision)}; the artifact is not timed",
            )


def figure(use: MetricUse, execution: Execution, reference: float, answers: Evaluation) -> MetricResult:
    """A metric's value beside the torch model's own.

    :raises Disagreement: if they lie further apart than the metric allows at this precision
    """
    info, value = use.info, score(use, answers)
    tolerance = info.tolerance if execution.precision == "fp32" else info.lossy_tolerance
    if tolerance is not None and not abs(value - reference) <= tolerance:
        raise Disagreement(
            f"{use.name} of {answers.artifact} {execution} is {value:.6g}, of the torch model {reference:.6g}",
            f"the tolerance is {tolerance:g}; the artifact gets no figures",
        )
    return MetricResult(
        name=use.name,
        value=value,
        unit=info.unit,
        higher_is_better=info.higher_is_better,
        artifact=answers.artifact,
        runtime=execution.runtime.name,
        precision=execution.precision,
        reference=reference,
        tolerance=tolerance,
    )
