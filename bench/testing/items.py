"""The tests that a suite becomes: a case, the timings of its graphs, and gates."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import pytest

from bench.errors import BenchError
from bench.parity import Disagreement
from bench.records import Session
from bench.report.tables.verdicts import log_name
from bench.results import UNSUITABLE, CaseResult, Failure, GateResult
from bench.run.check import Graphs
from bench.run.measuring import Configuration, timing_request
from bench.suite.gates import AT_LENGTHS
from bench.suite.planned import PlannedCase
from bench.suite.schema import Gate
from bench.testing.suite_run import Options, SuiteRun
from bench.testing.timing import SCENARIO, Timing, time_graph, timings_of
from bench.timing.request import TimingRequest

# Where pytest's cache has what each suite times, for `--collect-only`, which builds nothing.
GRAPHS = "bench/graphs"

# What pytest-benchmark complains of where there is nothing to time; the test itself says why.
UNUSED = "Benchmark fixture was not used at all"

NO_TIMER = "timing needs pytest-benchmark: pip install pytest-benchmark"
NOT_JUDGED = "a timing; pytest-benchmark compares them: --benchmark-compare --benchmark-compare-fail=mean:5%"
NOT_BEGUN = "the run could not begin; the first of these tests says why"
COMPARED = "max_regression holds a run against another: `bench compare` judges it"


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
            suite = SuiteRun(_shown(self.path), _options(self.config))
            graphs = self._known(suite) if self.config.option.collectonly else self._checked(suite)
        except BenchError as error:
            raise self.CollectError(str(error)) from error
        self.suite = suite
        self._note(suite)
        for case in suite.plan.cases:
            yield CaseItem.from_parent(self, name=case.id, case=case)
            timings = timings_of(graphs.get(case.id, {}), suite.plan.runtimes, suite.plan.suite.measure)
            yield from (TimingItem.of(self, case, timing) for timing in timings)
        firsts: dict[str, PlannedCase] = {}
        for case in suite.plan.cases:
            firsts.setdefault(case.group, case)
        for case in firsts.values():
            for name, gate in case.gates.items():
                yield GateItem.from_parent(self, name=f"gates[{case.group}-{name}]", case=case, metric=name, gate=gate)

    @property
    def run(self) -> SuiteRun:
        """The suite; it has been collected."""
        assert self.suite is not None
        return self.suite

    def choose(self, items: Iterable[pytest.Item]) -> None:
        """Take in which tests are left."""
        if self.suite is not None:
            own = [item for item in items if isinstance(item, CaseItem | TimingItem | GateItem) and item.parent is self]
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

    def waiting(self) -> None:
        """Say at once that another run is measuring on this host, which may take as long as it likes."""
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        capture = self.config.pluginmanager.get_plugin("capturemanager")
        if reporter is not None:
            with capture.global_and_fixture_disabled() if capture else nullcontext():
                reporter.write_line("bench: another run is measuring on this host; waiting for it")

    def line_of(self, case: PlannedCase) -> int | None:
        """The line, from 0 on, at which the suite asks for a case."""
        _, _, line = self.run.plan.source.place(case.origin).rpartition(":")
        return int(line) - 1 if line.isdigit() else None

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
            self.notes.append(f"the timings of {unknown} cases are known once they have been collected for a run")
        return graphs

    def _note(self, suite: SuiteRun) -> None:
        with_torch = [runtime.name for runtime in suite.plan.runtimes if runtime.info.needs_torch]
        if with_torch:
            self.notes.append(f"{', '.join(with_torch)} would bring torch into pytest's process: `bench run` times it")
        if SCENARIO not in suite.plan.suite.measure.scenarios:
            self.notes.append(f"nothing is timed: {SCENARIO} is not among measure.scenarios")


class CaseItem(pytest.Item):
    """A case: trained, exported and evaluated in bench's own worker."""

    def __init__(self, *, case: PlannedCase, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.case = case
        self.cases = (case.id,)

    def runtest(self) -> None:
        """Run the case, unless another test has needed it already."""
        run = _file(self).run
        with in_words(run):
            result = run.case(self.case.id)
        if result.status == "failed":
            _tell(run, result)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The entry of the suite that asks for the case."""
        return self.path, _file(self).line_of(self.case), self.name


class TimingItem(pytest.Function):
    """One graph of a case under one runtime and load, timed by pytest-benchmark's `benchmark`."""

    case: PlannedCase
    timing: Timing
    cases: tuple[str, ...]

    @classmethod
    def of(cls, parent: SuiteFile, case: PlannedCase, timing: Timing) -> "TimingItem":
        """The test of a timing; one that says what is missing where there is no pytest-benchmark."""
        has_timer = parent.config.pluginmanager.hasplugin("benchmark")

        def timed(benchmark: Any) -> None:
            with in_words(parent.run):
                _time(parent, case, timing, benchmark)

        def untimed() -> None:
            raise AssertionError(NO_TIMER)  # it is marked to be skipped

        item: TimingItem = cls.from_parent(
            parent, name=f"{case.id}[{timing.name}]", callobj=timed if has_timer else untimed
        )
        item.case, item.timing, item.cases = case, timing, (case.id,) if has_timer else ()
        item.add_marker(pytest.mark.filterwarnings(f"ignore:{UNUSED}"))
        if not has_timer:
            item.add_marker(pytest.mark.skip(reason=NO_TIMER))
        return item

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The entry of the suite that asks for the case."""
        return self.path, _file(self).line_of(self.case), self.name


class GateItem(pytest.Item):
    """A gate of a group of cases, on the mean over their seeds. Those on timings, or on another run, others judge."""

    def __init__(self, *, case: PlannedCase, metric: str, gate: Gate, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.case, self.metric = case, metric
        why_not = NOT_JUDGED if metric in AT_LENGTHS else "" if gate.is_absolute else COMPARED
        self.cases = () if why_not else tuple(_file(self).run.judged(case.group, metric))
        if why_not:
            self.add_marker(pytest.mark.skip(reason=why_not))

    def runtest(self) -> None:
        """Run the group's cases that have not run, and hold their mean against the bound."""
        with in_words(_file(self).run):
            missed = [verdict for verdict in _file(self).run.gate(self.case.group, self.metric) if not verdict.passed]
        if missed:
            pytest.fail("\n".join(map(_missed, missed)), pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The entry of the suite that asks for the cases."""
        return self.path, _file(self).line_of(self.case), self.name


@contextmanager
def in_words(run: SuiteRun) -> Iterator[None]:
    """Turn an expected error into a failed test without a traceback; where nothing can run, into one for all tests."""
    try:
        yield
    except (BenchError, Disagreement) as error:
        if error is run.failure and run.is_failure_told:
            pytest.skip(NOT_BEGUN)
        run.is_failure_told = error is run.failure
        raise pytest.fail.Exception(str(error), pytrace=False) from None  # what led to it is in the message


def _time(file: SuiteFile, case: PlannedCase, timing: Timing, benchmark: Any) -> None:
    """Time a graph, or skip it: why there is none has been told where its case failed."""
    run = file.run
    result = run.case(case.id)
    configuration = _configuration(run, result, timing)
    if configuration is None:
        _leave_out(run, result, timing)
        return
    benchmark.group = f"{run.plan.suite.name}: {timing.artifact}, batch {timing.batch_size}"
    benchmark.group += "" if timing.length is None else f", length {timing.length}"
    request = timing_request(configuration, run.plan.suite, 0, [timing.load])
    try:
        session = time_graph(request, benchmark, file.waiting)
    except (BenchError, Disagreement):
        raise
    except Exception as error:  # the runtime's own
        raise BenchError(f"{configuration.name}: {type(error).__name__}: {error}") from error
    benchmark.extra_info.update(_proof(run, case, timing, request, session))


def _proof(
    run: SuiteRun, case: PlannedCase, timing: Timing, request: TimingRequest, session: Session
) -> dict[str, Any]:
    """What links a timing to the graph, its metrics, what executed it, and the run."""
    result = run.case(case.id)
    (graph,) = [one for one in result.artifacts if (one.name, one.precision) == (timing.artifact, timing.precision)]
    metrics = [m for m in result.metrics if (m.artifact, m.precision) == (timing.artifact, timing.precision)]
    return dict(
        suite=run.plan.suite.name,
        case=case.id,
        dataset=case.dataset.name,
        **asdict(timing),
        task=graph.task,
        sha256=graph.sha256,
        provider=session.provider,
        provider_share=session.provider_share,
        device=request.device,
        threads=request.threads,
        cores=list(request.cores),
        metrics={metric.name: metric.value for metric in metrics if metric.runtime == timing.runtime},
        run=str(run.folder),
    )


def _configuration(run: SuiteRun, result: CaseResult, timing: Timing) -> Configuration | None:
    """What is timed; None if the graph is not there, or not to be trusted."""
    wanted = (timing.artifact, timing.precision, timing.runtime)
    found = run.configurations(result.id)
    return next((c for c in found if (c.artifact.name, c.artifact.precision, c.runtime.name) == wanted), None)


def _leave_out(run: SuiteRun, result: CaseResult, timing: Timing) -> None:
    """Skip a timing and say why; it fails if the case has failed, and no test has told that yet."""
    against = [one for one in result.failures if _concerns(one, timing)]
    unsuitable = [one.message for one in against if one.kind == UNSUITABLE]
    if unsuitable:
        pytest.skip(unsuitable[0])
    if result.status == "passed":
        pytest.skip(f"{result.id} has no graph {timing.artifact} at {timing.precision}")
    if result.id in run.told:
        pytest.skip(f"{result.id} has failed")
    _tell(run, result)


def _concerns(failure: Failure, timing: Timing) -> bool:
    """Whether a failure costs a timing."""
    named = (failure.artifact, failure.precision, failure.runtime)
    own = (timing.artifact, timing.precision, timing.runtime)
    return all(one in {"", other} for one, other in zip(named, own, strict=True)) and not failure.metric


def _tell(run: SuiteRun, result: CaseResult) -> None:
    """Fail with everything that made a case fail, in whose code, and where more stands."""
    run.told.add(result.id)
    lines = []
    for failure in result.failures:
        if failure.fatal:
            lines.append(f"{result.id} failed in {failure.stage}: {failure.kind}: {failure.message}")
            lines += [f"  in the code of: {failure.plugin}"] if failure.plugin else []
    lines.append(f"  its log: {_shown(run.folder / 'logs' / log_name(result))}")
    pytest.fail("\n".join(lines), pytrace=False)


def _missed(verdict: GateResult) -> str:
    if verdict.value is None:
        return f"{verdict.group}: {verdict.metric}: {verdict.where}, the gate is {verdict.bound}"
    return f"{verdict.group}: {verdict.metric} is {verdict.value:.4g}, the gate is {verdict.bound} ({verdict.where})"


def _file(item: pytest.Item) -> SuiteFile:
    return cast(SuiteFile, item.parent)


def _cache(config: pytest.Config) -> pytest.Cache | None:
    """What pytest remembers; None with `-p no:cacheprovider`, where there is not even the attribute."""
    return getattr(config, "cache", None)


def _options(config: pytest.Config) -> Options:
    option = config.option
    return Options(option.bench_output, option.bench_data, tuple(option.bench_set))


def _shown(path: Path) -> Path:
    """A path as a user would write it: from the current folder on, if it is in there."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _key(suite: SuiteRun, case: PlannedCase) -> str:
    """What the graphs of a case, and which of them are timed at which lengths, depend on."""
    timed = (suite.plan.suite.measure.artifacts, suite.plan.suite.measure.lengths)
    content = [case.model.target, case.params, case.dataset.target, case.data_params, *timed]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
