"""What timing processes answered -> a row for each load, and one file with its raw samples."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench import serving
from bench.results import MeasurementResult, ProcessResult
from bench.roofline import Calibration, Work, bytes_read, share
from bench.timing import noise, statistics
from bench.timing.request import Load, LoadAnswer, TimingAnswer


@dataclass(frozen=True)
class Part:
    """One load in one process.

    :param turn: the process's place in the order of all timing processes
    :param load: the load's number among those of its configuration
    """

    turn: int
    load: int
    process: TimingAnswer
    answer: LoadAnswer

    @property
    def path(self) -> Path:
        """Where the process left the durations."""
        return Path(self.answer.path)

    def keeps(self, bound_s: float) -> bool:
        """Whether the process keeps a bound on the 99th percentile."""
        return statistics.keeps(np.load(self.path), bound_s)

    def result(self, durations: np.ndarray, bound_s: float | None) -> ProcessResult:
        """What the report says of it.

        :param bound_s: what a server's 99th percentile has to keep
        """
        return ProcessResult(
            turn=self.turn,
            cores=list(self.process.cores),
            load_s=self.process.load_s,
            first_s=self.process.first_s,
            samples=len(durations),
            p50_s=float(np.median(durations)) / 1e9,
            p90_s=statistics.percentile(durations, 90),
            p99_s=statistics.percentile(durations, 99),
            throughput_per_s=self.answer.samples / self.answer.seconds,
            meets_bound=None if bound_s is None else statistics.keeps(durations, bound_s),
            warmup_calls=self.answer.warmup_calls,
            warm=self.answer.warm,
            **vars(self.answer.conditions),
        )


@dataclass(frozen=True)
class Timed:
    """What is the same in all rows of a configuration.

    :param folder: the run directory
    :param samples: where its raw samples go: the beginning of a path
    :param cores: of this machine
    :param works: by the length of its sequences what it has to do, with the bytes of its weights as they are stored
    :param calibration: of this machine; None if it was not calibrated for such rows
    """

    artifact: str
    precision: str
    runtime: str
    device: str
    threads: int
    bound_s: float
    folder: Path
    samples: Path
    cores: int
    works: Mapping[int | None, Work]
    calibration: Calibration | None


def rows_of(timed: Timed, loads: Sequence[Load], parts: Iterable[Part]) -> list[MeasurementResult]:
    """A row for each load, and of a server one for each rate."""
    together: dict[tuple[int, float], list[Part]] = {}
    for part in parts:
        together.setdefault((part.load, part.answer.rate_per_s or 0.0), []).append(part)
    rows: dict[int, list[MeasurementResult]] = {}
    for number, rate in sorted(together):
        rows.setdefault(number, []).append(_row(timed, loads[number], together[number, rate]))
    return [row for number, own in rows.items() for row in (_served(own) if _is_server(loads[number]) else own)]


def _is_server(load: Load) -> bool:
    return load.scenario == "server"


def _served(rows: list[MeasurementResult]) -> list[MeasurementResult]:
    """A server's rows with the word of all its processes: which rates most of them keep, and why not to trust that.

    The reasons stand at the highest rate that is kept; if there is none, at the lowest that was tried.
    """
    served, rates = serving.processes(rows), [row.rate_per_s or 0.0 for row in rows]
    highest = max((rate for rate in rates if serving.most_keep(served, rate)), default=0.0)
    rows = [replace(row, meets_bound=rate <= highest) for row, rate in zip(rows, rates, strict=True)]
    if rows[0].instrument == "bench":
        place = rates.index(highest or min(rates))
        told = [*rows[place].noise, *noise.of_highest_rate(served, rates, highest)]
        rows[place] = replace(rows[place], noise=told)
    return rows


def _row(timed: Timed, load: Load, parts: list[Part]) -> MeasurementResult:
    processes = [np.load(part.path) for part in parts]
    durations = np.concatenate(processes)
    server = _is_server(load)
    bound_s = timed.bound_s if server else None
    by_process = [part.result(each, bound_s) for part, each in zip(parts, processes, strict=True)]
    process, answer = parts[0].process, parts[0].answer
    shares = [part.process.provider_share for part in parts if part.process.provider_share is not None]
    times = [part.process.provider_time_share for part in parts if part.process.provider_time_share is not None]
    throughput = sum(part.answer.samples for part in parts) / sum(part.answer.seconds for part in parts)
    return MeasurementResult(
        artifact=timed.artifact,
        runtime=timed.runtime,
        provider=process.provider,
        provider_share=min(shares) if shares else None,
        provider_time_share=min(times) if times else None,
        device=timed.device,
        precision=timed.precision,
        batch_size=answer.batch_size,
        scenario=load.scenario,
        threads=timed.threads,
        latency_s=statistics.latency(durations),
        throughput_per_s=throughput,
        processes=len(parts),
        samples=len(durations),
        samples_path=_keep(timed, load, answer, processes),
        by_process=by_process,
        spread=statistics.spread(processes),
        noise=[*noise.reasons(by_process, timed.cores, queued=server), *_invalid(parts)],
        rate_per_s=answer.rate_per_s,
        instrument=load.instrument,
        roofline=None if server else _roofline(timed, load, process, answer.batch_size, throughput),
        details={**process.details, **(answer.details if load.instrument == "bench" else _loadgen_details(parts))},
        length=load.length,
    )


def _roofline(timed: Timed, load: Load, process: TimingAnswer, batch_size: int, throughput: float) -> float | None:
    """The share of what the machine attains; a server's clock, which waits for queries too, could not tell it."""
    if timed.calibration is None:
        return None
    work = timed.works[load.length]
    read = bytes_read(work.weight_bytes, timed.precision, process.details.get("arithmetic", {}))
    return share(timed.calibration, replace(work, weight_bytes=read), batch_size, throughput)


def _loadgen_details(parts: list[Part]) -> dict[str, Any]:
    """What LoadGen says besides: its test is valid if it is in every process."""
    every = [part.answer.details for part in parts]
    return {
        "valid": all(one["valid"] for one in every),
        "reason": "; ".join(dict.fromkeys(filter(None, (one["reason"] for one in every)))),
        "own_cost_s": median(one["own_cost_s"] for one in every),
        "loadgen_version": every[0]["loadgen_version"],
    }


def _invalid(parts: list[Part]) -> list[str]:
    """Why LoadGen calls its own test invalid, if it does in any process."""
    reasons = dict.fromkeys(
        part.answer.details["reason"] for part in parts if not part.answer.details.get("valid", True)
    )
    return [f"LoadGen calls its test invalid: {reason}" for reason in reasons]


def _keep(timed: Timed, load: Load, answer: LoadAnswer, processes: Sequence[np.ndarray]) -> str:
    """Write the durations of all processes into one file, each with the number of its process."""
    rate = f".r{answer.rate_per_s:.6g}" if answer.rate_per_s else ""
    instrument = "" if load.instrument == "bench" else f".{load.instrument}"
    length = f".l{load.length}" if load.length else ""
    name = f"{timed.samples.name}.{load.scenario}.b{answer.batch_size}{length}{rate}{instrument}.npy"
    path = timed.samples.with_name(name)
    numbered = [np.column_stack([np.full_like(each, n), each]) for n, each in enumerate(processes)]
    np.save(path, np.concatenate(numbered))
    return path.relative_to(timed.folder).as_posix()
