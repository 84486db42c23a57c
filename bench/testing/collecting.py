"""A suite's file in pytest: the tests that it becomes, and what its run leaves at the end."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from bench.errors import BenchError
from bench.report.formats import counted
from bench.run.check import Graphs
from bench.suite.planned import PlannedCase
from bench.testing.items import CaseItem, GateItem, SuiteItem, TimingItem
from bench.testing.suite_run import Options, SuiteRun
from bench.testing.telling import message_of, notes_on, shown
from bench.testing.timing import timings_of

# Where pytest's cache has what each suite times, for `--collect-only`, which builds nothing.
GRAPHS = "bench/graphs"


class SuiteFile(pytest.File):
    """A suite. Its tests are its cases, each followed by its timings, and at the end the gates.

    :param notes: what is not among the tests, and why
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.notes: list[str] = []
        self.suite: SuiteRun | None = None
        self.lines: list[str] = []

    def collect(self) -> Iterator[pytest.Item]:
        """The tests.

        :raises CollectError: for a mistake in the suite, as `bench validate` tells it
        """
        try:
            suite = SuiteRun(shown(self.path), _options(self.config))
            graphs = self._known(suite) if self.config.option.collectonly else self._checked(suite)
        except BenchError as error:
            raise self.CollectError(message_of(error)) from error
        self.suite = suite
        self.notes += notes_on(suite.plan)
        for case in suite.plan.cases:
            yield CaseItem.from_parent(self, name=case.id, suite=suite, case=case)
            timings = timings_of(graphs.get(case.id, {}), suite.plan.runtimes, suite.plan.suite.measure)
            yield from (TimingItem.of(self, suite, case, timing) for timing in timings)
        firsts: dict[str, PlannedCase] = {}
        for case in suite.plan.cases:
            firsts.setdefault(case.group, case)
        for case in firsts.values():
            for metric, gate in case.gates.items():
                name = f"gates[{case.group}-{metric}]"
                yield GateItem.from_parent(self, name=name, suite=suite, case=case, metric=metric, gate=gate)

    def choose(self, items: Iterable[pytest.Item]) -> None:
        """Take in which tests are left."""
        if self.suite is not None:
            own = [item for item in items if isinstance(item, SuiteItem) and item.parent is self]
            self.suite.choose({case for item in own for case in item.cases})

    def finish(self, interrupted: bool) -> None:
        """Write what has run; what was interrupted keeps what has ended, as it is on disk."""
        if self.suite is None or self.suite.run is None:
            return
        folder = self.suite.folder
        if interrupted:
            self.lines.append(f"interrupted; what has ended is in {folder}")
            return
        try:
            self.suite.finish()
            self.lines.append(f"report: {folder / 'report.html'}")
        except Exception as error:  # the tests have their verdicts; a report that fails takes none of them away
            self.lines.append(f"the run {folder} could not be finished: {type(error).__name__}: {error}")

    def told(self) -> list[str]:
        """What there is to say at the end."""
        warned = self.suite.progress.warnings if self.suite else []
        return [f"{self.name}: {line}" for line in [*warned, *self.lines]]

    def _checked(self, suite: SuiteRun) -> Graphs:
        """What each case exports, asked of its model in a worker, and kept for `--collect-only`."""
        graphs = suite.check()
        if (cache := _cache(self.config)) is not None:
            known = cache.get(GRAPHS, {})
            own = {_key(suite, case): graphs[case.id] for case in suite.plan.cases if case.id in graphs}
            cache.set(GRAPHS, {**known, self.nodeid: own})
        return graphs

    def _known(self, suite: SuiteRun) -> Graphs:
        """What is known of that from the last time, of cases that have not changed since."""
        cache = _cache(self.config)
        known = cache.get(GRAPHS, {}).get(self.nodeid, {}) if cache is not None else {}
        graphs = {case.id: known[key] for case in suite.plan.cases if (key := _key(suite, case)) in known}
        unknown = len(suite.plan.cases) - len(graphs)
        if unknown:
            self.notes.append(
                f"the timings of {counted(unknown, 'case')} are known once they have been collected for a run"
            )
        return graphs


def _cache(config: pytest.Config) -> pytest.Cache | None:
    """What pytest remembers; None with `-p no:cacheprovider`, where there is not even the attribute."""
    return getattr(config, "cache", None)


def _options(config: pytest.Config) -> Options:
    option = config.option
    return Options(option.bench_output, option.bench_data, tuple(option.bench_set))


def _key(suite: SuiteRun, case: PlannedCase) -> str:
    """What the graphs of a case, and which of them are timed at which lengths, depend on."""
    timed = (suite.plan.suite.measure.artifacts, suite.plan.suite.measure.lengths)
    content = [case.model.target, case.params, case.dataset.target, case.data_params, *timed]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
