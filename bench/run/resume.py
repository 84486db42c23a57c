"""What an earlier run of the same suite has left that need not be done again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.errors import RunError
from bench.lengths import timed_lengths
from bench.results import STAGES, ArtifactResult, CaseResult, GateResult, RunResult
from bench.stages.files import sha256
from bench.store.folder import read_results
from bench.suite.plan import Plan
from bench.suite.planned import PlannedCase
from bench.suite.schema import Measure


@dataclass(frozen=True)
class Earlier:
    """An earlier run, to go on with.

    :param begun: planned cases with what is left of them: training, or training and export. Evaluation and timing are
        always done again: they depend on what the suite asks for now, and figures are comparable only if they were
        timed in turn with each other.
    :param others: cases that the plan does not ask for, as they were, with their gates
    :param started: when it began
    :param seconds: how long it took
    """

    begun: dict[str, CaseResult] = field(default_factory=dict)
    others: list[CaseResult] = field(default_factory=list)
    gates: list[GateResult] = field(default_factory=list)
    started: str = ""
    seconds: float = 0.0

    @property
    def next_turn(self) -> int:
        """The place of the next timing process in the order of all."""
        measured = [m for case in self.others for m in case.measurements]
        return 1 + max((one.turn for m in measured for one in m.by_process), default=-1)


def earlier_run(plan: Plan, run: Path, environment: dict[str, Any]) -> Earlier:
    """Read an earlier run.

    :raises RunError: if it cannot be read, is of another suite, or other software made it
    """
    results, folder = read_results(run)
    if results.suite.get("name") != plan.suite.name:
        raise RunError(f"{run}: this is a run of {results.suite.get('name')!r}, not of {plan.suite.name!r}")
    for part in ("python", "packages", "plugins"):
        if results.environment.get(part) != environment[part]:
            raise RunError(f"{run}: other {part} made this run", "begin a new one, without --resume")
    planned = {case.id: case for case in plan.cases}
    same = [case for case in results.cases if _is_same(case, planned.get(case.id))]
    cuts = [cut for case in same if (cut := _cut(case, folder, plan.suite.measure))]
    begun = {cut.id: _as_planned(cut, planned[cut.id]) for cut in cuts}
    others = [case for case in results.cases if case.id not in planned]
    _refuse_to_part_rivals(run, results, {(case.group, case.seed) for case in plan.cases})
    if others and not _has_same_features(plan, results, begun):
        raise RunError(f"{run}: other features made the figures of {others[0].id}", "begin a new one, without --resume")
    gates = [gate for gate in results.gates if gate.group in {case.group for case in others}]
    return Earlier(begun, others, gates, results.started, results.seconds)


def _refuse_to_part_rivals(run: Path, results: RunResult, again: Collection[tuple[str, int]]) -> None:
    """:raises RunError: if of two cases that are compared, by group and seed, only one would be timed again."""
    known = {(case.group, case.seed): case for case in results.cases}
    for own, case in known.items():
        rival = known.get((case.against, case.seed))
        if rival is not None and (own in again) != ((rival.group, rival.seed) in again):
            pair = f"{case.id} is compared with {rival.id}"
            raise RunError(f"{run}: {pair}, and only one of them would be timed again", "let --only choose both")


def _has_same_features(plan: Plan, results: RunResult, begun: Mapping[str, CaseResult]) -> bool:
    """Whether the net whose features the figures of an earlier run rest on, if any, is there and still the one."""
    is_there = plan.features is None or plan.features.id in begun
    return is_there and results.suite.get("features") == plan.suite.features


def _is_same(case: CaseResult, planned: PlannedCase | None) -> bool:
    """Whether the plan asks for the case just as it was run."""
    if planned is None:
        return False
    train, had = planned.train.model_dump(), dict(case.train)
    wanted, kept = (settings.pop("snapshots", 0) for settings in (train, had))
    asked = (planned.folder, planned.params, planned.data_params, train, planned.seed)
    return (
        (case.folder, case.params, case.data_params, had, case.seed) == asked
        and (case.model, case.dataset) == (planned.model.name, planned.dataset.name)
        and wanted in {0, kept}
    )


def _as_planned(case: CaseResult, planned: PlannedCase) -> CaseResult:
    """The case with what the plan says of it now and its training does not depend on."""
    return replace(case, against=planned.against, tolerated=planned.tolerated)


def _cut(case: CaseResult, folder: Path, measure: Measure) -> CaseResult | None:
    """The case as it was after the last stage whose files are those that its record names; None if there is none.

    :param measure: what the suite asks for now; graphs of other precisions are made anew, and so are all if one has
        failed, or if nobody knows what they compute at a length. What is unsuitable for a precision stays so.
    """
    if case.training is None:
        return None
    weights = {case.training.checkpoint: case.training.checkpoint_sha256}
    weights |= {one.path: one.sha256 for one in case.training.snapshots}
    if not all(_is_file(folder / path, expected) for path, expected in weights.items()):
        return None
    noted = [failure for failure in case.failures if failure.stage == "export"]
    exported = (
        not any(failure.fatal for failure in noted)
        and {graph.precision for graph in case.artifacts} | {one.precision for one in noted} == set(measure.precisions)
        and all(_is_counted(graph, measure) for graph in case.artifacts)
        and all(_is_file(folder / graph.path, graph.sha256) for graph in case.artifacts)
    )
    kept = STAGES[:2] if exported else STAGES[:1]
    return replace(
        case,
        status="passed",
        error=None,
        stages={name: case.stages[name] for name in kept if name in case.stages},
        artifacts=case.artifacts if exported else [],
        parity=[],
        metrics=[],
        pictures=[],
        courses=[],
        measurements=[],
        failures=noted if exported else [],
    )


def _is_counted(graph: ArtifactResult, measure: Measure) -> bool:
    """Whether it is known what a graph computes at each length at which it will be timed."""
    asked = measure.lengths if measure.artifacts is None or graph.name in measure.artifacts else None
    return {*timed_lengths(graph.inputs, asked or ())} <= {None, *graph.macs_at}


def _is_file(path: Path, expected: str) -> bool:
    return path.is_file() and sha256(path) == expected
