"""Results -> the parts of them that tables and charts are about."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bench.lengths import usual_length
from bench.results import CaseResult, MeasurementResult, MetricResult, RunResult, in_brackets, name_in

OURS = "bench"


@dataclass(frozen=True)
class Configuration:
    """What is timed, without the seed: an artifact of a group of cases under a runtime and a load."""

    group: str
    artifact: str
    runtime: str
    device: str
    precision: str
    scenario: str = "single-stream"
    batch_size: int | None = None
    length: int | None = None

    @property
    def case(self) -> str:
        """The name of the artifact among all."""
        return labelled(self.group, self.artifact)

    @property
    def variant(self) -> str:
        """What executes it, and how: said is only what is not the usual."""
        usual = {"cpu", "fp32"}
        return " ".join([self.runtime, *(part for part in (self.device, self.precision) if part not in usual)])

    @property
    def load(self) -> str:
        """Scenario, batch size and the length of sequences, as far as there are any."""
        batch = "" if self.batch_size is None else f"batch {self.batch_size}"
        length = "" if self.length is None else f"length {self.length}"
        return ", ".join(filter(None, (self.scenario, f"{batch} {length}".strip())))


# Where the load finds its own batch size, that is an outcome and tells no configurations apart.
FREE_BATCH = ("server", "offline")

Timed = dict[Configuration, list[MeasurementResult]]


def timed(results: RunResult, *scenarios: str, instrument: str = OURS) -> Timed:
    """Configuration -> its measurements: one a seed, or in the server scenario one a seed and rate."""
    found: Timed = {}
    for case in results.cases:
        for m in case.measurements:
            if m.instrument == instrument and (not scenarios or m.scenario in scenarios):
                found.setdefault(configuration(case.group, m), []).append(m)
    return found


def configuration(group: str, m: MeasurementResult) -> Configuration:
    """What a measurement of a group is one of."""
    batch = None if m.scenario in FREE_BATCH else m.batch_size
    return Configuration(group, m.artifact, m.runtime, m.device, m.precision, m.scenario, batch, m.length)


def near_usual_length(results: RunResult, found: Timed) -> Timed:
    """Of configurations that differ in the length of sequences alone, that which is nearest to the usual length.

    Quality is scored at the usual one.
    """
    usual = {(case.group, one.name): usual_length(one.inputs) for case in results.cases for one in case.artifacts}

    def away(key: Configuration) -> int:
        return abs((key.length or 0) - (usual.get((key.group, key.artifact)) or 0))

    nearest: dict[Configuration, Configuration] = {}
    for key in found:
        alike = replace(key, length=None)
        nearest[alike] = min(nearest.get(alike, key), key, key=away)
    return {key: found[key] for key in nearest.values()}


def fed_with_tokens(results: RunResult) -> set[tuple[str, str]]:
    """The groups and artifacts whose sequences are of tokens, which are whole numbers; all others have steps."""
    return {
        (case.group, one.name)
        for case in results.cases
        for one in case.artifacts
        if any(spec.sequence is not None and spec.dtype.startswith("int") for spec in one.inputs)
    }


def by_variant(results: RunResult) -> Timed:
    """Configuration without a load -> all that we timed of it."""
    found: Timed = {}
    for key, ms in timed(results).items():
        found.setdefault(replace(key, scenario="", batch_size=None, length=None), []).extend(ms)
    return found


def seeds_of(results: RunResult, key: Configuration, instrument: str = OURS) -> list[list[MeasurementResult]]:
    """The measurements of a configuration, seed by seed."""
    each = (
        [m for m in case.measurements if m.instrument == instrument and configuration(case.group, m) == key]
        for case in groups(results).get(key.group, [])
    )
    return [ms for ms in each if ms]


def groups(results: RunResult) -> dict[str, list[CaseResult]]:
    """The cases that differ in their seed alone, by the name that they share."""
    found: dict[str, list[CaseResult]] = {}
    for case in results.cases:
        found.setdefault(case.group, []).append(case)
    return found


def contests(results: RunResult) -> Iterator[tuple[str, RunResult]]:
    """The results for each task on the same data, whose figures can be compared with each other and with no other's.

    Data are the same if their test parts ask for the same: digits of 8 and of 28 pixels a side have the same classes,
    but are not the same to reconstruct; two texts do not have the same characters. Each comes with what tells its data
    from others, such as ` on digits` or ` on text[file=a.txt]`; that is empty if there is but one.
    """
    found: dict[tuple[str, str], list[CaseResult]] = {}
    for cases in groups(results).values():
        for task in dict.fromkeys(one.task for case in cases for one in case.artifacts):
            if any(case.metrics for case in cases):
                found.setdefault((_asked(cases, task), task), []).extend(_for_task(case, task) for case in cases)
    # Tasks on the same data stand together, in the order in which the suite has the data.
    order = {asked: place for place, asked in enumerate(dict.fromkeys(asked for asked, _ in found))}
    keys = sorted(found, key=lambda key: order[key[0]])
    names = _told_apart([found[key][0] for key in keys])
    several = len({*names}) > 1
    for key, name in zip(keys, names, strict=True):
        yield f" on {name}" if several else "", replace(results, cases=found[key])


# Tasks whose answers are held against the test part's inputs.
OF_INPUTS = ("reconstruction", "generation")


def _asked(cases: list[CaseResult], task: str) -> str:
    """What the cases of a group are scored on: the dataset, and the part of its test that answers are held against.

    Where nobody can tell that, the dataset's parameters stand for it.
    """
    data = next((case.data for case in cases if case.data is not None), None)
    side = "test_inputs" if task in OF_INPUTS else "test_targets"
    asked = getattr(data, side) if data else ""
    return json.dumps([cases[0].dataset, asked or cases[0].data_params], sort_keys=True)


def _told_apart(cases: list[CaseResult]) -> list[str]:
    """The data of each case in words: its dataset, and of parameters those in which others of that dataset differ."""
    told = []
    for case in cases:
        others = [one.data_params for one in cases if one.dataset == case.dataset]
        apart = {key: value for key, value in case.data_params.items() if any(one.get(key) != value for one in others)}
        told.append(case.dataset + in_brackets(apart))
    return told


def _for_task(case: CaseResult, task: str) -> CaseResult:
    """A case with no more than what it has to say of its artifacts of a task."""
    names = {one.name for one in case.artifacts if one.task == task}
    return replace(
        case,
        artifacts=[one for one in case.artifacts if one.name in names],
        metrics=[one for one in case.metrics if one.artifact in names],
        measurements=[one for one in case.measurements if one.artifact in names],
    )


def all_metrics(results: RunResult) -> Iterator[MetricResult]:
    """Every figure of every case."""
    return (metric for case in results.cases for metric in case.metrics)


def leading_metric(results: RunResult) -> MetricResult | None:
    """The metric that stands for quality: of those of which more or less is better, the first that most groups have.

    Only cases that passed choose it, as only they are judged and can be the best, unless there is none.
    """
    first: dict[str, MetricResult] = {}
    owners: dict[str, set[str]] = {}
    for case in [case for case in results.cases if case.status == "passed"] or results.cases:
        for metric in case.metrics:
            if metric.higher_is_better is not None:
                first.setdefault(metric.name, metric)
                owners.setdefault(metric.name, set()).add(case.group)
    return max(first.values(), key=lambda metric: len(owners[metric.name]), default=None)


def precisions_of(results: RunResult) -> list[str]:
    """The precisions of the run's figures, in the order of its records."""
    scored = [metric.precision for metric in all_metrics(results)]
    return list(dict.fromkeys(scored + [m.precision for case in results.cases for m in case.measurements]))


def scored_by(results: RunResult, cases: Iterable[CaseResult], artifact: str, precision: str) -> str:
    """The runtime whose figures stand for an artifact's quality: the first that the suite names and that has some."""
    names: list[str] = [spec["name"] for spec in results.suite["measure"]["runtimes"]]
    there = {m.runtime for case in cases for m in case.metrics if (m.artifact, m.precision) == (artifact, precision)}
    return next((name for name in names if name in there), names[0])


def metrics_of(
    cases: Iterable[CaseResult], name: str, artifact: str, runtime: str, precision: str
) -> list[MetricResult]:
    """A metric of an artifact at a precision, for each seed."""
    wanted = (name, artifact, runtime, precision)
    return [m for case in cases for m in case.metrics if (m.name, m.artifact, m.runtime, m.precision) == wanted]


def feature_case(results: RunResult) -> CaseResult | None:
    """The case whose net gave the features by which generators were compared, if the suite names one that is there."""
    return next((case for case in results.cases if name_in(case.group) == results.suite.get("features")), None)


def labelled(group: str, artifact: str) -> str:
    """The name of an artifact; the only one of a model goes by the model's."""
    return group if artifact == "forward" else f"{group} {artifact}"
