"""What an artifact answered, in figures: how far it lies from the torch model, and what its metrics are worth."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.catalog import named, resolve
from bench.errors import BenchError
from bench.parity import Disagreement, bound, difference
from bench.records import DataSpec, Evaluation, MetricUse, RuntimeUse
from bench.results import MetricResult, ParityResult
from bench.signature import checked, first_parameter

# How far the mean of a metric's scores may lie from its value, against their mean size: in single precision, it does.
SHARE_APART = 1e-3

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
    return _called(resolve(use.info), use, given)


def _called(target: Any, use: MetricUse, given: DataSpec | Evaluation) -> Any:
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


def scores_of(use: MetricUse, evaluation: Evaluation, value: float) -> Any:
    """What a metric says of each row of the test set, an array of float32 (n,).

    :param value: the metric's, which is to be their mean
    :raises BenchError: if it is not, or if they are not one finite number a row
    """
    count = len(evaluation.inputs)
    scores = np.asarray(_called(named(use.info.scores), use, evaluation), np.float32)
    told = f"the scores of {use.name} of {evaluation.artifact}"
    if scores.shape != (count,) or not np.isfinite(scores).all():
        raise BenchError(f"{told} are no {count} finite numbers, one for each row of the test set")
    mean, size = scores.mean(dtype=np.float64), np.abs(scores).mean(dtype=np.float64)
    if abs(mean - value) > SHARE_APART * size:
        raise BenchError(f"{told} have the mean {mean:.6g}, and its value is {value:.6g}", "it has to be their mean")
    return scores


def parity(
    execution: Execution,
    artifact: str,
    expected: Answers,
    got: Answers,
    usual: Mapping[str, float],
    length: int | None = None,
) -> list[ParityResult]:
    """How far each of an artifact's outputs lies from the torch model's.

    :param expected: the torch model's outputs by name
    :param got: the artifact's
    :param usual: how large the numbers of each output are on the whole test set
    :param length: of the sequences, if inputs have an axis for them
    :raises Disagreement: if one has another shape, or holds what is no number
    """
    rows = []
    for name, output in expected.items():
        try:
            apart = difference(output, got[name], execution.precision, usual[name])
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
    if tolerance is not None and info.relative:
        tolerance *= max(1.0, abs(reference))
    if tolerance is not None and not abs(value - reference) <= tolerance:
        raise Disagreement(
            f"{use.name} of {answers.artifact} {execution} is {value:.6g}, of the torch model {reference:.6g}",
            f"the tolerance is {tolerance:g}; the artifact gets no figures",
        )
    return MetricResult(
        name=use.name,
        value=value,
        unit=info.unit_for(answers.spec),
        higher_is_better=info.higher_is_better,
        artifact=answers.artifact,
        runtime=execution.runtime.name,
        precision=execution.precision,
        reference=reference,
        tolerance=tolerance,
        best=info.best,
    )
