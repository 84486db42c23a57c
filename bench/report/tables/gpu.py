"""What the GPU did while it was timed."""

from collections.abc import Callable, Iterable
from statistics import median

from bench.report.formats import NOTHING, joules, number, percent
from bench.report.lookup import Configuration, seeds_of, timed
from bench.report.tables.speed import described, highest_rate
from bench.report.tables.table import Table
from bench.results import MeasurementResult, RunResult


def gpu_table(results: RunResult) -> Table:
    """A row a configuration that was timed on a GPU which tells of itself: its clock and its energy."""
    rows = []
    for key in timed(results):
        found = _of_one_rate(results, key)
        processes = [one for m in found for one in m.by_process]
        energy = [one.joules / (one.samples * m.batch_size) for m in found for one in m.by_process if one.joules]
        cells = (
            _one(min, (one.clock_least_mhz for one in processes), _megahertz),
            _one(median, (one.clock_median_mhz for one in processes), _megahertz),
            _one(max, (one.throttled for one in processes), percent),
            _one(median, energy, joules),
        )
        if any(cell != NOTHING for cell in cells):
            rows.append((*described(key), *cells))
    note = (
        "Clock: the least and the median of all looks at it; throttled: the largest share of looks that found it "
        "lowered by power, heat or the hardware. Energy: of the whole GPU, for a sample; median of the processes. A "
        "server is told at the highest rate that met its bound."
    )
    headers = ("case", "runtime", "load", "least clock", "clock", "throttled", "energy")
    return Table("GPU", headers, rows, 3, note).without_empty(*headers[3:])


def _of_one_rate(results: RunResult, key: Configuration) -> list[MeasurementResult]:
    """The measurements of a configuration, one a seed."""
    seeds = seeds_of(results, key)
    if key.scenario != "server":
        return [m for ms in seeds for m in ms]
    return [best for ms in seeds if (best := highest_rate(ms)) is not None]


def _one(
    pick: Callable[[Iterable[float]], float], values: Iterable[float | None], write: Callable[[float], str]
) -> str:
    there = [value for value in values if value is not None]
    return write(pick(there)) if there else NOTHING


def _megahertz(value: float) -> str:
    return f"{number(value)} MHz"
