"""What tests of a suite say: why one fails, or has nothing to run."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.parity import Disagreement
from bench.report.tables.verdicts import log_name
from bench.results import UNSUITABLE, CaseResult, Failure, GateResult
from bench.suite.gates import AT_LENGTHS
from bench.suite.plan import Plan
from bench.suite.schema import Gate
from bench.testing.suite_run import SuiteRun
from bench.testing.timing import SCENARIO, Timing

NO_TIMER = "timing needs pytest-benchmark: pip install pytest-benchmark"
NOT_JUDGED = "a timing; pytest-benchmark compares them: --benchmark-compare --benchmark-compare-fail=median:10%"
NOT_BEGUN = "the run could not begin; the first of these tests says why"
COMPARED = "max_regression holds a run against another: `bench compare` judges it"

# The options of `bench run` that pytest has under names of its own.
_OPTION = re.compile(r"(?<![\w-])--(?=(?:output|data|set)\b)")


def notes_on(plan: Plan) -> Iterator[str]:
    """What of a suite is not timed, and why."""
    with_torch = [runtime.name for runtime in plan.runtimes if runtime.info.needs_torch]
    if with_torch:
        yield f"{', '.join(with_torch)} would bring torch into pytest's process: `bench run` times it"
    if SCENARIO not in plan.suite.measure.scenarios:
        yield f"nothing is timed: {SCENARIO} is not among measure.scenarios"


def why_not_judged(metric: str, gate: Gate) -> str:
    """Why a gate is left to others; empty if it is not."""
    if metric in AT_LENGTHS:
        return NOT_JUDGED
    return "" if gate.is_absolute else COMPARED


def message_of(error: Exception) -> str:
    """What an expected error says; options have the names that they have here."""
    return _OPTION.sub("--bench-", str(error))


@contextmanager
def in_words(suite: SuiteRun) -> Iterator[None]:
    """Turn an expected error into a failed test without a traceback; where nothing can run, into one for all tests."""
    try:
        yield
    except (BenchError, Disagreement) as error:
        if error is suite.failure and suite.is_failure_told:
            pytest.skip(NOT_BEGUN)
        suite.is_failure_told = error is suite.failure
        raise pytest.fail.Exception(message_of(error), pytrace=False) from None  # what led to it is in the message


def fail(suite: SuiteRun, result: CaseResult) -> None:
    """Fail with everything that made a case fail, in whose code, and where more stands."""
    suite.told.add(result.id)
    lines = []
    for failure in result.failures:
        if failure.fatal:
            lines.append(f"{result.id} failed in {failure.stage}: {failure.kind}: {failure.message}")
            lines += [f"  in the code of: {failure.plugin}"] if failure.plugin else []
    lines.append(f"  its log: {shown(suite.folder / 'logs' / log_name(result))}")
    pytest.fail("\n".join(lines), pytrace=False)


def leave_out(suite: SuiteRun, result: CaseResult, timing: Timing) -> None:
    """Skip a timing and say why; it fails if the case has failed, and no test has told that yet."""
    against = [one for one in result.failures if _concerns(one, timing)]
    unsuitable = [one.message for one in against if one.kind == UNSUITABLE]
    if unsuitable:
        pytest.skip(unsuitable[0])
    if result.status == "passed":
        pytest.skip(f"{result.id} has no graph {timing.artifact} at {timing.precision}")
    if result.id in suite.told:
        pytest.skip(f"{result.id} has failed")
    fail(suite, result)


def missed(verdict: GateResult) -> str:
    """A gate that was missed, and by how much."""
    if verdict.value is None:
        return f"{verdict.group}: {verdict.metric}: {verdict.where}, the gate is {verdict.bound}"
    return f"{verdict.group}: {verdict.metric} is {verdict.value:.4g}, the gate is {verdict.bound} ({verdict.where})"


def tell_waiting(config: pytest.Config) -> None:
    """Say at once that another run is measuring on this host, which may take as long as it likes."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if reporter is not None:
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            reporter.write_line("bench: another run is measuring on this host; waiting for it")


def shown(path: Path) -> Path:
    """A path as a user would write it: from the current folder on, if it is in there."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _concerns(failure: Failure, timing: Timing) -> bool:
    """Whether a failure costs a timing."""
    named = (failure.artifact, failure.precision, failure.runtime)
    own = (timing.artifact, timing.precision, timing.runtime)
    return all(one in {"", other} for one, other in zip(named, own, strict=True)) and not failure.metric
