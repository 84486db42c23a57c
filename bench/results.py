"""The records of a run: what results.json holds. Standard library only; the JSON Schema is derived from them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from bench.conditions import Conditions
from bench.records import TensorSpec

FORMAT = 1

# What a worker does with a case, in order; the timing comes after them.
STAGES = ("train", "export", "evaluate")

# The kind of a failure that is none: something is left out that cannot be served.
UNSUITABLE = "Unsuitable"

Status = Literal["running", "passed", "failed"]


@dataclass(frozen=True)
class Failure:
    """What went wrong, in which stage and in whose code; the traceback is in the case's log.

    What is not `fatal`, a metric that nobody asked for by name, does not make its case a failed one. Where `artifact`
    and `precision` are given, it costs the figures of this graph alone, though the case has failed, and where `runtime`
    is given too, those under this runtime (and at this `length` of its sequences); else it costs the case's timing as a
    whole. An artifact that is `Unsuitable` for a precision, or a runtime for a graph, costs the same figures, and
    nothing has failed. A `metric` that the suite names and that is `Unsuitable` costs nothing but its own figure.
    """

    stage: str
    kind: str
    message: str
    plugin: str = ""
    fatal: bool = True
    artifact: str = ""
    runtime: str = ""
    precision: str = ""
    length: int | None = None
    metric: str = ""


@dataclass(frozen=True)
class StageResult:
    """How long a stage took, in seconds."""

    seconds: float


@dataclass(frozen=True)
class ArtifactResult:
    """One exported graph. `path` is relative to the run directory; `macs` are multiply-accumulates for one sample.

    `macs_at` has them for each length of the sequences that is timed, where inputs have an axis for them. `operators`
    says how many of the nodes are of each kind.
    """

    name: str
    task: str
    precision: str
    path: str
    sha256: str
    bytes: int
    parameters: int
    macs: int
    nodes: int
    inputs: list[TensorSpec]
    outputs: list[str]
    macs_at: dict[int, int] = field(default_factory=dict)
    operators: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ParityResult:
    """How far one of an artifact's outputs under a runtime lies from the torch model's on the test set.

    At a `length` other than the usual one, rows of the test set are joined and cut anew. `relative_error` is the
    Euclidean length of the difference against that of the torch model's output; `excess` is the error against the bound
    of the precision, which `bench.parity` states: above 1, they do not agree.
    """

    artifact: str
    output: str
    runtime: str
    precision: str
    max_abs_error: float
    relative_error: float
    excess: float
    length: int | None = None


@dataclass(frozen=True)
class MetricResult:
    """A figure on the test set. `reference` is the torch model's own value.

    `value` lies at most `tolerance` from it; None where the metric states no bound for this precision. `best` is the
    value that no answer can surpass; None where nobody knows. `scores_path` is an array of float32 (n,) with a number
    for each row of the test set, in its order, of which `value` is the mean; empty if it is no such mean.
    """

    name: str
    value: float
    unit: str
    higher_is_better: bool | None
    artifact: str
    runtime: str
    precision: str
    reference: float
    tolerance: float | None
    best: float | None = None
    scores_path: str = ""


@dataclass(frozen=True)
class PictureResult:
    """A picture of a case; `path` is relative to the run directory."""

    name: str
    artifact: str
    path: str


@dataclass(frozen=True)
class CourseResult:
    """A figure on the test set over the training: what the torch model got at each of its snapshots.

    It ends where it could not be computed any more; the case's failures say why.
    """

    name: str
    unit: str
    higher_is_better: bool | None
    artifact: str
    epochs: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Latency:
    """Percentiles in seconds of the time for one query. None where there are too few samples to state it."""

    p50: float | None
    p90: float | None
    p99: float | None
    p999: float | None = None

    def at(self, q: float) -> float | None:
        """The q-th percentile, one of `LEAST_SAMPLES`."""
        value: float | None = getattr(self, f"p{q:g}".replace(".", ""))
        return value


@dataclass(frozen=True, kw_only=True)
class ProcessResult(Conditions):
    """One timing process under one load, and the conditions in which it was.

    `turn` is its place in the order of all timing processes of the run; `cores` are those that it was bound to.
    `load_s` is how long loading the artifact took, `first_s` its very first call, of the process's first load.
    `p90_s` and `p99_s` are None where it has too few samples; `meets_bound` says of a server's process whether p99 kept
    the bound.
    """

    turn: int
    cores: list[int]
    load_s: float
    first_s: float
    samples: int
    p50_s: float
    p99_s: float | None = None
    meets_bound: bool | None = None
    warmup_calls: int = 0
    warm: bool = True
    p90_s: float | None = None
    throughput_per_s: float | None = None


@dataclass(frozen=True)
class Spread:
    """The standard deviation of a measurement's durations, against their median, by where it comes from.

    `within` is that of single queries in one process, `between` that of the processes' medians, beyond what
    `within` explains; None if there are too few processes.
    """

    within: float
    between: float | None


@dataclass(frozen=True)
class MeasurementResult:
    """One artifact under one runtime and one load. `samples` counts queries over all processes.

    `scenario` has MLPerf's meaning: in single-stream and multi-stream the next query begins when one ends; in server,
    queries arrive at random at `rate_per_s` and latency counts from when each was due; in offline, a query is all
    there is, and `batch_size` the best way to cut it. `length` is that of the sequences; None where inputs have no axis
    for them. `meets_bound` says whether most of a server's processes keep its
    bound at this rate, each by its own 99th percentile; `latency_s` is that of the queries of all of them.
    `instrument` is who held the clock. `noise` holds the reasons for which this row is not to be trusted.
    `roofline` is its share of what this machine can attain for such a graph, as `bench calibrate` has measured it.
    `samples_path` is an array of int64 (samples, 2): the number of the process and the nanoseconds of one query.
    """

    artifact: str
    runtime: str
    provider: str
    provider_share: float | None
    provider_time_share: float | None
    device: str
    precision: str
    batch_size: int
    scenario: str
    threads: int
    latency_s: Latency
    throughput_per_s: float
    processes: int
    samples: int
    samples_path: str
    by_process: list[ProcessResult] = field(default_factory=list)
    spread: Spread | None = None
    noise: list[str] = field(default_factory=list)
    rate_per_s: float | None = None
    meets_bound: bool | None = None
    instrument: str = "bench"
    roofline: float | None = None
    details: dict[str, Any] = field(default_factory=dict)
    length: int | None = None


@dataclass(frozen=True)
class DataResult:
    """Which data a case saw: the content hash of all its parts, and how many rows each has.

    `test_inputs` and `test_targets` are hashes of the test part's: by them, cases are known that have been asked the
    same. Empty if nobody can tell.
    """

    fingerprint: str
    train: int
    validation: int
    test: int
    test_inputs: str = ""
    test_targets: str = ""


@dataclass(frozen=True)
class SnapshotResult:
    """The model as it was after an epoch of its training; `path` is relative to the run directory."""

    epoch: int
    path: str
    sha256: str


@dataclass(frozen=True)
class TrainingResult:
    """How a case was trained.

    `curves` holds a value an epoch for each name that was logged; None in an epoch that did not log it.
    `epoch_ends_s` are the seconds from the start of training to the end of each epoch. `pretraining_epochs` is how many
    of the epochs came before the model learned what it is for. `findings` is what the model has found out by itself and
    tells of, such as an architecture.
    """

    epochs: int
    steps: int
    device: str
    threads: int
    checkpoint: str
    checkpoint_sha256: str
    curves: dict[str, list[float | None]] = field(default_factory=dict)
    epoch_ends_s: list[float] = field(default_factory=list)
    pretraining_epochs: int = 0
    snapshots: list[SnapshotResult] = field(default_factory=list)
    findings: dict[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseResult:
    """One case: model x dataset x parameters x seed, and all that is known of it.

    `group` is its identifier without the seed, `folder` its name among the files of the run directory, `against` the
    group that it is compared with, if any. `tolerated` says how much worse than a base its figures may become, as
    shares, by the name of a figure, or with its length: `latency-p50 length=128`.
    """

    id: str
    group: str
    folder: str
    model: str
    dataset: str
    params: dict[str, Any]
    data_params: dict[str, Any]
    train: dict[str, Any]
    seed: int
    status: Status = "passed"
    error: Failure | None = None
    stages: dict[str, StageResult] = field(default_factory=dict)
    data: DataResult | None = None
    training: TrainingResult | None = None
    artifacts: list[ArtifactResult] = field(default_factory=list)
    parity: list[ParityResult] = field(default_factory=list)
    metrics: list[MetricResult] = field(default_factory=list)
    pictures: list[PictureResult] = field(default_factory=list)
    courses: list[CourseResult] = field(default_factory=list)
    measurements: list[MeasurementResult] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    against: str = ""
    tolerated: dict[str, float] = field(default_factory=dict)

    @property
    def downfall(self) -> Failure | None:
        """The first failure that costs all of its graphs their figures, if there is one."""
        return next((one for one in self.failures if one.fatal and not one.artifact), None)

    def is_trusted(self, artifact: str, runtime: str, precision: str) -> bool:
        """Whether no failure stands against a graph under a runtime: only then is it timed."""
        against = [one for one in self.failures if one.fatal or one.kind == UNSUITABLE]
        graphs = {(one.artifact, one.runtime, one.precision) for one in against}
        return graphs.isdisjoint({("", "", ""), (artifact, "", precision), (artifact, runtime, precision)})


def name_in(group: str) -> str:
    """What a group's cases are called: their `name` in the suite, or their model's."""
    return re.split(r"[\[@]", group, maxsplit=1)[0]


def is_chosen(case_id: str, only: Sequence[str]) -> bool:
    """Whether a pattern is part of the identifier, or matches all of it with its `*` and `?`."""
    literal = {pattern: pattern.replace("[", "[[]") for pattern in only}  # brackets belong to identifiers
    return not only or any(pattern in case_id or fnmatchcase(case_id, literal[pattern]) for pattern in only)


def in_brackets(params: Mapping[str, Any]) -> str:
    """Parameters as an identifier has them: `[width=64,hidden=8x4]`; empty if there are none."""
    inner = ",".join(f"{name}={_written(value)}" for name, value in params.items())
    return f"[{inner}]" if inner else ""


def _written(value: Any) -> str:
    if isinstance(value, list):
        return "x".join(_written(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class GateResult:
    """A bound that the suite sets, and what it was held against: the mean over the seeds of a group of cases.

    `interval` is that of a ratio, at 95 % confidence, where there is enough to tell it.
    """

    metric: str
    group: str
    bound: str
    value: float | None
    passed: bool
    where: str = ""
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class RunResult:
    """One execution of a suite. `suite` is the suite as it was run, with every default filled in."""

    run_id: str
    suite: dict[str, Any]
    environment: dict[str, Any]
    status: Status
    started: str
    seconds: float
    cases: list[CaseResult]
    gates: list[GateResult] = field(default_factory=list)
    format: int = FORMAT
