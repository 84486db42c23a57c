"""Which of the loads that were timed a chart shows."""

from dataclasses import replace

from bench.report.charts.chart import Chart
from bench.report.lookup import Timed, near_usual_length, timed
from bench.results import RunResult


def smallest_batch(results: RunResult) -> Timed:
    """What was timed one query after the other, at the smallest batch and the length nearest to the usual."""
    return _of_smallest(near_usual_length(results, timed(results, "single-stream")))


def at_longest(results: RunResult) -> tuple[int | None, Timed]:
    """The longest sequences that were timed one query after the other, and what was, at the smallest batch.

    There are none if all else is shown at that length too.
    """
    every = timed(results, "single-stream")
    longest = max((key.length for key in every if key.length is not None), default=None)
    if longest is None or all(key.length in {None, longest} for key in near_usual_length(results, every)):
        return None, {}
    return longest, _of_smallest({key: ms for key, ms in every.items() if key.length == longest})


def _of_smallest(found: Timed) -> Timed:
    smallest = min((key.batch_size or 0 for key in found), default=0)
    return {key: ms for key, ms in found.items() if key.batch_size == smallest}


def of_one_length(chart: Chart, results: RunResult) -> Chart:
    """The chart, which says so if it shows one of several lengths."""
    every = timed(results, "single-stream")
    one = len(near_usual_length(results, every)) < len(every)
    told = "Sequences of the length nearest to the usual." if one else ""
    return replace(chart, note=" ".join(filter(None, (chart.note, told))))
