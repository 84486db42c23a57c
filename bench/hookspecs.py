"""Every hook that a plugin can implement.

A plugin is a module, named by an entry point of the group `bench`. It marks its functions with `bench.hookimpl`.
A plugin that raises here is listed by `bench plugins` as broken and disturbs nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import click

    from bench.records import DatasetInfo, MetricInfo, ModelInfo, ReporterInfo, RuntimeInfo
    from bench.results import CaseResult, RunResult

hookspec = pluggy.HookspecMarker("bench")
hookimpl = pluggy.HookimplMarker("bench")


@hookspec
def bench_models() -> Iterable[ModelInfo]:  # type: ignore[empty-body]
    """Return or yield the models that this plugin adds. Called when names are listed or looked up."""


@hookspec
def bench_datasets() -> Iterable[DatasetInfo]:  # type: ignore[empty-body]
    """Return or yield the datasets that this plugin adds. Called when names are listed or looked up."""


@hookspec
def bench_metrics() -> Iterable[MetricInfo]:  # type: ignore[empty-body]
    """Return or yield the metrics and pictures that this plugin adds. Called when names are listed or looked up."""


@hookspec
def bench_runtimes() -> Iterable[RuntimeInfo]:  # type: ignore[empty-body]
    """Return or yield the runtimes that this plugin adds. Called when names are listed or looked up."""


@hookspec
def bench_reporters() -> Iterable[ReporterInfo]:  # type: ignore[empty-body]
    """Return or yield the reports that this plugin adds. Every one is written at the end of a run."""


@hookspec
def bench_commands() -> Iterable[click.Command]:  # type: ignore[empty-body]
    """Return or yield commands for the command line. Called on every start, so import nothing heavy."""


@hookspec
def bench_run_started(folder: str, cases: list[str]) -> None:
    """A run is about to begin.

    :param folder: the run directory
    :param cases: the identifiers of its cases, in the order of the plan
    """


@hookspec
def bench_case_finished(case: CaseResult, folder: str) -> None:
    """A case has been trained, exported and evaluated, or has failed; it has not been timed yet.

    :param case: its record so far
    :param folder: the run directory
    """


@hookspec
def bench_run_finished(results: RunResult, folder: str) -> None:
    """A run has ended and its results and reports are on disk.

    :param results: all of its results
    :param folder: the run directory
    """
