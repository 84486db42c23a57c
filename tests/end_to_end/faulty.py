"""A plugin in which everything goes wrong that can go wrong in somebody else's code."""

from pathlib import Path

import bench


@bench.hookimpl
def bench_models():
    for attribute in ("Raises", "Exits", "Killed", "Forks", "Quits", "Hangs", "Diverges", "Disagrees", "Unwritable"):
        yield bench.ModelInfo(attribute.lower(), f"faulty_parts:{attribute}", task="classification")
    yield bench.ModelInfo("over-time", "faulty_parts:OverTime", task="classification")
    yield bench.ModelInfo("one-length", "faulty_parts:OneLength", task="classification")


@bench.hookimpl
def bench_metrics():
    yield bench.MetricInfo("broken-metric", "faulty_parts:broken_metric", task="classification", form="function")
    yield bench.MetricInfo(
        "strict-metric", "faulty_parts:sum_of_scores", task="classification", form="function", lossy_tolerance=0.0
    )


@bench.hookimpl
def bench_runtimes():
    yield bench.RuntimeInfo("stuck", "faulty_parts:Stuck")


@bench.hookimpl
def bench_run_started(folder, cases):
    Path(folder, "observed.txt").write_text(f"started {len(cases)}\n")


@bench.hookimpl
def bench_case_finished(case, folder):
    raise RuntimeError(f"an observer that raises at {case.id}")


@bench.hookimpl
def bench_run_finished(results, folder):
    with Path(folder, "observed.txt").open("a") as file:
        file.write(f"finished {results.status} {Path(folder, 'report.html').exists()}\n")
