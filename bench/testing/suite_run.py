"""A suite that runs under pytest: case by case, as tests ask for them, into a run directory as `bench run` has it."""

import os
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.catalog import Catalog
from bench.data import use_data_root
from bench.errors import BenchError
from bench.manager import load_plugins
from bench.results import CaseResult, GateResult
from bench.run.cases import without_features
from bench.run.check import Graphs, check_plan
from bench.run.gates import judge
from bench.run.loop import Run, begin
from bench.run.measuring import Configuration, configurations_of
from bench.run.progress import Progress
from bench.run.requests import case_requests
from bench.run.workers import Workers
from bench.stages.request import CaseRequest
from bench.suite.gates import RATIOS
from bench.suite.load import load_suite
from bench.suite.plan import make_plan, plan_of
from bench.suite.planned import PlannedCase


@dataclass(frozen=True)
class Options:
    """What the command line says of every suite.

    :param output: the folder that gets `<suite>/<run id>`
    :param data: the folder of the datasets' files; None for the usual one
    :param overrides: `key=value` each
    """

    output: Path
    data: Path | None = None
    overrides: tuple[str, ...] = ()


class Notes(Progress):
    """Keeps what a run warns of, for the end of pytest's output."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warned(self, text: str) -> None:
        """Keep it."""
        self.warnings.append(text)


class SuiteRun:
    """A suite and what is known of its cases. Each runs once, when the first test needs it.

    `told` has those whose failure a test has told of; `failure` is why nothing can run, once that has been tried, and
    `is_failure_told` whether a test has told it.

    :raises SuiteError: for a mistake in the suite
    """

    def __init__(self, file: Path, options: Options) -> None:
        self.options, self.progress = options, Notes()
        self.catalog = Catalog(load_plugins())
        broken = (f"plugin {name} is broken; `bench plugins` says why" for name in self.catalog.plugins.broken)
        self.progress.warnings += [*map(str, self.catalog.clashes), *broken]
        self.plan = make_plan(*load_suite(file, options.overrides), self.catalog)
        self.gates: list[GateResult] = []
        self.told: set[str] = set()
        self.run: Run | None = None
        self.failure: BenchError | None = None
        self.is_failure_told = False
        self._requests: dict[str, CaseRequest] = {}

    def check(self) -> Graphs:
        """Build every case in a worker, as `bench validate` does; what is to be timed of each.

        :raises SuiteError: for what cannot work
        """
        with _kept_environment():
            use_data_root(self.options.data)
            requests = case_requests(self.plan, self.catalog, Path(), 1)
            return check_plan(self.plan, requests, Workers(), fetch=False)

    def choose(self, cases: Collection[str]) -> None:
        """Leave out all other cases; but that whose net gives features, if one does."""
        self.plan = plan_of(self.plan, cases)

    def case(self, identifier: str) -> CaseResult:
        """Train, export and evaluate a case, unless that has been done.

        :raises BenchError: if nothing can run
        """
        run = self._begun()
        features = self.plan.features
        if features is not None and features.id != identifier:
            self.case(features.id)
        if identifier not in run.results:
            run.carry_out([self._request(identifier, run)])
        return run.results[identifier]

    def line_of(self, case: PlannedCase) -> int | None:
        """The line, from 0 on, at which the suite asks for a case."""
        _, _, line = self.plan.source.place(case.origin).rpartition(":")
        return int(line) - 1 if line.isdigit() else None

    def configurations(self, identifier: str) -> Iterator[Configuration]:
        """What of a case can be timed; it has run."""
        result = self._begun().results[identifier]
        return configurations_of(self._requests[identifier], result, self.plan.suite.measure)

    def judged(self, group: str, name: str) -> list[str]:
        """The cases that a gate of a group is judged on: its own, and for a ratio those that it is compared with."""
        rivals = {case.against for case in self.plan.cases if case.group == group and name in RATIOS}
        return [case.id for case in self.plan.cases if case.group == group or case.group in rivals]

    def gate(self, group: str, name: str) -> list[GateResult]:
        """Judge a gate of a group of cases, all of which run if they have not.

        :raises BenchError: if nothing can run
        """
        results = [self.case(identifier) for identifier in self.judged(group, name)]
        alone = [replace(case, gates={name: case.gates[name]}) for case in self.plan.cases if case.group == group]
        verdicts = judge(replace(self.plan, cases=alone), results)
        self.gates += verdicts
        return verdicts

    def finish(self) -> None:
        """Write the results and reports of what has run."""
        if self.run is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a library's, while it draws: no concern of the user's tests
                self.run.finish(self.gates)

    @property
    def folder(self) -> Path:
        """The run directory; a case has run."""
        assert self.run is not None
        return self.run.folder

    def _begun(self) -> Run:
        """The run, begun if it has not.

        :raises BenchError: if it cannot
        """
        if self.failure is not None:
            raise self.failure
        if self.run is None:
            try:
                with _kept_environment():
                    use_data_root(self.options.data)
                    run = begin(self.plan, self.catalog, self.options.output, jobs=1, progress=self.progress)
            except BenchError as error:
                self.failure = error
                raise
            self._requests = {request.id: request for request in run.start()}
            self.run = run
        return self.run

    def _request(self, identifier: str, run: Run) -> CaseRequest:
        request, features = self._requests[identifier], self.plan.features
        if features is not None and features.id in run.results and features.id != identifier:
            failure = run.results[features.id].downfall
            return without_features(request, failure) if failure else request
        return request


@contextmanager
def _kept_environment() -> Iterator[None]:
    """Leave the environment as it was: what bench sets for its workers, tests of others do not need."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
