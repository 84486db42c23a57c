"""A suite -> the cases that it asks for, with every name looked up."""

import itertools
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.catalog import Catalog, how_to_install, is_installed, missing
from bench.cores import cores
from bench.errors import BenchError, SuiteError, suggestion
from bench.records import MetricUse, RuntimeInfo, RuntimeUse
from bench.results import in_brackets, is_chosen, name_in
from bench.suite.gates import check_gates, gates_of
from bench.suite.load import validated
from bench.suite.planned import PlannedCase
from bench.suite.rivals import with_rivals, without_absent_rivals
from bench.suite.schema import CaseSpec, Measure, MetricSpec, RuntimeSpec, Suite, Train
from bench.suite.source import Location, Source

DEFAULT_EPOCHS = 10

# How often a training looks at the validation data unless the suite says so: enough for a curve, at little cost.
DEFAULT_LOOKS = 20


@dataclass(frozen=True)
class Plan:
    """Everything that a run does, in order.

    `whole` is whether it has all cases of the suite, `features` the case whose net turns inputs into features, if any,
    `course` the metrics that are followed over the training.
    """

    suite: Suite
    source: Source
    cases: list[PlannedCase]
    metrics: list[MetricUse]
    runtimes: list[RuntimeUse]
    whole: bool = True
    features: PlannedCase | None = None
    course: tuple[MetricUse, ...] = ()


def make_plan(suite: Suite, source: Source, catalog: Catalog, only: tuple[str, ...] = ()) -> Plan:
    """Expand a suite into cases.

    :param only: patterns; a case is kept if one matches its identifier, or is part of it. The case whose net gives the
        others their features is kept with them
    :raises SuiteError: for an unknown model, dataset, metric, runtime or rival, a wrong `train`, or a case asked for
        twice
    """
    metrics = _metrics(suite, source, catalog)
    runtimes = [_runtime(suite.measure, source, catalog, index) for index in range(len(suite.measure.runtimes))]
    _refuse_unused_precisions(suite.measure, source, runtimes)
    check_gates(suite, source, metrics)
    _check_measure(suite.measure, source)
    cases = _with_own_folders(_cases(suite, source, catalog))
    course = _course(suite, source, catalog, cases)
    _refuse_duplicates(cases, source)
    cases = with_rivals(cases, suite, source)
    plan = Plan(suite, source, cases, metrics, runtimes, True, _feature_case(suite, source, cases), course)
    return plan_of(plan, [case.id for case in cases if is_chosen(case.id, only)])


def plan_of(plan: Plan, chosen: Collection[str]) -> Plan:
    """A plan with some of its cases, by their identifiers, and the one whose net gives them their features."""
    wanted = {*chosen, plan.features.id} if plan.features and chosen else {*chosen}
    cases = [case for case in plan.cases if case.id in wanted]
    whole = plan.whole and len(cases) == len(plan.cases)
    return replace(plan, cases=without_absent_rivals(cases), whole=whole)


def _feature_case(suite: Suite, source: Source, cases: list[PlannedCase]) -> PlannedCase | None:
    """The case that the suite's `features` names: with the first seed, so that there is one net for all.

    :raises SuiteError: if none is called so, or several that differ in more than their seed
    """
    if suite.features is None:
        return None
    called = [case for case in cases if name_in(case.group) == suite.features]
    groups = dict.fromkeys(case.group for case in called)
    if not called:
        hint = suggestion(suite.features, {name_in(case.group) for case in cases})
        raise source.error(("features",), f"no case is called {suite.features!r}", hint)
    if len(groups) > 1:
        message = f"several cases are called {suite.features!r}: {', '.join(groups)}"
        raise source.error(("features",), message, "give the one that is meant a `name` of its own")
    return called[0]


def _metrics(suite: Suite, source: Source, catalog: Catalog) -> list[MetricUse]:
    if suite.metrics is None:
        return [MetricUse(name, entry.info) for name, entry in catalog.entries("metrics").items()]
    return _uses("metrics", suite.metrics, source, catalog)


def _course(suite: Suite, source: Source, catalog: Catalog, cases: list[PlannedCase]) -> tuple[MetricUse, ...]:
    """The metrics that are followed over the training.

    :raises SuiteError: if one is a picture, or no training keeps a snapshot
    """
    uses = _uses("course", suite.course, source, catalog)
    for index, use in enumerate(uses):
        if use.info.form == "picture":
            raise source.error(("course", index), f"{use.name!r} is a picture, and only figures have a course")
    if uses and not any(case.train.snapshots for case in cases):
        raise source.error(("course",), "no training keeps a snapshot to follow metrics by", "set `train.snapshots`")
    return tuple(uses)


def _uses(key: str, specs: Sequence[MetricSpec], source: Source, catalog: Catalog) -> list[MetricUse]:
    return [
        MetricUse(spec.name, _find(catalog, source, "metrics", spec.metric, (key, index)), spec.params)
        for index, spec in enumerate(specs)
    ]


def _check_measure(measure: Measure, source: Source) -> None:
    """:raises SuiteError: for an instrument or cores that are not there."""
    if measure.loadgen and not is_installed("mlperf_loadgen"):
        message = "measure.loadgen needs mlcommons-loadgen, which is not installed"
        raise source.error(("measure", "loadgen"), message, "pip install 'bench[loadgen]'")
    if measure.loadgen and measure.processes == 1 and {"server", "offline"} & set(measure.scenarios):
        raise source.error(
            ("measure", "processes"),
            "LoadGen measures a server and offline as bench's first process has found them, and there is but one",
            "at least 2 with loadgen: true",
        )
    if measure.threads > (here := cores()):
        raise source.error(("measure", "threads"), f"{measure.threads} threads on {here} cores", f"at most {here}")
    if measure.cores and len(measure.cores) < measure.threads:
        raise source.error(
            ("measure", "cores"), f"{len(measure.cores)} cores for {measure.threads} threads", "at least as many cores"
        )
    if measure.cores and hasattr(os, "sched_getaffinity"):
        there = os.sched_getaffinity(0)
        absent = next((core for core in measure.cores if core not in there), None)
        if absent is not None:
            allowed = ", ".join(map(str, sorted(there)))
            raise source.error(("measure", "cores"), f"there is no core {absent} here", f"allowed: {allowed}")


def _runtime(measure: Measure, source: Source, catalog: Catalog, index: int) -> RuntimeUse:
    """One of the runtimes that a suite asks for, if it can serve what the suite asks of it."""
    spec, location = measure.runtimes[index], ("measure", "runtimes", index)
    info: RuntimeInfo = _find(catalog, source, "runtimes", spec.runtime, location)
    if absent := missing(info):
        message = f"runtime {info.name!r} needs {' and '.join(absent)}, which is not installed"
        raise source.error(location, message, how_to_install(info))
    asked = [precision for precision in measure.precisions if precision in (spec.precisions or measure.precisions)]
    unasked = next((one for one in spec.precisions or () if one not in measure.precisions), None)
    if unasked:
        raise source.error(location, f"{unasked!r} is not among `measure.precisions`, {', '.join(measure.precisions)}")
    _refuse_what_cannot_be_served("precision", asked, info.precisions, spec, source)
    _refuse_what_cannot_be_served("scenario", measure.scenarios, info.scenarios, spec, source)
    return RuntimeUse(spec.name, info, spec.params, tuple(asked))


def _refuse_what_cannot_be_served(
    what: str, asked: Sequence[str], served: tuple[str, ...], spec: RuntimeSpec, source: Source
) -> None:
    """:raises SuiteError: if a runtime is asked for a precision or scenario that it does not have."""
    refused = next((value for value in asked if value not in served), None)
    if refused is None:
        return
    hint = f"it serves: {', '.join(served)}"
    if what == "precision":
        fewer = [value for value in asked if value in served]
        hint += f"; write {{runtime: {spec.runtime}, precisions: [{', '.join(fewer)}]}}" if fewer else ""
    raise source.error(("measure", f"{what}s"), f"runtime {spec.name!r} cannot serve the {what} {refused!r}", hint)


def _refuse_unused_precisions(measure: Measure, source: Source, runtimes: list[RuntimeUse]) -> None:
    """:raises SuiteError: if graphs would be made that nothing executes."""
    used = {precision for runtime in runtimes for precision in runtime.precisions}
    unused = next((precision for precision in measure.precisions if precision not in used), None)
    if unused:
        location: Location = ("measure", "precisions", measure.precisions.index(unused))
        raise source.error(location, f"no runtime is used at {unused!r}", "add it to a runtime's own `precisions`")


def _find(catalog: Catalog, source: Source, kind: str, name: str, location: Location) -> Any:
    try:
        return catalog.find(kind, name).info
    except BenchError as error:
        raise source.error(location, error.message, error.hint) from error


def _cases(suite: Suite, source: Source, catalog: Catalog) -> Iterator[PlannedCase]:
    for index, spec in enumerate(suite.cases):
        train = _train(suite, source, index, spec)
        origin: Location = ("cases", index)
        for model, dataset in itertools.product(spec.model, spec.dataset):
            model_info = _find(catalog, source, "models", model, (*origin, "model", spec.model.index(model)))
            data_info = _find(catalog, source, "datasets", dataset, (*origin, "dataset", spec.dataset.index(dataset)))
            for varied in _crossed(spec.matrix):
                group = _label(spec.name or model, spec, varied) + f"@{_label_data(dataset, spec)}"
                for seed in suite.seeds:
                    yield PlannedCase(
                        id=f"{group}#{seed}",
                        group=group,
                        folder=_folder(f"{group}#{seed}"),
                        model=model_info,
                        dataset=data_info,
                        params={**spec.params, **varied},
                        data_params=spec.data,
                        train=train,
                        seed=seed,
                        gates=gates_of(suite, spec),
                        origin=origin,
                        varied=varied,
                    )


def _train(suite: Suite, source: Source, index: int, spec: CaseSpec) -> Train:
    """The suite's `train` with what a case changes in it."""
    changed = validated(Train, spec.train, source, ("cases", index, "train"))
    train = suite.train.model_copy(update=changed.model_dump(include=changed.model_fields_set))
    epochs = train.max_epochs or (None if train.max_steps else DEFAULT_EPOCHS)
    every = train.check_val_every_n_epoch or -(-(epochs or 1) // DEFAULT_LOOKS)
    return train.model_copy(update={"max_epochs": epochs, "check_val_every_n_epoch": every})


def _crossed(matrix: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*matrix.values()):
        yield dict(zip(matrix, values, strict=True))


def _label(name: str, spec: CaseSpec, varied: dict[str, Any]) -> str:
    """A case's name, with the parameters that tell it from others: all of them, unless it has a name of its own."""
    return name + in_brackets(varied if spec.name else {**spec.params, **varied})


def _label_data(dataset: str, spec: CaseSpec) -> str:
    return dataset + ("" if spec.name else in_brackets(spec.data))


def _folder(case_id: str) -> str:
    """A case's identifier as a file name that needs no escaping in a URL."""
    return re.sub(r"[^A-Za-z0-9._@=+]+", "-", case_id)[:120]


def _with_own_folders(cases: Iterable[PlannedCase]) -> list[PlannedCase]:
    """Number the folders of cases whose identifiers differ only in what a file name leaves out."""
    owners: dict[str, str] = {}
    found = []
    for case in cases:
        folder, number = case.folder, 1
        # Some file systems take upper and lower case for the same.
        while owners.setdefault(folder.casefold(), case.id) != case.id:
            number += 1
            folder = f"{case.folder}-{number}"
        found.append(replace(case, folder=folder))
    return found


def _refuse_duplicates(cases: list[PlannedCase], source: Source) -> None:
    seen: dict[str, PlannedCase] = {}
    for case in cases:
        what = json.dumps(
            [case.model.name, case.dataset.name, case.params, case.data_params, case.train.model_dump(), case.seed],
            sort_keys=True,
            default=str,
        )
        for key in (f"id {case.id}", what):
            first = seen.setdefault(key, case)
            if first is not case:
                raise source.error(case.origin, f"duplicate case {case.id}", _why_duplicate(first, case, source))


def _why_duplicate(first: PlannedCase, case: PlannedCase, source: Source) -> str:
    if first.origin == case.origin:
        return "one entry asks for it twice; name nothing twice, and give a `name` to a single model only"
    where = source.place(first.origin)
    if first.id != case.id:
        return f"it differs from {first.id} at {where} in nothing but its name"
    return f"it is asked for at {where} already; a `name` tells cases apart"


def nothing_chosen(plan: Plan, only: tuple[str, ...]) -> SuiteError:
    """The error for patterns that match no case."""
    error = SuiteError(f"--only {' '.join(only)} matches no case of {plan.source.name}")
    error.exit_code = 4
    return error
