"""Finds, before anything runs, what cannot work."""

import tempfile
from pathlib import Path

from bench.errors import BenchError, SuiteError
from bench.run import targets
from bench.run.workers import Workers
from bench.stages.request import CaseRequest, Checked, Problem
from bench.suite.plan import Plan
from bench.suite.source import Location

# Case identifier -> the artifacts that are to be timed, each with the lengths of its sequences; None without any.
Graphs = dict[str, dict[str, tuple[int | None, ...]]]


def check_plan(plan: Plan, requests: list[CaseRequest], workers: Workers, fetch: bool) -> Graphs:
    """Build every case in a worker, without training it.

    :param fetch: also let every dataset fetch its files
    :returns: what is to be timed of each
    :raises SuiteError: with a line for every mistake
    """
    if not requests:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "check.log")
        worker = workers.start(targets.check, requests, fetch, str(log))
        try:
            checked: Checked = worker.events.recv()
            worker.let_end()
        except EOFError as error:
            printed = log.read_text(errors="replace").strip() if log.exists() else ""
            hint = printed.splitlines()[-1] if printed else ""
            raise BenchError(f"the check of the suite failed: {worker.death()}", hint) from error
        finally:
            worker.stop()
    if checked.problems:
        origins = {case.id: case.origin for case in plan.cases}
        raise SuiteError("\n".join({_line(plan, problem, origins): None for problem in checked.problems}))
    return checked.graphs


def _line(plan: Plan, problem: Problem, origins: dict[str, Location]) -> str:
    """A problem as a line for the user: of its keys, the last that stands in the suite is where it is."""
    origin = origins.get(problem.case, ())
    location: Location = (*origin, *problem.path)
    in_matrix: Location = (*origin, "matrix", *problem.path[1:])
    if problem.path[:1] == ("params",) and in_matrix in plan.source.places:
        location = in_matrix
    case = next((case for case in plan.cases if case.id == problem.case), None)
    about = f"{case.model.name} on {case.dataset.name}: " if case else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{plan.source.place(location)}: {about}{problem.message}{hint}"
