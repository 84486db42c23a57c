"""One run, in order: check, cases, timing, gates, reports."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.catalog import Catalog
from bench.report import write_reports
from bench.results import CaseResult, GateResult, RunResult, Status
from bench.run.cases import run_cases
from bench.run.check import check_plan
from bench.run.gates import judge
from bench.run.measuring import measure_cases
from bench.run.progress import Progress
from bench.run.requests import case_requests, default_jobs, timing_seconds
from bench.run.resume import kept_cases
from bench.run.workers import Workers
from bench.store.environment import environment
from bench.store.folder import new_folder, write_results
from bench.suite.plan import Plan

PASSED, GATE_MISSED, CASES_FAILED = 0, 1, 3


@dataclass
class Run:
    """A run under way. Its results are on disk, whole, after every case.

    :param plan: what to do
    :param catalog: the plugins
    :param output: the folder that gets `<suite>/<run id>`
    :param jobs: cases side by side; None for one a core
    :param resume: an earlier run's directory to go on in, instead of a new one
    """

    plan: Plan
    catalog: Catalog
    workers: Workers
    output: Path
    jobs: int | None
    progress: Progress
    resume: Path | None = None

    def execute(self) -> tuple[RunResult, Path]:
        """Run everything; a case that fails is a result.

        :raises SuiteError: before anything runs, if something cannot work
        """
        jobs = self.jobs or default_jobs(len(self.plan.cases))
        check_plan(self.plan, case_requests(self.plan, self.catalog, Path(), jobs), self.workers, fetch=True)
        self.started = time.time()
        self.environment = {**environment(self.catalog.plugins), "jobs": jobs}
        self.results: dict[str, CaseResult] = {}
        if self.resume is None:
            self.folder = new_folder(self.output, self.plan.suite.name)
        else:
            self.results = kept_cases(self.plan, self.resume, self.environment)
            self.folder = self.resume.resolve()
        requests = case_requests(self.plan, self.catalog, self.folder, jobs)
        identifiers = [request.id for request in requests]
        self.progress.started(str(self.folder), identifiers, timing_seconds(self.plan))
        self._notify("bench_run_started", folder=str(self.folder), cases=identifiers)
        for kept in self.results.values():
            self.progress.finished(kept)
        groups = {case.id: case.group for case in self.plan.cases}
        suite = self.plan.suite
        missing = [request for request in requests if request.id not in self.results]
        run_cases(missing, groups, self.workers, jobs, suite.silence_s, self.progress, self._keep)
        pairs = [(request, self.results[request.id]) for request in requests]
        self.results = measure_cases(pairs, suite.measure, self.workers, suite.seeds[0], self.progress)
        return self._finish(), self.folder

    def _keep(self, case: CaseResult) -> None:
        """Take in a case that has ended, and write all that is known."""
        self.results[case.id] = case
        write_results(self._record("running", []), self.folder)
        self._notify("bench_case_finished", case=case, folder=str(self.folder))

    def _finish(self) -> RunResult:
        gates = judge(self.plan, list(self.results.values()))
        passed = all(case.status == "passed" for case in self.results.values()) and all(g.passed for g in gates)
        results = self._record("passed" if passed else "failed", gates)
        write_results(results, self.folder)
        write_reports(results, self.folder, self.catalog)
        self._notify("bench_run_finished", results=results, folder=str(self.folder))
        return results

    def _record(self, status: Status, gates: list[GateResult]) -> RunResult:
        order = [case.id for case in self.plan.cases if case.id in self.results]
        return RunResult(
            run_id=self.folder.name,
            suite={"file": self.plan.source.name, **self.plan.suite.model_dump()},
            environment=self.environment,
            status=status,
            started=datetime.fromtimestamp(self.started, UTC).isoformat(timespec="seconds"),
            seconds=round(time.time() - self.started, 3),
            cases=[self.results[identifier] for identifier in order],
            gates=gates,
        )

    def _notify(self, hook: str, **arguments: Any) -> None:
        self.catalog.plugins.notify(hook, **arguments)


def exit_code(results: RunResult) -> int:
    """What the run says to the shell: cases that failed weigh more than gates that were missed."""
    if any(case.status == "failed" for case in results.cases):
        return CASES_FAILED
    return PASSED if all(gate.passed for gate in results.gates) else GATE_MISSED
