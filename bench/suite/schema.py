"""What a suite may say. Its JSON Schema, for editors, is derived from these classes (`bench schema`)."""

from collections import Counter
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from bench.bounds import PERCENT, share
from bench.records import PRECISIONS, SCENARIOS

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")]

# No sane suite asks for more; a slip of the finger does, and would be told only by a machine without memory.
Count = Annotated[int, Field(gt=0, le=1_000_000)]
Seconds = Annotated[float, Field(gt=0, le=1_000_000)]


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


# One name is written without a list; in the validated suite it is one.
Names = Annotated[
    list[Name],
    Field(min_length=1),
    BeforeValidator(_as_list, json_schema_input_type=Name | Annotated[list[Name], Field(min_length=1)]),
]


class Strict(BaseModel):
    """A mapping in which an unknown key is an error, text is no number and a number is finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Train(Strict):
    """How to train: Lightning's Trainer names, and `batch_size`."""

    max_epochs: Count | None = Field(None, description="passes over the training data; 10 if nothing bounds it")
    max_steps: Annotated[int, Field(gt=0, le=1_000_000_000)] | None = Field(
        None, description="optimiser steps, if that bounds it rather than epochs"
    )
    batch_size: Count = Field(64, description="samples in a training step")
    accelerator: Literal["auto", "cpu", "gpu", "cuda", "mps", "tpu"] = Field(
        "auto", description="where to train; auto takes what is there"
    )
    devices: Annotated[int, Field(gt=0, le=1024)] | Literal["auto"] = Field(
        1, description="how many of these devices a case takes"
    )
    strategy: str = Field("auto", description="Lightning's strategy for several devices")
    precision: Literal["32-true", "16-mixed", "bf16-mixed", "bf16-true", "64-true"] = Field(
        "32-true", description="the arithmetic of training, not of the exported graph"
    )
    gradient_clip_val: Annotated[float, Field(gt=0)] | None = Field(
        None, description="bound on the norm of the gradient"
    )
    accumulate_grad_batches: Count = Field(1, description="batches in an optimiser step")
    check_val_every_n_epoch: Count | None = Field(
        None, description="epochs between two looks at the validation data; left out: about twenty looks in all"
    )
    snapshots: int = Field(
        0, ge=0, le=1000, description="how often the model is kept as it is, over its training; once an epoch at most"
    )
    deterministic: bool = Field(False, description="refuse operations whose result varies from run to run")


class Bound(Strict):
    """What a figure has to keep."""

    max: float | None = Field(None, description="the highest value that passes")
    min: float | None = Field(None, description="the lowest value that passes")

    needs: ClassVar[str] = "max or min"

    @model_validator(mode="after")
    def _bounds_something(self) -> "Bound":
        if not self.is_bound:
            raise ValueError(f"a {type(self).__name__.lower()} needs {self.needs}")
        if self.max is not None and self.min is not None and self.min > self.max:
            raise ValueError(f"nothing can pass: min, {self.min:g}, is above max, {self.max:g}")
        return self

    @property
    def is_absolute(self) -> bool:
        """Whether one run by itself can be held against it."""
        return self.max is not None or self.min is not None

    @property
    def is_bound(self) -> bool:
        """Whether it says anything."""
        return self.is_absolute


def _as_percent(value: Any) -> Any:
    share(str(value))  # says what is wrong in words; a pattern does not
    return value


Percent = Annotated[str, Field(pattern=PERCENT), BeforeValidator(_as_percent)]


class Gate(Bound):
    """A bound on a figure's mean over the seeds of a group of cases, on how much worse a run may make it, or both."""

    needs: ClassVar[str] = "max, min or max_regression"

    max_regression: Percent | None = Field(
        None, description="how much worse than the base `bench compare` lets it be, such as 5%"
    )

    length: Count | None = Field(
        None, description="the length of sequences at which a timing has to keep it; at each if left out"
    )

    @property
    def is_bound(self) -> bool:
        """Whether it says anything."""
        return self.is_absolute or self.max_regression is not None

    @property
    def tolerated(self) -> float | None:
        """How much worse it may become, as a share."""
        return None if self.max_regression is None else share(self.max_regression)


def _each_once(values: list[Any] | None) -> list[Any] | None:
    twice = next((value for value, count in Counter(values or ()).items() if count > 1), None)
    if twice is not None:
        raise ValueError(f"{twice!r} stands there twice")
    return values


def _each_name_once(values: list[Any] | None) -> list[Any] | None:
    _each_once([spec.name for spec in values or ()])
    return values


class CaseSpec(Strict):
    """Cases that belong together: models x datasets x the values of `matrix`."""

    name: Name | None = Field(None, description="what to call the model here; its own name if left out")
    model: Names = Field(description="a model, or several to cross")
    dataset: Names = Field(description="a dataset, or several to cross")
    params: dict[str, Any] = Field({}, description="the model's parameters, one value each")
    matrix: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        {}, description="the model's parameters, a list of values each, crossed"
    )
    data: dict[str, Any] = Field({}, description="the dataset's parameters")
    train: dict[str, Any] = Field({}, description="what differs from the suite's `train`")
    against: Name | None = Field(
        None, description="the case that these are compared with: its name, or its model's where it has none"
    )
    gates: dict[str, Gate] = Field({}, description="bounds for these cases, besides the suite's")

    @model_validator(mode="after")
    def _says_each_parameter_once(self) -> "CaseSpec":
        twice = sorted(set(self.params) & set(self.matrix))
        if twice:
            raise ValueError(f"{twice[0]!r} stands under params and under matrix")
        return self


Precision = Literal["fp32", "fp16", "int8-dynamic", "int8-static"]
Scenario = Literal["single-stream", "multi-stream", "server", "offline"]
assert get_args(Precision) == PRECISIONS and get_args(Scenario) == SCENARIOS  # noqa: PT018


class RuntimeSpec(Strict):
    """A runtime with parameters, at fewer precisions than the others, or both."""

    runtime: Name = Field(description="the runtime's name")
    name: Name = Field("", description="what to call it here; the runtime's own name if left out")
    params: dict[str, Any] = Field({}, description="the runtime's parameters")
    precisions: list[Precision] | None = Field(
        None, min_length=1, description="at which of the suite's precisions it is used; all if left out"
    )

    _names_each_once = field_validator("precisions")(_each_once)


def _named(value: Any, kind: str) -> Any:
    """A name alone is a plugin's without parameters; what has no name of its own is called what it is."""
    if isinstance(value, str):
        return {kind: value, "name": value}
    return {"name": value[kind], **value} if isinstance(value, dict) and kind in value else value


def _as_runtime(value: Any) -> Any:
    return _named(value, "runtime")


Runtime = Annotated[RuntimeSpec, BeforeValidator(_as_runtime, json_schema_input_type=Name | RuntimeSpec)]


class MetricSpec(Strict):
    """A metric or picture with parameters."""

    metric: Name = Field(description="the metric's name")
    name: Name = Field("", description="what to call it here; the metric's own name if left out")
    params: dict[str, Any] = Field({}, description="the metric's parameters")


def _as_metric(value: Any) -> Any:
    return _named(value, "metric")


Metric = Annotated[MetricSpec, BeforeValidator(_as_metric, json_schema_input_type=Name | MetricSpec)]


class Server(Strict):
    """What a server has to keep."""

    p99_s: Annotated[float, Field(gt=0, le=60)] = Field(
        0.015, description="the bound on the 99th percentile of the latency, in seconds"
    )


class Measure(Strict):
    """What to time, and how long."""

    runtimes: list[Runtime] = Field(
        [RuntimeSpec(runtime="onnxruntime", name="onnxruntime")],
        min_length=1,
        description="what executes the artifacts",
    )
    artifacts: list[Name] | None = Field(None, min_length=1, description="which artifacts to time; all if left out")
    device: Literal["cpu", "cuda"] = Field("cpu", description="where they are executed")
    precisions: list[Precision] = Field(
        ["fp32"], min_length=1, description="the arithmetic of the graphs; each is an artifact of its own"
    )
    scenarios: list[Scenario] = Field(
        ["single-stream"], min_length=1, description="how queries come, with MLPerf's meanings"
    )
    batch_sizes: list[Count] = Field(
        [1], min_length=1, description="samples in a query of single-stream; offline takes the best of them"
    )
    lengths: list[Count] | None = Field(
        None, min_length=1, description="steps in the sequences of a query, where they may be any; left out: the usual"
    )
    server: Server = Field(Server(), description="the server scenario's bound")
    threads: int = Field(1, gt=0, le=1024, description="threads of one call")
    cores: list[Annotated[int, Field(ge=0)]] | None = Field(
        None, min_length=1, description="the cores to time on; left out: the last ones, as many as `threads`"
    )
    processes: int = Field(
        5, gt=0, le=1000, description="fresh processes for each configuration, in turn with all others"
    )
    warmup_s: float = Field(0.05, ge=0, le=3600, description="least seconds of calls before the first that counts")
    warmup_max_s: float = Field(
        2.0, ge=0, le=3600, description="most seconds to wait for the calls to take the same time as those before"
    )
    min_seconds: float = Field(0.2, gt=0, le=3600, description="least seconds of calls that count, in each process")
    min_samples: int = Field(64, gt=0, le=10_000_000, description="least number of calls that count, in each process")
    loadgen: bool = Field(False, description="also let MLPerf's LoadGen measure; needs the extra `loadgen`")

    _names_each_once = field_validator("artifacts", "precisions", "scenarios", "batch_sizes", "lengths", "cores")(
        _each_once
    )

    _runtimes_each_once = field_validator("runtimes")(_each_name_once)


class Suite(Strict):
    """A suite of benchmarks."""

    name: Name = Field(description="names the folder of its runs")
    description: str = Field("", description="a sentence or two for the report")
    seeds: list[Annotated[int, Field(ge=0, lt=2**32)]] = Field(
        [0], min_length=1, max_length=1000, description="one case for each"
    )
    train: Train = Train()
    cases: list[CaseSpec] = Field(min_length=1, description="what to run")
    features: Name | None = Field(
        None,
        description="the case whose net turns inputs into what metrics of generators compare; left out: the inputs",
    )
    metrics: list[Metric] | None = Field(None, description="which to compute; left out: all that apply")
    course: list[Metric] = Field([], description="metrics to follow over the training, at each of its snapshots")
    measure: Measure = Measure()
    gates: dict[str, Gate] = Field({}, description="bounds for every case that has the metric")
    targets: dict[str, Bound] = Field(
        {}, description="bounds on learning curves; the report tells how long each training took to reach them"
    )
    silence_s: Seconds = Field(
        1800.0, description="a case that shows no sign of life for so many seconds is stopped and has failed"
    )

    _seeds_each_once = field_validator("seeds")(_each_once)
    _metrics_each_once = field_validator("metrics", "course")(_each_name_once)


def suite_schema() -> dict[str, Any]:
    """The JSON Schema of a suite."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Suite.model_json_schema()}
