"""What an earlier run of the same suite has left that need not be done again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.errors import RunError
from bench.results import CaseResult
from bench.stages.files import sha256
from bench.store.folder import read_results
from bench.suite.plan import Plan, PlannedCase


def kept_cases(plan: Plan, run: Path, environment: dict[str, Any]) -> dict[str, CaseResult]:
    """The cases of `run` that passed, are asked for by `plan` just so, and whose files are unchanged.

    Their measurements are not kept: configurations are comparable only if they were timed in turn with each other.

    :raises RunError: if the run cannot be read, or other software made it
    """
    results, folder = read_results(run)
    for part in ("python", "packages", "plugins"):
        if results.environment.get(part) != environment[part]:
            raise RunError(f"{run}: other {part} made this run", "begin a new one, without --resume")
    planned = {case.id: case for case in plan.cases}
    return {
        case.id: replace(case, measurements=[])
        for case in results.cases
        if case.status == "passed" and _is_same(case, planned.get(case.id)) and _is_whole(case, folder)
    }


def _is_same(case: CaseResult, planned: PlannedCase | None) -> bool:
    """Whether the plan asks for the case just as it was run."""
    if planned is None:
        return False
    asked = (planned.folder, planned.params, planned.data_params, planned.train.model_dump(), planned.seed)
    names = (planned.model.name, planned.dataset.name)
    return (case.folder, case.params, case.data_params, case.train, case.seed) == asked and (
        (case.model, case.dataset) == names
    )


def _is_whole(case: CaseResult, folder: Path) -> bool:
    """Whether its graphs and weights are those that its record names."""
    files = {artifact.path: artifact.sha256 for artifact in case.artifacts}
    if case.training is not None:
        files[case.training.checkpoint] = case.training.checkpoint_sha256
    return bool(files) and all((folder / path).is_file() and sha256(folder / path) == h for path, h in files.items())
