"""Whether all went well, and what went wrong."""

from collections.abc import Iterator

from bench.report.formats import NOTHING, number, ratio, reach
from bench.report.lookup import groups, labelled
from bench.report.tables.table import Table
from bench.results import UNSUITABLE, CaseResult, Failure, GateResult, RunResult


def verdict_table(results: RunResult) -> Table:
    """A row a group of cases, and one for each of its gates."""
    rows: list[tuple[str, ...]] = []
    for group, cases in groups(results).items():
        passed = sum(case.status == "passed" for case in cases)
        rows.append(
            ("passed" if passed == len(cases) else "FAILED", group, f"{passed} of {len(cases)} cases passed", "")
        )
        own = [gate for gate in results.gates if gate.group == group]
        rows += [_gate_row(group, what, own) for what in dict.fromkeys((gate.metric, gate.bound) for gate in own)]
    return Table("Verdicts", ("verdict", "case", "what", "value"), rows, words=3)


def _gate_row(group: str, what: tuple[str, str], gates: list[GateResult]) -> tuple[str, ...]:
    """One row for one bound, wherever its figure was taken; if it was missed, where."""
    found = [gate for gate in gates if (gate.metric, gate.bound) == what]
    missed = [gate for gate in found if not gate.passed]
    values = list(dict.fromkeys(_value(gate, gate.value) for gate in missed or found if gate.value is not None))
    where = f" ({'; '.join(gate.where for gate in missed)})" if missed else ""
    return ("MISSED" if missed else "passed", group, " ".join(what) + where, _listed(values))


def _value(gate: GateResult, value: float) -> str:
    """What was held against a bound; of a ratio with its interval."""
    return number(value) if gate.interval is None else f"{ratio(value)} ({reach(gate.interval)})"


def _listed(values: list[str]) -> str:
    """A few values one by one, many as how far they reach."""
    return ", ".join(values) if len(values) <= 3 else f"{values[0]} and {len(values) - 1} others"


def failure_table(results: RunResult) -> Table:
    """A row for everything that went wrong."""
    rows = [
        (
            case.id,
            failure.stage,
            failure.plugin or NOTHING,
            f"{failure.kind}: {failure.message}",
            f"logs/{log_name(case)}",
        )
        for case in results.cases
        for failure in case.failures
        if failure.kind != UNSUITABLE
    ]
    return Table("Failures", ("case", "stage", "in whose code", "what happened", "log"), rows, words=5)


def left_out_table(results: RunResult) -> Table:
    """A row for every graph, or runtime of one, that cannot be, whatever the seed: nothing has failed.

    A metric has one if no case at all has it: a suite names metrics for all of its cases, which do not suit each.
    """
    there = {name for case in results.cases for name in _figures_of(case)}
    rows = dict.fromkeys(
        (labelled(case.group, failure.artifact), _variant(failure), _why(failure))
        for case in results.cases
        for failure in case.failures
        if failure.kind == UNSUITABLE and failure.metric not in there
    )
    return Table("Left out", ("case", "runtime", "why"), list(rows), words=3)


def _figures_of(case: CaseResult) -> Iterator[str]:
    """The names of everything that was made of a case's answers."""
    for one in case.metrics:
        yield one.name
    for picture in case.pictures:
        yield picture.name
    for course in case.courses:
        yield course.name


def _why(failure: Failure) -> str:
    """Why something is left out; a metric says its own name, unless the suite has given it another."""
    named = not failure.metric or failure.message.startswith(failure.metric)
    return failure.message if named else f"{failure.metric}: {failure.message}"


def _variant(failure: Failure) -> str:
    """The runtime and the precision that a graph is left out at: every runtime if none is named, fp32 likewise."""
    return " ".join(part for part in (failure.runtime, failure.precision) if part not in ("", "fp32"))


def log_name(case: CaseResult) -> str:
    """The name of a case's log."""
    return case.folder + ".log"
