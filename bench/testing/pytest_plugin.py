"""Suites in pytest: collects `*.bench.yaml`, and any suite that is named on the command line.

Until there is one to collect, nothing else of bench is imported: a pytest run without suites pays nothing.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bench.testing.collecting import SuiteFile

# The suites that were collected, in order.
SUITES = pytest.StashKey[list["SuiteFile"]]()

# What there is to say at the end, and what pytest-xdist's workers call it where they hand it over.
LINES = pytest.StashKey[list[str]]()
HANDED_OVER = "bench"


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `bench run` has as `--output`, `--data` and `--set`."""
    group = parser.getgroup("bench", "suites of bench")
    group.addoption(
        "--bench-output",
        type=Path,
        metavar="DIR",
        default=Path("reports", "pytest"),
        help="The folder that gets <suite>/<run id>, as `bench run --output` has it; default: reports/pytest.",
    )
    group.addoption(
        "--bench-data",
        type=Path,
        metavar="DIR",
        help="The folder of the datasets' files; else $BENCH_DATA, else the user's cache.",
    )
    group.addoption(
        "--bench-set",
        action="append",
        metavar="KEY=VALUE",
        default=[],
        help="Change every suite, e.g. train.max_epochs=1; can be repeated.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin without any suite."""
    config.stash[SUITES] = []
    config.stash[LINES] = []


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "SuiteFile | None":
    """A file that says by its name that it is a suite, or one that the user has named."""
    says_so = file_path.name.endswith((".bench.yaml", ".bench.yml"))
    if not says_so and not (file_path.suffix in {".yaml", ".yml"} and parent.session.isinitpath(file_path)):
        return None
    from bench.testing.collecting import SuiteFile

    suite: SuiteFile = SuiteFile.from_parent(parent, path=file_path)
    parent.config.stash[SUITES].append(suite)
    return suite


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """What of the suites is not among the tests."""
    return [f"bench: {suite.name}: {note}" for suite in config.stash[SUITES] for note in suite.notes]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell the suites which of their cases are asked for, now that all others are deselected."""
    for suite in session.config.stash[SUITES]:
        suite.choose(session.items)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write results and reports of what has run."""
    lines = session.config.stash[LINES]
    for suite in session.config.stash[SUITES]:
        suite.finish(interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
        lines += suite.told()
    getattr(session.config, "workeroutput", {})[HANDED_OVER] = lines  # which a worker of pytest-xdist alone has


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in what a worker of pytest-xdist has to say, which has no terminal; one that crashed says nothing."""
    node.config.stash[LINES] += getattr(node, "workeroutput", {}).get(HANDED_OVER, [])


@pytest.hookimpl(tryfirst=True)  # pytest-benchmark ends the summary where something has regressed
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say where the runs are, and what was not as it should be."""
    lines = config.stash[LINES]
    if lines:
        terminalreporter.ensure_newline()
        terminalreporter.section("bench")
        for line in dict.fromkeys(lines):  # workers may say the same
            terminalreporter.write_line(line)
