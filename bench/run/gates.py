"""Holds a run's figures against the bounds that its suite sets."""

from statistics import fmean

from bench.results import CaseResult, GateResult
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
        return GateResult(name, group, written(gate), None, False, "nothing was measured")
    mean = fmean(values)
    if len(values) < seeds:
        where = f"{where}, {len(values)} of {seeds} seeds"
    return GateResult(name, group, written(gate), mean, _passes(gate, mean) and len(values) == seeds, where)


def written(gate: Gate) -> str:
    """A gate's bound as a reader would write it."""
    bounds = [("at least", gate.min), ("at most", gate.max)]
    return ", ".join(f"{word} {value:g}" for word, value in bounds if value is not None)


def _passes(gate: Gate, value: float) -> bool:
    return (gate.min is None or value >= gate.min) and (gate.max is None or value <= gate.max)


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
    rows = []
    for m in case.measurements:
        percentile = {"latency-p50": m.latency_s.p50, "latency-p90": m.latency_s.p90}
        value = m.throughput_per_s if name == "throughput" else percentile[name]
        if value is not None:
            rows.append((f"{m.artifact} {m.runtime} {m.precision} batch {m.batch_size}", value))
    return rows
