"""One run, in order: check, cases, timing, gates, reports."""

import shlex
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.catalog import Catalog
from bench.errors import RunError
from bench.report.write import write_reports
from bench.results import CaseResult, GateResult, RunResult, Status
from bench.roofline import Calibration
from bench.run.cases import run_cases
from bench.run.check import check_plan
from bench.run.estimate import guessed_timing_seconds
from bench.run.gates import judge
from bench.run.latencies import with_latencies
from bench.run.measuring import measure_cases
from bench.run.progress import Progress
from bench.run.requests import case_requests, default_jobs, timing_processes
from bench.run.resume import Earlier, earlier_run
from bench.run.workers import Workers
from bench.stages.request import CaseRequest
from bench.store.calibration import fitting_calibrations
from bench.store.environment import environment
from bench.store.folder import new_folder, write_results
from bench.store.history import History
from bench.suite.plan import Plan
from bench.timing.host_lock import check_host_lock

PASSED, GATE_MISSED, CASES_FAILED = 0, 1, 3


def begin(
    plan: Plan,
    catalog: Catalog,
    output: Path,
    jobs: int | None = None,
    resume: Path | None = None,
    progress: Progress | None = None,
) -> "Run":
    """Check that everything can work, and make the run's directory.

    :param plan: what to do
    :param catalog: the plugins
    :param output: the folder that gets `<suite>/<run id>`
    :param jobs: cases side by side; None for one a core
    :param resume: an earlier run's directory to go on in, instead of a new one
    :raises SuiteError: if something cannot work
    :raises BenchError: if the host's lock could not be had for the timing
    :raises RunError: if the earlier run cannot be gone on with, or the directory cannot be made
    """
    check_host_lock()
    workers, jobs = Workers(), jobs or default_jobs(len(plan.cases))
    progress, measure = progress or Progress(), plan.suite.measure
    check_plan(plan, case_requests(plan, catalog, Path(), jobs), workers, fetch=True)
    found = {**environment(catalog.plugins), "jobs": jobs}
    calibrations = fitting_calibrations(catalog, found, measure.device, measure.threads, progress.warned)
    found["calibration"] = [asdict(one) for one in calibrations]
    earlier = earlier_run(plan, resume, found) if resume else Earlier()
    folder = resume.resolve() if resume else new_folder(output, plan.suite.name)
    return Run(plan, catalog, workers, folder, output, jobs, found, calibrations, earlier, progress)


@dataclass
class Run:
    """A run under way. Its results are on disk, whole, from the start and after every case.

    :param folder: the run directory
    :param output: the folder of all runs, which has their history
    :param calibrations: of this machine, as `bench calibrate` has measured it
    :param earlier: what is there already
    :param results: what is known of each case that has ended, by its identifier
    """

    plan: Plan
    catalog: Catalog
    workers: Workers
    folder: Path
    output: Path
    jobs: int
    environment: dict[str, Any]
    calibrations: list[Calibration]
    earlier: Earlier
    progress: Progress
    results: dict[str, CaseResult] = field(default_factory=dict)
    began: float = field(default_factory=time.time)

    def execute(self) -> RunResult:
        """Run everything; a case that fails is a result."""
        requests = self.start()
        self.carry_out(requests)
        pairs = [(request, self.results[request.id]) for request in requests]
        self.results = measure_cases(
            pairs, self.plan.suite, self.calibrations, self.workers, self.progress, self.earlier.next_turn
        )
        return self.finish([*judge(self.plan, list(self.results.values())), *self.earlier.gates])

    def start(self) -> list[CaseRequest]:
        """Write down and tell that the run has begun; what there is to do, in order."""
        requests = case_requests(self.plan, self.catalog, self.folder, self.jobs, self.earlier.begun)
        self._tell_start([request.id for request in requests])
        return requests

    def carry_out(self, requests: list[CaseRequest]) -> None:
        """Train, export and evaluate some of the cases; what is known of them is then among the results."""
        planned, silence_s = {case.id: case for case in self.plan.cases}, self.plan.suite.silence_s
        requests = with_latencies(requests, self.workers, silence_s, self.progress)
        begun = self.earlier.begun
        run_cases(requests, begun, planned, self.workers, self.jobs, silence_s, self.progress, self._keep)

    def finish(self, gates: list[GateResult]) -> RunResult:
        """Write everything that the run has found, its reports too, and tell that it has ended.

        :param gates: as they were judged
        """
        cases = [*self.results.values(), *self.earlier.others]
        passed = all(case.status == "passed" for case in cases) and all(gate.passed for gate in gates)
        results = self._record("passed" if passed else "failed", gates)
        write_results(results, self.folder)
        self._remember(results)
        write_reports(results, self.folder, self.catalog)
        self._notify("bench_run_finished", results=results, folder=str(self.folder))
        return results

    def _tell_start(self, cases: list[str]) -> None:
        write_results(self._record("running", []), self.folder)
        timing_s = guessed_timing_seconds(timing_processes(self.plan), self.plan.suite.measure)
        groups = {case.id: case.group for case in self.plan.cases}
        self.progress.started(str(self.folder), groups, self.jobs, timing_s)
        self._notify("bench_run_started", folder=str(self.folder), cases=cases)

    def _keep(self, case: CaseResult) -> None:
        """Take in a case that has ended, and write all that is known."""
        self.results[case.id] = case
        write_results(self._record("running", []), self.folder)
        self._notify("bench_case_finished", case=case, folder=str(self.folder))

    def _remember(self, results: RunResult) -> None:
        """Take the run into the history; one that is resumed elsewhere is of no folder that has one."""
        if self.folder.is_relative_to(self.output.resolve()):
            try:
                History(self.output, make=True).record(results, self.folder)
            except RunError as error:
                rebuild = shlex.join(["bench", "history", "rebuild", "--reports", str(self.output)])
                self.progress.warned(f"the history does not have this run: {error}; `{rebuild}` takes it in")

    def _record(self, status: Status, gates: list[GateResult]) -> RunResult:
        """All that is known: of a case that has not ended, what an earlier run has left."""
        known = {**self.earlier.begun, **self.results}
        planned = [known[case.id] for case in self.plan.cases if case.id in known]
        started = datetime.fromtimestamp(self.began, UTC).isoformat(timespec="seconds")
        return RunResult(
            run_id=self.folder.name,
            suite={"file": self.plan.source.name, **self.plan.suite.model_dump()},
            environment=self.environment,
            status=status,
            started=self.earlier.started or started,
            seconds=round(self.earlier.seconds + time.time() - self.began, 3),
            cases=[*planned, *self.earlier.others],
            gates=gates,
        )

    def _notify(self, hook: str, **arguments: Any) -> None:
        self.catalog.plugins.notify(hook, **arguments)


def exit_code(results: RunResult) -> int:
    """What the run says to the shell: cases that failed weigh more than gates that were missed."""
    if any(case.status == "failed" for case in results.cases):
        return CASES_FAILED
    return PASSED if all(gate.passed for gate in results.gates) else GATE_MISSED
