"""What a worker is asked to do. Standard library only: the parent process builds these."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.records import DatasetInfo, MetricUse, ModelInfo, RuntimeUse
from bench.results import STAGES

# The artifact by which a net turns inputs into features.
FEATURES = "features"


@dataclass(frozen=True)
class FeatureCase:
    """The case whose net turns inputs into features.

    :param name: its name among the files of the run directory
    :param failure: why it has no net to give; empty if nothing is known against it
    """

    id: str
    name: str
    failure: str = ""


@dataclass(frozen=True)
class PartLatencies:
    """What parts of a case's model take, in seconds by their names; empty if it asks about none.

    :param failure: why nobody knows
    """

    seconds: dict[str, float] = field(default_factory=dict)
    failure: str = ""


@dataclass(frozen=True)
class CaseRequest:
    """One case for a worker.

    :param folder: the run directory
    :param name: the case's name among the files of the run directory
    :param metrics_named: whether the suite asks for these metrics by name; else one that fails is only noted
    :param train: Lightning's Trainer arguments and `batch_size`
    :param precisions: each is exported, scored and timed by the runtimes that are used at it
    :param device: where artifacts are executed, with `timed_threads` threads
    :param cores: those to time on; empty: the last ones
    :param train_threads: threads of this worker
    :param batch_sizes: the batch sizes that will be timed
    :param lengths: the lengths of sequences that will be timed; empty: the usual one of each artifact that has any
    :param timed: the artifacts that will be, one case's or another's; empty if any may be
    :param parts: what those parts take that its model asks about
    :param whole: whether the run has all cases of its suite
    :param stages: which to do; an earlier run has left what comes before them
    :param features: whose net turns inputs into features; None for nobody's
    :param course: metrics that are followed over the training, at each of its snapshots
    :param rehearsal_s: train for so many seconds only and write the `paces`; None for a run
    :param owners: module or package -> the plugin that it belongs to, to say in whose code something failed
    """

    id: str
    folder: str
    name: str
    model: ModelInfo
    dataset: DatasetInfo
    params: dict[str, Any]
    data_params: dict[str, Any]
    train: dict[str, Any]
    seed: int
    metrics: tuple[MetricUse, ...]
    metrics_named: bool
    runtimes: tuple[RuntimeUse, ...]
    precisions: tuple[str, ...]
    device: str
    train_threads: int
    timed_threads: int
    batch_sizes: tuple[int, ...]
    owners: dict[str, str]
    stages: tuple[str, ...] = STAGES
    rehearsal_s: float | None = None
    timed: tuple[str, ...] = ()
    features: FeatureCase | None = None
    course: tuple[MetricUse, ...] = ()
    lengths: tuple[int, ...] = ()
    cores: tuple[int, ...] = ()
    parts: PartLatencies = PartLatencies()
    whole: bool = True

    def lengths_of(self, artifact: str) -> tuple[int, ...]:
        """The lengths of sequences that an artifact is to be timed with; empty if none is named for it."""
        return self.lengths if not self.timed or artifact in self.timed else ()

    @property
    def gives_features(self) -> bool:
        """Whether it is this case's net that turns inputs into features."""
        return self.features is not None and self.features.id == self.id

    @property
    def artifacts(self) -> Path:
        """The folder of this case's checkpoint, graphs and test inputs."""
        return Path(self.folder, "artifacts", self.name)

    @property
    def images(self) -> Path:
        """The folder of this case's pictures."""
        return Path(self.folder, "images", self.name)

    @property
    def scores(self) -> Path:
        """The folder of what this case's metrics say of single rows of the test set."""
        return Path(self.folder, "scores", self.name)

    @property
    def log(self) -> Path:
        """What this case's process prints."""
        return Path(self.folder, "logs", f"{self.name}.log")

    @property
    def paces(self) -> Path:
        """Where a rehearsal writes the `Pace` of each part of the training, in order."""
        return self.artifacts / "paces.json"

    @property
    def checkpoint(self) -> Path:
        """The trained weights."""
        return self.artifacts / "checkpoint.pt"

    def snapshot(self, epoch: int) -> Path:
        """The weights as they were after an epoch."""
        return self.artifacts / "snapshots" / f"{epoch}.pt"

    def snapshots(self) -> list[int]:
        """The epochs after which the weights were kept, in order."""
        return sorted(int(path.stem) for path in self.snapshot(0).parent.glob("*.pt"))

    def graph(self, artifact: str, precision: str = "fp32") -> Path:
        """An exported graph."""
        return self.artifacts / (f"{artifact}.onnx" if precision == "fp32" else f"{artifact}.{precision}.onnx")

    def rows(self, artifact: str) -> Path:
        """Rows of the test set, and the torch model's outputs for them, that the timing feeds and checks."""
        return rows_file(self.artifacts, artifact)


def rows_file(artifacts: Path, artifact: str) -> Path:
    """See `CaseRequest.rows`.

    :param artifacts: the folder of the case's graphs
    """
    return artifacts / f"{artifact}.rows.npz"


@dataclass(frozen=True)
class Pace:
    """How fast a case trains in one part of its training, as a rehearsal found it, in seconds.

    :param setup_s: before the first step, and what that takes longer than others
    :param epoch_s: from one epoch to the next
    :param look_s: one look at the validation data
    :param steps: batches in an epoch; 0 if nobody knows
    :param ended_s: the training from then on, if it ended within the rehearsal
    :param first: the epoch with which the part begins
    """

    setup_s: float
    step_s: float
    epoch_s: float
    look_s: float
    steps: int
    ended_s: float | None = None
    first: int = 0


@dataclass(frozen=True)
class Problem:
    """What is wrong before anything runs.

    :param case: the case whose it is; empty if it is all of theirs
    :param path: the keys that lead to it in the suite, from its case on if it has one
    """

    case: str
    path: tuple[str | int, ...]
    message: str
    hint: str


@dataclass(frozen=True)
class Checked:
    """What a check has found.

    :param graphs: case identifier -> the artifacts that are to be timed, each with the lengths of its sequences
    """

    problems: list[Problem]
    graphs: dict[str, dict[str, tuple[int | None, ...]]]
