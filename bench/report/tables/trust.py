"""What the figures are worth: where their spread comes from, what another instrument says, what really ran where."""

import re
from collections.abc import Iterable, Iterator
from statistics import median

from bench.report.formats import NOTHING, number, percent, rough, seconds
from bench.report.lookup import OURS, Configuration, by_variant, configuration, timed
from bench.report.tables.speed import MARK, MARKED, described, highest_rate, middle
from bench.report.tables.table import Table
from bench.report.variance import seed_spread
from bench.results import MeasurementResult, RunResult

LOADGEN = "loadgen"

FIGURE = re.compile(r"\d+(?:\.\d+)?")

# By which figures MLPerf compares in a scenario; the first that both instruments can state.
COMPARED = {"single-stream": (90, 50), "multi-stream": (99, 90, 50)}

ROOFLINE = "Roofline: the largest share of what this machine can attain for such a graph, and under which load."
UNCALIBRATED = "After `bench calibrate`, runs also show the share of what this machine can attain."

Pair = tuple[str, float | None, float | None]


def variance_table(results: RunResult) -> Table:
    """A row a configuration: its spread by where it comes from. A server's depends on its rate and has none."""
    rows = []
    for key, found in timed(results, "single-stream", "multi-stream", "offline").items():
        spreads = [m.spread for m in found if m.spread is not None]
        between = [one.between for one in spreads if one.between is not None]
        seeds = seed_spread([[one.p50_s for one in m.by_process] for m in found])
        if spreads:
            parts = middle((one.within for one in spreads), rough), middle(between, rough)
            last = NOTHING if seeds is None else rough(seeds)
            rows.append(
                (
                    *described(key),
                    f"{min(m.samples for m in found):,}",
                    str(min(m.processes for m in found)),
                    *parts,
                    last,
                )
            )
    note = (
        "Standard deviations against the median. Within: of single queries in one process. Between: of the processes' "
        "medians, beyond what within explains. Seeds: of the seeds' medians, beyond what between explains; a few seeds "
        f"give it roughly. Queries and processes are those of the seed with the fewest.{_moved(results)}"
    )
    headers = ("case", "runtime", "load", "queries", "processes", "within", "between", "seeds")
    return Table("Variance", headers, rows, 3, note).without_empty("seeds")


def _moved(results: RunResult) -> str:
    """How far the machine's own speed moved, by the fixed piece of work that is timed beside every load."""
    every = (one for case in results.cases for m in case.measurements for one in m.by_process)
    paces = [one.pace_s for one in every if one.pace_s is not None]
    if len(paces) < 2:
        return ""
    moved = percent(max(paces) / min(paces) - 1)
    return f" Meanwhile, the machine's own speed moved by up to {moved}, as a fixed piece of work shows."


def noisy_table(results: RunResult) -> Table:
    """A row a case and runtime of which some loads are not to be trusted: which, and each reason where it is worst."""
    loads: dict[tuple[str, str], list[str]] = {}
    reasons: dict[tuple[str, str], list[str]] = {}
    for instrument in (OURS, LOADGEN):
        for key, found in timed(results, instrument=instrument).items():
            for m in (m for m in found if m.noise):
                loads.setdefault((key.case, key.variant), []).append(_load(key, m))
                reasons.setdefault((key.case, key.variant), []).extend(m.noise)
    rows = [
        (*key, _listed(loads[key]), " ".join(f"{reason[:1].upper()}{reason[1:]}." for reason in worst(told)))
        for key, told in reasons.items()
    ]
    note = (
        "These rows are told as they were measured, and marked; each reason is that of the worst. To time again "
        "on a quiet machine may help."
    )
    return Table("Noisy rows", ("case", "runtime", "loads", "why"), rows, 4, note)


def _load(key: Configuration, m: MeasurementResult) -> str:
    """A measurement's load, with a server's rate, and whose it is if it is not ours."""
    rate = "" if m.rate_per_s is None else f", {number(m.rate_per_s)}/s"
    return key.load + rate + ("" if m.instrument == OURS else " (LoadGen)")


def _listed(loads: list[str]) -> str:
    """Loads, with a scenario named once: `single-stream, batch 1, batch 8; offline`."""
    scenarios: dict[str, list[str]] = {}
    for load in dict.fromkeys(loads):
        scenario, _, rest = load.partition(", ")
        scenarios.setdefault(scenario, []).append(rest)
    return "; ".join(", ".join(filter(None, [scenario, *rests])) for scenario, rests in scenarios.items())


def worst(reasons: Iterable[str]) -> list[str]:
    """Of reasons that differ in their figures alone, the one with the highest first figure."""
    found: dict[str, str] = {}
    for reason in reasons:
        kind = FIGURE.sub("", reason.partition(";")[0])
        found[kind] = max(found.get(kind, reason), reason, key=_first_figure)
    return list(found.values())


def _first_figure(reason: str) -> float:
    figure = FIGURE.search(reason)
    return float(figure.group()) if figure else 0.0


def loadgen_table(results: RunResult) -> Table:
    """A row a configuration that MLPerf's LoadGen has measured too, and what bench says of the same load."""
    rows = []
    for key, theirs in timed(results, instrument=LOADGEN).items():
        ours = timed(results, key.scenario).get(key, [])
        for what, bench, loadgen in _compared(key, ours, theirs):
            write = seconds if what.startswith("p") else number
            ratio = f"{loadgen / bench:.2f}" if bench and loadgen is not None else NOTHING
            figures = middle([bench], write), middle([loadgen], write), ratio
            rows.append((*described(key), what, *figures, _verdict(theirs)))
    note = (
        "The same artifacts under the load generator of MLPerf Inference. Ratio: LoadGen's figure against bench's. "
        f"Verdict: LoadGen's own word on its test, in all processes; {MARKED}{_own_costs(results)}"
    )
    headers = ("case", "runtime", "load", "figure", "bench", "LoadGen", "ratio", "verdict")
    return Table("LoadGen", headers, rows, 4, note)


def _verdict(theirs: list[MeasurementResult]) -> str:
    """What LoadGen says of its tests with all seeds, and a mark if one of them is not to be trusted."""
    told = [m.details.get("valid") for m in theirs]
    text = NOTHING if None in told else "valid" if all(told) else "INVALID"
    return f"{MARK} {text}" if any(m.noise for m in theirs) else text


def _own_costs(results: RunResult) -> str:
    """LoadGen's version, and what it costs itself in each scenario: that is in its figures."""
    found: dict[str, list[float]] = {}
    versions: dict[str, None] = {}
    for key, theirs in timed(results, instrument=LOADGEN).items():
        for details in (m.details for m in theirs if "own_cost_s" in m.details):
            found.setdefault(key.scenario, []).append(details["own_cost_s"])
            versions[f"LoadGen {details['loadgen_version']}"] = None
    if not found:
        return ""
    costs = ", ".join(f"{seconds(median(each))} in {scenario}" for scenario, each in found.items())
    return f" {', '.join(versions)} costs itself, in each query or, in offline, call: {costs}."


def _compared(key: Configuration, ours: list[MeasurementResult], theirs: list[MeasurementResult]) -> Iterator[Pair]:
    """The figure that MLPerf states in a scenario: ours and theirs."""
    if key.scenario == "offline":
        yield "samples/s", _median(m.throughput_per_s for m in ours), _median(m.throughput_per_s for m in theirs)
    elif key.scenario == "server":
        yield _server(ours, theirs)
    else:
        yield _latency(COMPARED.get(key.scenario, (50,)), ours, theirs)


def _latency(qs: tuple[int, ...], ours: list[MeasurementResult], theirs: list[MeasurementResult]) -> Pair:
    """The first percentile that both can state."""
    pairs = [
        (f"p{q}", _median(m.latency_s.at(q) for m in ours), _median(m.latency_s.at(q) for m in theirs)) for q in qs
    ]
    return next((pair for pair in pairs if None not in pair), pairs[-1])


def _server(ours: list[MeasurementResult], theirs: list[MeasurementResult]) -> Pair:
    """p99 at the highest rate that both were tried at; if there is none, the highest rates that met the bound."""
    shared = {m.rate_per_s for m in ours if m.rate_per_s} & {m.rate_per_s for m in theirs if m.rate_per_s}
    if shared:
        rate = max(shared)
        return (
            f"p99 at {number(rate)}/s",
            _median(m.latency_s.p99 for m in ours if m.rate_per_s == rate),
            _median(m.latency_s.p99 for m in theirs if m.rate_per_s == rate),
        )
    met = [None if (best := highest_rate(ms)) is None else best.rate_per_s for ms in (ours, theirs)]
    return "queries/s", met[0], met[1]


def _median(values: Iterable[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return median(there) if there else None


def execution_table(results: RunResult) -> Table:
    """A row an artifact and runtime that can tell: in which arithmetic and where it ran, and how well it did there."""
    rows = []
    for key, found in by_variant(results).items():
        nodes = [m.provider_share for m in found if m.provider_share is not None]
        time = [m.provider_time_share for m in found if m.provider_time_share is not None]
        attained = [(m.roofline, m) for m in found if m.roofline is not None]
        best, where = max(attained, key=lambda pair: pair[0], default=(None, None))
        arithmetic = _arithmetic(found)
        if nodes or time or attained or arithmetic != NOTHING:
            shares = (percent(min(nodes)) if nodes else NOTHING, percent(min(time)) if time else NOTHING)
            roofline = NOTHING if best is None else percent(best)
            load = NOTHING if where is None else configuration(key.group, where).load
            providers = ", ".join(dict.fromkeys(m.provider for m in found))
            rows.append((key.case, key.variant, providers, arithmetic, *shares, roofline, load))
    note = (
        "Arithmetic: how many of the nodes that compute do so in which type. Nodes and time: the least share of the "
        "graph's nodes, and of the time in them, that the provider had. "
    )
    note += ROOFLINE if any(row[6] != NOTHING for row in rows) else UNCALIBRATED
    headers = ("case", "runtime", "provider", "arithmetic", "nodes", "time", "roofline", "reached at")
    return Table("Execution", headers, rows, 4, note).without_empty(*headers[3:])


def _arithmetic(found: Iterable[MeasurementResult]) -> str:
    """In which types nodes compute: `u8 7, f32 4`; without a number if it is one."""
    told = [m.details["arithmetic"] for m in found if m.details.get("arithmetic")]
    texts = [", ".join(kind if len(one) == 1 else f"{kind} {n}" for kind, n in one.items()) for one in told]
    return "; ".join(dict.fromkeys(texts)) or NOTHING
