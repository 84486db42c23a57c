"""Which case each case is compared with, where it names one."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bench.errors import SuiteError, suggestion
from bench.results import name_in
from bench.suite.gates import without_ratios
from bench.suite.planned import PlannedCase
from bench.suite.schema import Suite
from bench.suite.source import Source


def with_rivals(cases: Sequence[PlannedCase], suite: Suite, source: Source) -> list[PlannedCase]:
    """The cases with the groups that they are compared with.

    :raises SuiteError: if one names no other case, or not exactly one of those that are called so fits it
    """
    firsts: dict[str, PlannedCase] = {}
    for case in cases:
        firsts.setdefault(case.group, case)
    rivals = {}
    for group, case in firsts.items():
        name = suite.cases[int(case.origin[1])].against
        rivals[group] = "" if name is None else _rival(case, name, firsts.values(), source)
    return [replace(case, against=rivals[case.group]) for case in cases]


def without_absent_rivals(cases: Sequence[PlannedCase]) -> list[PlannedCase]:
    """The cases of a plan: one whose rival was not chosen is compared with nothing."""
    there = {"", *(case.group for case in cases)}
    return [
        case if case.against in there else replace(case, against="", gates=without_ratios(case.gates)) for case in cases
    ]


def _rival(case: PlannedCase, name: str, firsts: Collection[PlannedCase], source: Source) -> str:
    """The group called `name` that fits a case."""
    called = [one for one in firsts if name_in(one.group) == name]
    if not called:
        hint = suggestion(name, {name_in(one.group) for one in firsts})
        raise _wrong(case, source, f"no case is called {name!r}", hint)
    if name_in(case.group) == name and all(one.origin == case.origin for one in called):
        raise _wrong(case, source, f"{case.group} would be compared with itself", "name another case")
    fitting = [one.group for one in called if one.group != case.group and _fits(case, one)]
    if not fitting:
        message = f"none of the cases called {name!r} fits {case.group}: {', '.join(one.group for one in called)}"
        raise _wrong(case, source, message, "same dataset, same `data`, same values of what both vary in `matrix`")
    if len(fitting) > 1:
        message = f"several cases called {name!r} fit {case.group}: {', '.join(fitting)}"
        raise _wrong(case, source, message, "vary what tells them apart in both `matrix`, or give one another `name`")
    return fitting[0]


def _fits(case: PlannedCase, other: PlannedCase) -> bool:
    """Whether two cases saw the same data, and have the same values of what both of their entries vary."""
    shared = case.varied.keys() & other.varied.keys()
    return (case.dataset.name, case.data_params) == (other.dataset.name, other.data_params) and all(
        case.varied[key] == other.varied[key] for key in shared
    )


def _wrong(case: PlannedCase, source: Source, message: str, hint: str) -> SuiteError:
    return source.error((*case.origin, "against"), message, hint)
