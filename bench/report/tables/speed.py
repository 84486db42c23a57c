"""How fast the artifacts are, in each scenario."""

from collections.abc import Callable, Iterable
from statistics import median

from bench import serving
from bench.conditions import LEAST_SAMPLES
from bench.report.formats import NOTHING, number, rough, seconds, size_of
from bench.report.lookup import Configuration, by_variant, fed_with_tokens, seeds_of, timed
from bench.report.tables.table import Table, is_empty
from bench.results import MeasurementResult, ProcessResult, RunResult

# What stands before the noise of a row that is not to be trusted.
MARK = "!"

# The columns that only sequences have, of which those of a text are of tokens and others of steps.
LENGTH, TOKENS, STEPS = "length", "tokens/s", "steps/s"
THROUGHPUTS = ("samples/s", TOKENS, STEPS)

PERCENTILES = tuple(f"p{q:g}" for q in LEAST_SAMPLES)

MARKED = f"{MARK} marks what is not to be trusted, and Noisy rows says why."
NOISE = f"Noise: by how much processes differ; {MARKED}"


def latency_table(results: RunResult, scenario: str, title: str) -> Table:
    """A row a configuration in which the next query begins when one ends: the median over its seeds of each figure."""
    tokens = fed_with_tokens(results)
    rows = [
        (
            key.case,
            key.variant,
            str(key.batch_size),
            length_of(key),
            *(stated(found, q) for q in LEAST_SAMPLES),
            *throughputs(found, (key.group, key.artifact) in tokens),
            noise(found),
        )
        for key, found in timed(results, scenario).items()
    ]
    headers = ("case", "runtime", "batch", LENGTH, *PERCENTILES, *THROUGHPUTS, "noise")
    table = Table(title, headers, rows, 2)
    lacking = [
        f"For {name}, which takes {least:,} queries, no row has enough."
        for name, least in zip(PERCENTILES, LEAST_SAMPLES.values(), strict=True)
        if all(map(is_empty, table.cells(name)))
    ]
    note = " ".join(["Time for one query of a batch, over all processes; median of the seeds.", *lacking, NOISE])
    return Table(table.title, table.headers, rows, 2, note).without_empty(LENGTH, *PERCENTILES, TOKENS, STEPS)


def offline_table(results: RunResult) -> Table:
    """A row a configuration: the samples a second with all samples there at once, at the batch size that is best."""
    rows, tokens = [], fed_with_tokens(results)
    for key in timed(results, "offline"):
        best = [max(ms, key=lambda m: m.throughput_per_s) for ms in seeds_of(results, key)]
        sizes = sorted({m.batch_size for m in best})
        rates = throughputs(best, (key.group, key.artifact) in tokens)
        rows.append((key.case, key.variant, length_of(key), *rates, ", ".join(map(str, sizes)), noise(best)))
    note = f"All samples are there at once. Median of the seeds; the batch size that did best, of each seed. {NOISE}"
    headers = ("case", "runtime", LENGTH, *THROUGHPUTS, "best batch", "noise")
    return Table("Offline", headers, rows, 2, note).without_empty(LENGTH, TOKENS, STEPS)


def server_table(results: RunResult) -> Table:
    """A row a configuration: the highest rate of queries that met the bound on p99, and the next that did not."""
    rows = []
    for key in timed(results, "server"):
        seeds = seeds_of(results, key)
        met = [best for ms in seeds if (best := highest_rate(ms)) is not None]
        missed = [next_rate(ms) for ms in seeds]
        over = [m for m in missed if m is not None]
        at_least = "≥ " if None in missed else ""
        apart = [spread for ms in seeds if (spread := serving.spread(serving.processes(ms))) is not None]
        rows.append(
            (
                key.case,
                key.variant,
                length_of(key),
                *_met(met, len(seeds), at_least),
                *_rate_and_p99(over),
                marked(apart, met + over),
            )
        )
    bound = server_bound(results)
    note = " ".join(
        [
            "Queries of one sample at random times; latency counts from when each was due.",
            "" if bound is None else f"The bound on p99 is {seconds(bound)}.",
            "Queries/s: the highest rate at which most processes met it, each by its own p99; then the lowest above it "
            "at which they did not. ≥: it was met at every rate that was tried. p99: of the queries of all processes. "
            f"Medians of the seeds. Noise: by how much the highest rates of single processes differ; {MARKED}",
        ]
    )
    headers = ("case", "runtime", LENGTH, "queries/s", "p99", "not met at", "p99 there", "noise")
    return Table("Server", headers, rows, 2, " ".join(note.split())).without_empty(LENGTH)


def _met(met: list[MeasurementResult], seeds: int, at_least: str) -> tuple[str, str]:
    """The highest rate that met the bound, and its p99: stated only if every seed has one."""
    if len(met) < seeds:
        return "none" + (f" ({seeds - len(met)} of {seeds} seeds)" if met else ""), NOTHING
    rate, p99 = _rate_and_p99(met)
    return at_least + rate, p99


def _rate_and_p99(found: list[MeasurementResult]) -> tuple[str, str]:
    return middle((m.rate_per_s for m in found), number), stated(found, 99) if found else NOTHING


def highest_rate(ms: Iterable[MeasurementResult]) -> MeasurementResult | None:
    """Of the rates that a server was tried at, the highest that met its bound."""
    return max((m for m in ms if m.meets_bound), key=_rate, default=None)


def next_rate(ms: list[MeasurementResult]) -> MeasurementResult | None:
    """Of the rates that did not meet the bound, the lowest above all that did."""
    best = highest_rate(ms)
    return min(
        (m for m in ms if not m.meets_bound and (best is None or _rate(m) > _rate(best))), key=_rate, default=None
    )


def _rate(m: MeasurementResult) -> float:
    return m.rate_per_s or 0.0


def server_bound(results: RunResult) -> float | None:
    """The bound on a server's p99, in seconds; None if the suite does not say."""
    bound: float | None = results.suite["measure"].get("server", {}).get("p99_s")
    return bound


def start_table(results: RunResult) -> Table:
    """A row an artifact and runtime: what it takes until the first answer, over all processes of all seeds."""
    rows = []
    for key, found in by_variant(results).items():
        # A process serves several loads and starts once; `turn` tells processes apart.
        processes = {one.turn: one for m in found for one in m.by_process}.values()
        memory = _peaks(found, lambda one: one.peak_memory_bytes)
        gpu = _peaks(found, lambda one: one.gpu_memory_bytes)
        start = [
            middle((one.load_s for one in processes), seconds),
            middle((one.first_s for one in processes), seconds),
        ]
        if processes:
            rows.append((key.case, key.variant, *start, middle(memory, size_of), middle(gpu, size_of)))
    note = (
        "Medians over all processes. Load: making the session; first: the first inference in it; memory: the most that "
        "the process, or its GPU, ever held."
    )
    headers = ("case", "runtime", "load", "first", "memory", "GPU memory")
    return Table("Start", headers, rows, 2, note).without_empty("memory", "GPU memory")


def _peaks(found: list[MeasurementResult], pick: Callable[[ProcessResult], int | None]) -> list[int]:
    """The highest of a figure in each process, over all its loads."""
    peaks: dict[int, int] = {}
    for one in (one for m in found for one in m.by_process):
        value = pick(one)
        if value is not None:
            peaks[one.turn] = max(peaks.get(one.turn, 0), value)
    return list(peaks.values())


def length_of(key: Configuration) -> str:
    """The length of the sequences of a configuration, if it has any."""
    return NOTHING if key.length is None else str(key.length)


def throughputs(found: Iterable[MeasurementResult], of_tokens: bool) -> tuple[str, str, str]:
    """Samples a second and, of sequences, tokens or else steps a second: medians."""
    rates = [(m.throughput_per_s, m.length) for m in found]
    steps = middle((None if length is None else length * rate for rate, length in rates), number)
    return middle((rate for rate, _ in rates), number), *((steps, NOTHING) if of_tokens else (NOTHING, steps))


def stated(found: list[MeasurementResult], q: float) -> str:
    """A percentile if every seed has the samples for it, else how many more the seed with the fewest would need."""
    values = [value for m in found if (value := m.latency_s.at(q)) is not None]
    if len(values) == len(found):
        return seconds(median(values))
    missing = LEAST_SAMPLES[q] - min(m.samples for m in found)
    return f"{NOTHING} ({missing:,} more)" if missing > 0 else NOTHING


def noise(found: list[MeasurementResult]) -> str:
    """The largest spread between processes of any seed, and a mark if one of the rows is not to be trusted."""
    return marked([m.spread.between for m in found if m.spread is not None and m.spread.between is not None], found)


def marked(spreads: list[float], found: Iterable[MeasurementResult]) -> str:
    """The largest of some spreads, and a mark if one of the rows is not to be trusted."""
    text = rough(max(spreads)) if spreads else NOTHING
    return f"{MARK} {text}" if any(m.noise for m in found) else text


def middle(values: Iterable[float | None], write: Callable[[float], str]) -> str:
    """The median of what there is."""
    there = [value for value in values if value is not None]
    return write(median(there)) if there else NOTHING


def described(key: Configuration) -> tuple[str, str, str]:
    """Case, runtime and load of a configuration."""
    return key.case, key.variant, key.load
