"""What of two runs can be timed side by side, and whether the files for that are still those that were timed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from bench.catalog import Catalog, how_to_install, missing
from bench.compare.runs import Pair, Run
from bench.errors import BenchError, RunError
from bench.records import Artifact, RuntimeUse
from bench.results import ArtifactResult, CaseResult, MeasurementResult, is_chosen
from bench.stages.files import sha256
from bench.stages.request import rows_file
from bench.store.calibration import software_of
from bench.store.figures import place_of
from bench.timing.pair import SCENARIOS
from bench.timing.request import Load

AGAIN = "run its suite again, or name another run"

# A case, and one of its rows.
Timed = tuple[CaseResult, MeasurementResult]


@dataclass(frozen=True)
class Entrant:
    """One run's artifact, and what executes it.

    :param runtime: the name of the runtime, and `called` what the run's suite calls it
    :param rows: rows to call it with, and what its torch model answers to them
    :param sha256: of the graph
    :param checkpoint_sha256: of the weights that the graph was exported from
    :param environment: the machine and the software that the run used
    """

    artifact: Artifact
    runtime: str
    called: str
    params: dict[str, Any]
    rows: Path
    sha256: str
    checkpoint_sha256: str
    environment: dict[str, Any]

    def software(self, catalog: Catalog) -> str:
        """Which version of the runtime the run used.

        :raises BenchError: if the runtime is not installed here
        """
        entry = catalog.find("runtimes", self.runtime)
        return software_of(entry.info, entry.plugin, self.environment)

    def use(self, catalog: Catalog) -> RuntimeUse:
        """The runtime as it is installed here.

        :raises BenchError: if it is not
        """
        info = catalog.find("runtimes", self.runtime).info
        if absent := missing(info):
            raise BenchError(f"runtime {info.name!r} needs {' and '.join(absent)}", how_to_install(info))
        return RuntimeUse(self.called, info, self.params)


@dataclass(frozen=True)
class Contest:
    """One place that both runs have timed: the base's artifact there, and the head's."""

    group: str
    place: str
    base: Entrant
    head: Entrant
    load: Load
    device: str
    threads: int

    @property
    def entrants(self) -> tuple[Entrant, Entrant]:
        """The base's and the head's."""
        return self.base, self.head

    @property
    def is_same(self) -> bool:
        """Whether the two are the same graph, with its weights in it, executed alike."""
        base, head = ((one.sha256, one.runtime, one.params) for one in self.entrants)
        return base == head

    @property
    def has_same_weights(self) -> bool:
        """Whether both have the same checkpoint."""
        return self.base.checkpoint_sha256 == self.head.checkpoint_sha256

    def __str__(self) -> str:
        return f"{self.group}, {self.place}"


def contests_of(pair: Pair) -> Iterator[Contest]:
    """Every place at which both runs have timed an artifact whose queries follow each other.

    Of cases that differ in their seed alone, one stands for all: the first that both runs have, with other graphs if
    there is such a one. If they share none, it is the first of each: weights do not tell how long a graph takes.
    Offline, each side has taken the best batch size for itself; where those differ, the two cannot take turns.
    """
    bases, heads = _timed(pair.base, pair.only), _timed(pair.head, pair.only)
    for group, place in filter(heads.__contains__, bases):
        (case, row), other = _first_of_both(bases[group, place], heads[group, place])
        if other[1].batch_size != row.batch_size:
            continue
        load = Load(row.scenario, (row.batch_size,), length=row.length)
        entrants = _entrant(pair.base, case, row), _entrant(pair.head, *other)
        yield Contest(group, place, *entrants, load, row.device, row.threads)


def _first_of_both(base: Mapping[int, Timed], head: Mapping[int, Timed]) -> tuple[Timed, Timed]:
    """Those of the first seed with which the graphs differ; if they do with none, or share none, the first of each."""
    common = [(base[seed], head[seed]) for seed in sorted(base.keys() & head.keys())]
    pairs = common or [(base[min(base)], head[min(head)])]
    return next((pair for pair in pairs if _graph(*pair[0]).sha256 != _graph(*pair[1]).sha256), pairs[0])


def _graph(case: CaseResult, row: MeasurementResult) -> ArtifactResult:
    """What was timed."""
    return next(one for one in case.artifacts if (one.name, one.precision) == (row.artifact, row.precision))


def check_files(contests: Sequence[Contest], needs_torch: Sequence[bool]) -> None:
    """Hold every file that is needed against the hash that results.json has of it.

    :param needs_torch: of each contest, whether it is executed from the checkpoint
    :raises RunError: for the first that is missing or has changed
    """
    hashes: dict[Path, str] = {}
    for contest, from_checkpoint in zip(contests, needs_torch, strict=True):
        for one in contest.entrants:
            hashes[Path(one.artifact.path)] = one.sha256
            if from_checkpoint:
                hashes[Path(one.artifact.checkpoint)] = one.checkpoint_sha256
            if not one.rows.is_file():
                raise RunError(f"{one.rows}: missing; it holds what the artifact is called with", AGAIN)
            if not is_zipfile(one.rows):
                raise RunError(f"{one.rows}: damaged; it holds what the artifact is called with", AGAIN)
    for path, expected in hashes.items():
        _check_file(path, expected)


def _check_file(path: Path, expected: str) -> None:
    try:
        found = sha256(path)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}", AGAIN) from error
    if found != expected:
        message = f"{path}: not what was timed: its SHA-256 is {found[:12]}, and results.json has {expected[:12]}"
        raise RunError(message, AGAIN)


def _timed(run: Run, only: Sequence[str]) -> dict[tuple[str, str], dict[int, Timed]]:
    """By group and place, and then by seed, what can be timed in turn."""
    found: dict[tuple[str, str], dict[int, Timed]] = {}
    for case in run.results.cases:
        for row in case.measurements if is_chosen(case.id, only) else ():
            if row.scenario in SCENARIOS and row.instrument == "bench":
                found.setdefault((case.group, place_of(row)), {})[case.seed] = case, row
    return found


def _entrant(run: Run, case: CaseResult, row: MeasurementResult) -> Entrant:
    results, folder = run.results, run.folder
    found = _graph(case, row)
    runtimes = {one["name"]: one for one in results.suite["measure"]["runtimes"]}
    runtime = runtimes.get(row.runtime, {})  # a case that another run has left may have had others
    path, training = folder / found.path, case.training
    return Entrant(
        artifact=_artifact(found, path, folder / training.checkpoint if training else path),
        runtime=runtime.get("runtime", row.runtime),
        called=row.runtime,
        params=runtime.get("params", {}),
        rows=rows_file(path.parent, found.name),
        sha256=found.sha256,
        checkpoint_sha256=training.checkpoint_sha256 if training else "",
        environment=results.environment,
    )


def _artifact(found: ArtifactResult, path: Path, checkpoint: Path) -> Artifact:
    return Artifact(
        name=found.name,
        task=found.task,
        precision=found.precision,
        path=str(path),
        checkpoint=str(checkpoint),
        inputs=tuple(found.inputs),
        outputs=tuple(found.outputs),
    )
