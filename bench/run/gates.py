"""Holds a run's figures against the bounds that its suite sets."""

from collections.abc import Iterator
from statistics import fmean, median

from bench.bounds import holds, written
from bench.results import CaseResult, Failure, GateResult, MeasurementResult
from bench.run.measuring import BOUND
from bench.run.rival_gates import judge_ratio, passed_results
from bench.suite.gates import RATIOS, TIMINGS
from bench.suite.plan import Plan
from bench.suite.schema import Gate

# What a server's own bound is called among the gates.
SERVER = "server-p99"


def judge(plan: Plan, cases: list[CaseResult]) -> list[GateResult]:
    """Every gate for every group of cases: the mean over the seeds, in each place where the figure was taken.

    A gate does not pass if one of the group's cases failed, or has nothing that the bound could be held against. A
    server's bound is a gate too, of those cases that did not fail.
    """
    bound_s, passed = plan.suite.measure.server.p99_s, passed_results(plan, cases)
    verdicts: list[GateResult] = []
    for group in dict.fromkeys(case.group for case in plan.cases):
        planned = [case for case in plan.cases if case.group == group]
        members = [case for case in cases if case.group == group and case.status == "passed"]
        failed = [case for case in cases if case.group == group and case.status == "failed"]
        for name, gate in planned[0].gates.items():
            if not gate.is_absolute:
                continue
            if name in RATIOS:
                verdicts += judge_ratio(name, gate, _bound(gate, planned[0].against), planned, passed)
                continue
            found = _values(name, gate, members)
            verdicts += [_judged(name, group, gate, where, found[where], len(planned)) for where in found]
            if not found:
                verdicts += _without_a_pass(name, group, gate, _values(name, gate, failed))
        verdicts += _served(group, members, bound_s)
    return verdicts


def _served(group: str, cases: list[CaseResult], bound_s: float) -> Iterator[GateResult]:
    """Whether servers keep their bound at some rate with every seed; the value is p99 where it is lowest."""
    found: dict[str, list[list[MeasurementResult]]] = {}
    for case in cases:
        for where, rows in _servers(case).items():
            found.setdefault(where, []).append(rows)
    for where, seeds in found.items():
        lowest = [p99 for rows in seeds if (p99 := _lowest_p99(rows)) is not None]
        kept = sum(any(m.meets_bound for m in rows) for rows in seeds)
        missed = f" with {len(seeds) - kept} of {len(seeds)} seeds" if kept else ""
        at = f"{where} at no rate{missed}" if kept < len(seeds) else where
        value = fmean(lowest) if lowest else None
        yield GateResult(SERVER, group, written(None, bound_s), value, kept == len(seeds), at)


def _servers(case: CaseResult) -> dict[str, list[MeasurementResult]]:
    """Where a server was asked for -> its rows; none where not even a query alone kept its bound."""
    found: dict[str, list[MeasurementResult]] = {_server(one): [] for one in case.failures if one.kind == BOUND}
    for m in case.measurements:
        if m.scenario == "server" and m.instrument == "bench":
            found.setdefault(_server(m), []).append(m)
    return found


def _server(one: MeasurementResult | Failure) -> str:
    """What is served, in words."""
    return f"{one.artifact} {one.runtime} {one.precision}" + _of_length(one.length)


def _lowest_p99(rows: list[MeasurementResult]) -> float | None:
    """The lowest of the rates' 99th percentiles: that of the middle process."""
    return min((median(told) for m in rows if (told := [p.p99_s for p in m.by_process if p.p99_s])), default=None)


def _without_a_pass(name: str, group: str, gate: Gate, found: dict[str, list[float]]) -> Iterator[GateResult]:
    """A gate of which no case that passed has a figure: it is missed, with what failed cases have."""
    bound = _bound(gate)
    if not found:
        yield GateResult(name, group, bound, None, False, "nothing was measured")
    for where, values in found.items():
        yield GateResult(name, group, bound, fmean(values), False, f"{where}, of cases that failed")


def _judged(name: str, group: str, gate: Gate, where: str, values: list[float], seeds: int) -> GateResult:
    """One gate in one place."""
    mean = fmean(values)
    if len(values) < seeds:
        where = f"{where}, {len(values)} of {seeds} seeds"
    passed = holds(mean, gate.min, gate.max) and len(values) == seeds
    return GateResult(name, group, _bound(gate), mean, passed, where)


def _bound(gate: Gate, rival: str = "") -> str:
    """A gate as a reader would write it."""
    against = f" of {rival}" if rival else ""
    return written(gate.min, gate.max) + against + ("" if gate.length is None else f" at length {gate.length}")


def _values(name: str, gate: Gate, cases: list[CaseResult]) -> dict[str, list[float]]:
    """Where a figure was taken -> its value for each seed."""
    found: dict[str, list[float]] = {}
    for case in cases:
        for where, value in _timings(name, gate, case) if name in TIMINGS else _metrics(name, case):
            found.setdefault(where, []).append(value)
    return found


def _metrics(name: str, case: CaseResult) -> list[tuple[str, float]]:
    return [(f"{m.artifact} {m.runtime} {m.precision}", m.value) for m in case.metrics if m.name == name]


def _timings(name: str, gate: Gate, case: CaseResult) -> list[tuple[str, float]]:
    """A figure of every load under which it tells how fast the case is; a server's are set by its rate."""
    scenarios = ("single-stream", "offline") if name == "throughput" else ("single-stream",)
    rows = []
    for m in case.measurements:
        value = m.throughput_per_s if name == "throughput" else m.latency_s.at(float(name.removeprefix("latency-p")))
        there = m.scenario in scenarios and m.instrument == "bench" and gate.length in {None, m.length}
        if value is not None and there:
            rows.append((f"{m.artifact} {m.runtime} {m.precision} {_load(m)}", value))
    return rows


def _load(m: MeasurementResult) -> str:
    """The load of a measurement. In offline, the batch size is an outcome, which may differ between seeds."""
    load = f"batch {m.batch_size}" if m.scenario == "single-stream" else m.scenario
    return load + _of_length(m.length)


def _of_length(length: int | None) -> str:
    return "" if length is None else f" length {length}"
