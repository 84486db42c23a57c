"""The tests that a suite becomes: a case, the timings of its graphs, and gates."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.errors import BenchError
from bench.parity import Disagreement
from bench.records import Session
from bench.results import CaseResult
from bench.run.measuring import Configuration, timing_request
from bench.suite.planned import PlannedCase
from bench.suite.schema import Gate
from bench.testing.suite_run import SuiteRun
from bench.testing.telling import NO_TIMER, fail, in_words, leave_out, missed, tell_waiting, why_not_judged
from bench.testing.timing import Timing, time_graph
from bench.timing.request import TimingRequest

# What pytest-benchmark complains of where there is nothing to time; the test itself says why.
UNUSED = "Benchmark fixture was not used at all"


class SuiteItem(pytest.Item):
    """A test of a suite, on one case or the first of a group. `cases` are those that it needs to have run."""

    suite: SuiteRun
    case: PlannedCase
    cases: tuple[str, ...]

    def __init__(self, name: str, parent: pytest.Collector, **arguments: Any) -> None:
        # As text, in which pytest sees brackets, as it does where it reads it again for `--lf`.
        arguments["nodeid"] = f"{parent.nodeid}::{name}"
        super().__init__(name, parent, **arguments)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The entry of the suite that asks for the case."""
        return self.path, self.suite.line_of(self.case), self.name


class CaseItem(SuiteItem):
    """A case: trained, exported and evaluated in bench's own worker."""

    def __init__(self, *, suite: SuiteRun, case: PlannedCase, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.suite, self.case, self.cases = suite, case, (case.id,)

    def runtest(self) -> None:
        """Run the case, unless another test has needed it already."""
        with in_words(self.suite):
            result = self.suite.case(self.case.id)
        if result.status == "failed":
            fail(self.suite, result)


class TimingItem(pytest.Function, SuiteItem):
    """One graph of a case under one runtime and load, timed by pytest-benchmark's `benchmark`."""

    reportinfo = SuiteItem.reportinfo

    @classmethod
    def of(cls, parent: pytest.File, suite: SuiteRun, case: PlannedCase, timing: Timing) -> "TimingItem":
        """The test of a timing; one that says what is missing where there is no pytest-benchmark."""
        has_timer = parent.config.pluginmanager.hasplugin("benchmark")

        def timed(benchmark: Any) -> None:
            with in_words(suite):
                _time(parent.config, suite, case, timing, benchmark)

        def untimed() -> None:
            raise AssertionError(NO_TIMER)  # it is marked to be skipped

        item: TimingItem = cls.from_parent(
            parent, name=f"{case.id}[{timing.name}]", callobj=timed if has_timer else untimed
        )
        item.suite, item.case, item.cases = suite, case, (case.id,) if has_timer else ()
        item.add_marker(pytest.mark.filterwarnings(f"ignore:{UNUSED}"))
        if not has_timer:
            item.add_marker(pytest.mark.skip(reason=NO_TIMER))
        return item


class GateItem(SuiteItem):
    """A gate of a group of cases, on the mean over their seeds. Those on timings, or on another run, others judge."""

    def __init__(self, *, suite: SuiteRun, case: PlannedCase, metric: str, gate: Gate, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.suite, self.case, self.metric = suite, case, metric
        why_not = why_not_judged(metric, gate)
        self.cases = () if why_not else tuple(suite.judged(case.group, metric))
        if why_not:
            self.add_marker(pytest.mark.skip(reason=why_not))

    def runtest(self) -> None:
        """Run the group's cases that have not run, and hold their mean against the bound."""
        with in_words(self.suite):
            verdicts = self.suite.gate(self.case.group, self.metric)
        if lines := [missed(verdict) for verdict in verdicts if not verdict.passed]:
            pytest.fail("\n".join(lines), pytrace=False)


def _time(config: pytest.Config, suite: SuiteRun, case: PlannedCase, timing: Timing, benchmark: Any) -> None:
    """Time a graph, or skip it: why there is none has been told where its case failed."""
    result = suite.case(case.id)
    configuration = _configuration(suite, result, timing)
    if configuration is None:
        leave_out(suite, result, timing)
        return
    benchmark.group = f"{suite.plan.suite.name}: {timing.artifact}, batch {timing.batch_size}"
    benchmark.group += "" if timing.length is None else f", length {timing.length}"
    request = timing_request(configuration, suite.plan.suite, 0, [timing.load])
    try:
        session = time_graph(request, benchmark, partial(tell_waiting, config))
    except (BenchError, Disagreement):
        raise
    except Exception as error:  # the runtime's own
        raise BenchError(f"{configuration.name}: {type(error).__name__}: {error}") from error
    benchmark.extra_info.update(_proof(suite, case, timing, request, session))


def _configuration(suite: SuiteRun, result: CaseResult, timing: Timing) -> Configuration | None:
    """What is timed; None if the graph is not there, or not to be trusted."""
    wanted = (timing.artifact, timing.precision, timing.runtime)
    found = suite.configurations(result.id)
    return next((c for c in found if (c.artifact.name, c.artifact.precision, c.runtime.name) == wanted), None)


def _proof(
    suite: SuiteRun, case: PlannedCase, timing: Timing, request: TimingRequest, session: Session
) -> dict[str, Any]:
    """What links a timing to the graph, its metrics, what executed it, and the run."""
    result = suite.case(case.id)
    (graph,) = [one for one in result.artifacts if (one.name, one.precision) == (timing.artifact, timing.precision)]
    metrics = [m for m in result.metrics if (m.artifact, m.precision) == (timing.artifact, timing.precision)]
    return dict(
        suite=suite.plan.suite.name,
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
        run=str(suite.folder),
    )
