"""The records of a run: what results.json holds. Standard library only; the JSON Schema is derived from them."""

from dataclasses import dataclass, field
from typing import Any, Literal

from bench.records import TensorSpec

FORMAT = 1

# What a worker does with a case, in order; the timing comes after them.
STAGES = ("train", "export", "evaluate")

Status = Literal["running", "passed", "failed"]


@dataclass(frozen=True)
class Failure:
    """What went wrong, in which stage and in whose code; the traceback is in the case's log.

    What is not `fatal`, a metric that nobody asked for by name, does not make its case a failed one.
    """

    stage: str
    kind: str
    message: str
    plugin: str = ""
    fatal: bool = True


@dataclass(frozen=True)
class StageResult:
    """How long a stage took, in seconds."""

    seconds: float


@dataclass(frozen=True)
class ArtifactResult:
    """One exported graph. `path` is relative to the run directory; `macs` are multiply-accumulates for one sample."""

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


@dataclass(frozen=True)
class ParityResult:
    """How far one of an artifact's outputs under a runtime lies from the torch model's on the test set.

    The bound on an element's error is `atol + rtol * |reference|`; `excess` is the largest ratio of error to bound.
    """

    artifact: str
    output: str
    runtime: str
    precision: str
    max_abs_error: float
    excess: float
    atol: float
    rtol: float


@dataclass(frozen=True)
class MetricResult:
    """A figure on the test set. `reference` is the torch model's own value, which `value` must agree with."""

    name: str
    value: float
    unit: str
    higher_is_better: bool | None
    artifact: str
    runtime: str
    precision: str
    reference: float


@dataclass(frozen=True)
class PictureResult:
    """A picture of a case; `path` is relative to the run directory."""

    name: str
    artifact: str
    path: str


@dataclass(frozen=True)
class Latency:
    """Percentiles in seconds of the time for one call. None where there are too few samples to state it."""

    p50: float | None
    p90: float | None
    p99: float | None


@dataclass(frozen=True)
class MeasurementResult:
    """One configuration timed. `samples` counts calls over all processes.

    `samples_path` is an array of int64 (samples, 2): the number of the process and the nanoseconds of one call.
    """

    artifact: str
    runtime: str
    provider: str
    provider_share: float | None
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
    process_p50_s: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class DataResult:
    """Which data a case saw: the content hash of all its parts."""

    fingerprint: str
    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class TrainingResult:
    """How a case was trained.

    `curves` holds a value an epoch for each name that was logged; None in an epoch that did not log it.
    """

    epochs: int
    steps: int
    device: str
    threads: int
    checkpoint: str
    checkpoint_sha256: str
    curves: dict[str, list[float | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseResult:
    """One case: model x dataset x parameters x seed, and all that is known of it.

    `group` is its identifier without the seed, `folder` its name among the files of the run directory.
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
    measurements: list[MeasurementResult] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True)
class GateResult:
    """A bound that the suite sets, and what it was held against: the mean over the seeds of a group of cases."""

    metric: str
    group: str
    bound: str
    value: float | None
    passed: bool
    where: str = ""


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
