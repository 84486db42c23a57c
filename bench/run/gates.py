"""Holds a run's figures against the bounds that its suite sets."""

from statistics import fmean

from bench.bounds import holds, written
from bench.results import CaseResult, GateResult, MeasurementResult
from bench.suite.plan import TIMINGS, Plan
from bench.suite.schema import Gate


def judge(plan: Plan, cases: list[CaseResult]) -> list[GateResult]:
    """Every gate for every group of cases: the mean over the seeds, in each place where the figure was taken.

    A gate does not pass if one of the group's cases failed, or has nothing that the bound could be held against.
    """
    verdicts = []
    for group in dict.fromkeys(case.group for case in plan.cases):
        planned = [case for case in plan.cases if case.group == group]
        members = [case for case in cases if case.group == group and case.status == "passed"]
        for name, gate in planned[0].gates.items():
            found = _values(name, members) or {"": []}
            verdicts += [_judged(name, group, gate, where, found[where], len(planned)) for where in found]
    return verdicts


def _judged(name: str, group: str, gate: Gate, where: str, values: list[float], seeds: int) -> GateResult:
    """One gate in one place."""
    if not values:
        return GateResult(name, group, written(gate.min, gate.max), None, False, "nothing was measured")
    mean = fmean(values)
    if len(values) < seeds:
        where = f"{where}, {len(values)} of {seeds} seeds"
    return GateResult(
        name, group, written(gate.min, gate.max), mean, holds(mean, gate.min, gate.max) and len(values) == seeds, where
    )


def _values(name: str, cases: list[CaseResult]) -> dict[str, list[float]]:
    """Where a figure was taken -> its value for each seed."""
    found: dict[str, list[float]] = {}
    for case in cases:
        for where, value in _timings(name, case) if name in TIMINGS else _metrics(name, case):
            found.setdefault(where, []).append(value)
    return found


def _metrics(name: str, case: CaseResult) -> list[tuple[str, float]]:
    return [(f"{m.artifact} {m.runtime} {m.precision}", m.value) for m in case.metrics if m.name == name]


def _timings(name: str, case: CaseResult) -> list[tuple[str, float]]:
    """A figure of every load under which it tells how fast the case is; a server's are set by its rate."""
    scenarios = ("single-stream", "offline") if name == "throughput" else ("single-stream",)
    rows = []
    for m in case.measurements:
        value = m.throughput_per_s if name == "throughput" else m.latency_s.at(float(name.removeprefix("latency-p")))
        if value is not None and m.scenario in scenarios and m.instrument == "bench":
            rows.append((f"{m.artifact} {m.runtime} {m.precision} {_load(m)}", value))
    return rows


def _load(m: MeasurementResult) -> str:
    """The load of a measurement. In offline, the batch size is an outcome, which may differ between seeds."""
    return f"batch {m.batch_size}" if m.scenario == "single-stream" else m.scenario
