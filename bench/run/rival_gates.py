"""Holds the ratios of a run's figures to those of rivals against the bounds that its suite sets."""

from collections.abc import Iterator

from bench.bounds import holds
from bench.report.ratios import Ratio
from bench.report.rivals import latency_pairs, quality_pairs
from bench.results import CaseResult, GateResult, RunResult
from bench.suite.gates import LATENCY_RATIO
from bench.suite.plan import Plan
from bench.suite.planned import PlannedCase
from bench.suite.schema import Gate


def judge_ratio(
    name: str, gate: Gate, bound: str, planned: list[PlannedCase], results: RunResult
) -> Iterator[GateResult]:
    """One gate on a ratio for one group of cases, wherever both it and its rival have the figure.

    The ratio itself is judged; its interval is told. It does not pass unless all seeds have it.

    :param bound: the gate in words
    :param planned: the cases of the group, one a seed
    :param results: those that count, as `passed_results` gives them
    """
    group, seeds, found = planned[0].group, len(planned), False
    for of, where, ratio, count in _ratios(name, gate, group, results):
        found, told = True, f"{bound} in {of}" if of else bound
        if ratio is None:
            yield GateResult(name, group, told, None, False, f"{where}: no ratio of figures that are not above 0")
            continue
        passed = holds(ratio.value, gate.min, gate.max) and count == seeds
        missing = f", {count} of {seeds} seeds" if count < seeds else ""
        yield GateResult(name, group, told, ratio.value, passed, where + missing, ratio.interval)
    if not found:
        yield GateResult(name, group, bound, None, False, "nothing was measured of both")


def _ratios(name: str, gate: Gate, group: str, results: RunResult) -> Iterator[tuple[str, str, Ratio | None, int]]:
    """Of which metric, if of any, and where a ratio is known, what it is, and of how many seeds."""
    if name == LATENCY_RATIO:
        for pair in latency_pairs(results):
            own = pair.own
            if own.group == group and gate.length in {None, own.length}:
                length = "" if own.length is None else f" length {own.length}"
                where = f"{own.artifact} {own.runtime} {own.precision} batch {own.batch_size}{length}"
                yield "", where, pair.ratio, pair.seeds
        return
    for one in quality_pairs(results):
        if one.group == group:
            metric = one.metric
            where = f"{metric.artifact} {metric.runtime} {metric.precision}"
            yield metric.name, where, one.ratio, len(one.own)


def passed_results(plan: Plan, cases: list[CaseResult]) -> RunResult:
    """The cases that passed, as the results of a run that consists of them."""
    there = [case for case in cases if case.status == "passed"]
    suite = plan.suite.model_dump()
    return RunResult("", suite, environment={}, status="running", started="", seconds=0.0, cases=there)
