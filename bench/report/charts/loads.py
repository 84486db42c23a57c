"""Which of the loads that were timed a chart shows."""

from dataclasses import replace

from bench.report.charts.chart import Chart
from bench.report.lookup import Timed, near_usual_length, timed
from bench.results import RunResult


def smallest_batch(results: RunResult) -> Timed:
    """What was timed one query after the other, at the smallest batch."""
    found = near_usual_length(results, timed(results, "single-stream"))
    smallest = min((key.batch_size or 0 for key in found), default=0)
    return {key: ms for key, ms in found.items() if key.batch_size == smallest}


def of_one_length(chart: Chart, results: RunResult) -> Chart:
    """The chart, which says so if it shows one of several lengths."""
    every = timed(results, "single-stream")
    one = len(near_usual_length(results, every)) < len(every)
    told = "Sequences of the length nearest to the usual." if one else ""
    return replace(chart, note=" ".join(filter(None, (chart.note, told))))
