"""The records that plugins and the harness hand to each other. Standard library only: listing imports nothing heavy.

Every `*Info` names its `target` as `"package.module:attribute"`; it is imported only when it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

# What an artifact's arithmetic may be, and the load patterns under which it may be timed, with MLPerf's meanings.
PRECISIONS = ("fp32", "fp16", "int8-dynamic", "int8-static")
SCENARIOS = ("single-stream", "multi-stream", "server", "offline")

# The unit of a metric that is told in the unit of what is forecast: each dataset has its own.
DATA_UNIT = "the data's unit"


@dataclass(frozen=True)
class ModelInfo:
    """A model: `target` is a `LightningModule` built as `Target(data: DataSpec, **params)`.

    Before a run it is built once on torch's meta device, where tensors have a shape and no content. What it logs with
    `loss` or `error` in its name is drawn as a learning curve, counted from the end of the epochs that an attribute
    `pretraining_epochs` tells of. A model that is not trained by gradient has a method
    `fit(data: LightningDataModule)`, which is then called in place of Lightning's Trainer.

    A model of several tasks does that of its dataset, or the first of them if it does not have that one.
    """

    name: str
    target: str
    task: str | tuple[str, ...]
    summary: str = ""
    source: str = ""

    def task_for(self, data: "DataSpec") -> str:
        """The task of what it answers about a dataset."""
        tasks = _each(self.task)
        return data.task if data.task in tasks else tasks[0]


@dataclass(frozen=True)
class DatasetInfo:
    """A dataset: `target` is a `LightningDataModule` built as `Target(**params)`.

    It has `spec`, a `DataSpec`, as soon as it is built; `test_dataloader` gives pairs of inputs and targets. bench sets
    its `batch_size` before training. `fingerprint()`, a content hash, and `parts`, a triple whose members have
    `inputs`, are optional; they let the report say which data it was, and how much.
    """

    name: str
    target: str
    task: str
    summary: str = ""
    source: str = ""


@dataclass(frozen=True)
class MetricInfo:
    """A figure or a picture that is computed from what an exported artifact answers on the test set.

    `form` says what `target` is, which a suite may give further parameters:
    `"torchmetric"`: a callable `(data: DataSpec) -> torchmetrics.Metric`, fed with outputs and what they should be
    (`Evaluation.truth`) batch by batch;
    `"function"`: a callable `(evaluation: Evaluation) -> float`, for what needs more than that;
    `"picture"`: a callable `(evaluation: Evaluation) -> matplotlib.figure.Figure`.

    It is computed for artifacts of its `task`, or of each of several.

    `tolerance` bounds how far the exported graph's value may lie from the torch model's, in the metric's unit;
    `lossy_tolerance` does so where the graph's precision is not fp32. None: the difference is told and not judged. Of a
    figure with the scale of the data, such as a distance, both are `relative`: of a value above 1, a share. A metric
    with the `unit` `DATA_UNIT` has that of the dataset.

    `scores` names, where the value is the mean of one number for each row of the test set, what gives these numbers:
    `"package.module:function"`, a callable `(evaluation: Evaluation) -> tensor (n,)` that takes the same parameters as
    `target`. By them two runs are compared row by row. `best` is the value that no answer can surpass.
    """

    name: str
    target: str
    task: str | tuple[str, ...]
    unit: str = ""
    higher_is_better: bool | None = None
    form: Literal["torchmetric", "function", "picture"] = "torchmetric"
    tolerance: float | None = 1e-3
    lossy_tolerance: float | None = None
    relative: bool = False
    summary: str = ""
    source: str = ""
    scores: str = ""
    best: float | None = None

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks of the artifacts that it is computed for."""
        return _each(self.task)

    def unit_for(self, data: "DataSpec") -> str:
        """The unit of its values for a dataset."""
        return data.unit if self.unit == DATA_UNIT else self.unit


def _each(task: str | tuple[str, ...]) -> tuple[str, ...]:
    return (task,) if isinstance(task, str) else task


@dataclass(frozen=True)
class RuntimeInfo:
    """What executes artifacts: `target` is a class, built as `Target(**params)`.

    An instance has `devices()` and `load(artifact, device, threads)`. `needs_torch` says in which kind of process it
    is timed: one forked from a server that has imported torch, or a fresh interpreter that never does. `precisions`
    and `scenarios` are those that it can serve. `requires` are the modules that it imports beyond what bench itself
    depends on, and `extra` is what to give pip to have them.
    """

    name: str
    target: str
    needs_torch: bool = False
    summary: str = ""
    source: str = ""
    precisions: tuple[str, ...] = ("fp32",)
    scenarios: tuple[str, ...] = SCENARIOS
    requires: tuple[str, ...] = ()
    extra: str = ""


@dataclass(frozen=True)
class RuntimeUse:
    """A runtime as a suite asks for it: with parameters, at some precisions, and under a name of its own."""

    name: str
    info: RuntimeInfo
    params: dict[str, Any] = field(default_factory=dict)
    precisions: tuple[str, ...] = ("fp32",)


@dataclass(frozen=True)
class MetricUse:
    """A metric or picture as a suite asks for it: with parameters, and under a name of its own."""

    name: str
    info: MetricInfo
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReporterInfo:
    """A report: `target` is a callable `(results: RunResult, folder: Path) -> str`; `filename` is where it goes."""

    name: str
    target: str
    filename: str
    summary: str = ""
    source: str = ""


Info = ModelInfo | DatasetInfo | MetricInfo | RuntimeInfo | ReporterInfo


@dataclass(frozen=True)
class DataSpec:
    """What a dataset offers to a model, known before it is loaded.

    `input_shape` has no batch axis. `value_range` is the range of the inputs where it is known. `unseen` are classes
    that the test part alone has, the anomalies.

    Of a text, `vocabulary` are the tokens in the order of their numbers, which the inputs are; put side by side they
    are the text again. `is_consecutive` tells that a row of a training batch goes on where the same row of the batch
    before has ended.

    What is to be forecast has inputs (steps, features) and targets (horizons,). `horizons` says how many steps after
    the last of the inputs each target lies, `features` names the features, of which the first is what is forecast, and
    `unit` is the unit of that, in inputs and targets alike. `season` tells which features are the sine and the cosine
    of the time of the year.
    """

    task: str
    input_shape: tuple[int, ...]
    input_dtype: str = "float32"
    classes: int | None = None
    class_names: tuple[str, ...] = ()
    value_range: tuple[float, float] | None = None
    unseen: tuple[int, ...] = ()
    horizons: tuple[int, ...] = ()
    features: tuple[str, ...] = ()
    unit: str = ""
    season: tuple[int, int] | None = None
    vocabulary: tuple[str, ...] = ()
    is_consecutive: bool = False


@dataclass(frozen=True)
class TensorSpec:
    """A named input of a graph: its shape without the batch axis, which is always first and of any size.

    `source` says what it is fed with when the graph is scored and timed: `"data"`, the dataset's inputs; `"normal"`,
    draws from the standard normal distribution, by the case's seed; or `"ARTIFACT.OUTPUT"`, what another artifact of
    the same model answers, such as `"encoder.code"`.

    `sequence` is the axis, counted without the batch axis, that may have any length, and `shape` then holds the usual
    one. All inputs of a graph that have such an axis share one length, which is `longest` at most; None: any.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    source: str = "data"
    sequence: int | None = None
    longest: int | None = None

    def shape_at(self, length: int | None) -> tuple[int, ...]:
        """The shape where sequences have this length; the usual one without an axis for it, or without a length."""
        if self.sequence is None or length is None:
            return self.shape
        return (*self.shape[: self.sequence], length, *self.shape[self.sequence + 1 :])


@dataclass(frozen=True)
class Export:
    """A part of a model that becomes an ONNX graph: what a model's `exports()` returns.

    `module` is a `torch.nn.Module`. Randomness is an input of a graph, never inside it. torch's exporter makes the
    graph, or, where torch does not compute the module, `graph`: called without arguments, it returns an
    `onnx.ModelProto` with these inputs and outputs, whose batch axis and sequence axes are dynamic. `engine` then says
    what does compute it.
    """

    name: str
    module: Any
    task: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[str, ...] = ("output",)
    graph: Any = None
    engine: str = "torch"


@dataclass(frozen=True)
class Artifact:
    """One exported graph on disk, as a runtime gets it: the ONNX file, and the checkpoint that it was exported from."""

    name: str
    task: str
    precision: str
    path: str
    checkpoint: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Session:
    """A loaded artifact. `call` takes a list of numpy arrays in the order of the artifact's inputs and returns a list.

    `provider` names what executes it; `provider_share` is the share of its nodes that really ran there,
    `provider_time_share` the share of the time. None if the runtime cannot tell. `details` go to results.json; its
    `arithmetic`, if it is there, says how many of the nodes compute in which type, as `{"f32": 3, "u8": 2}` does. A
    runtime that can tell such things only with more work gives `prove`, which takes nothing and returns the session
    with them. It is called when nothing is timed any more, so that its work is in no figure.
    """

    call: Any
    provider: str
    provider_share: float | None = None
    provider_time_share: float | None = None
    details: dict[str, Any] = field(default_factory=dict)
    prove: Any = None

    def proved(self) -> "Session":
        """The session with all that its runtime can tell.

        :raises BenchError: if something else executes it than what was asked for
        """
        return self.prove() if self.prove else self


class Case(Protocol):
    """A case while one of its artifacts is evaluated, for metrics and pictures that need more than its answers.

    Everything is answered by the same runtime at the same precision; for the reference, by the torch model.
    """

    @property
    def model(self) -> Any:
        """The trained model, a `LightningModule` on the CPU."""

    @property
    def exports(self) -> Mapping[str, Export]:
        """All of its artifacts by name."""

    @property
    def training(self) -> tuple[Any, Any]:
        """Inputs and targets (n, ...) of the training part of the dataset, without augmentation, in its own order."""

    def call(self, artifact: str, *inputs: Any) -> dict[str, Any]:
        """What an artifact answers to tensors (n, ...): output name -> tensor (n, ...). It is called in batches.

        :raises Unsuitable: if the model has no artifact of this name
        """

    def features(self, inputs: Any) -> Any | None:
        """What the net that the suite names under `features` makes of inputs or samples (n, ...): a tensor (n, d).

        None where the suite names none. The net is the same for all cases; of a tensor, it is asked once.

        :raises Unsuitable: if it takes inputs of another shape
        :raises BenchError: if its case has failed
        """

    def on_training(self, artifact: str) -> "Evaluation":
        """What an artifact answers on the training part of the dataset, without augmentation and in its own order."""

    @property
    def snapshots(self) -> tuple[int, ...]:
        """After how many epochs of the training the model was kept as it was, in order.

        As often as the suite says (`train.snapshots`); never where it says nothing, or the model fits itself.
        """

    def after(self, epoch: int, artifact: str) -> "Evaluation":
        """What an artifact answered on the test part after so many epochs, one of `snapshots`; computed by torch.

        :raises Unsuitable: if there is no such snapshot
        """


@dataclass(frozen=True)
class Evaluation:
    """What an artifact answered on the whole test set: what a metric or a picture is computed from.

    All tensors (n, ...) are on the CPU, in the order of the test set. `inputs` and `targets` are the dataset's, `fed`
    is what the artifact was called with, by the name of its input. `answers` has all of its outputs by name, and
    `outputs` is the first of them.
    """

    spec: DataSpec
    artifact: str
    task: str
    inputs: Any
    targets: Any
    fed: dict[str, Any]
    answers: dict[str, Any]
    seed: int
    case: Case

    @property
    def outputs(self) -> Any:
        """The artifact's first output."""
        return next(iter(self.answers.values()))

    @property
    def truth(self) -> Any:
        """What the first output should have been: the targets, or of a reconstruction the inputs."""
        return self.inputs if self.task == "reconstruction" else self.targets
