"""What a timing process is asked, and what it answers; both travel as JSON. Standard library only."""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from bench.conditions import Conditions
from bench.records import Artifact, RuntimeInfo, RuntimeUse, TensorSpec

# The samples in a query of the multi-stream scenario, by MLPerf's rules.
MULTI_STREAM_SAMPLES = 8

# How many different batches of the test set a configuration is called with, in rotation.
ROTATED = 4


def beginning(kind: str, length: int | None) -> str:
    """How the names of the rows begin that an artifact is timed with: `input_`, or `128/input_`.

    :param kind: `input` or `output`
    :param length: of the sequences, where the artifact has an axis for them
    """
    return f"{kind}_" if length is None else f"{length}/{kind}_"


@dataclass(frozen=True)
class Load:
    """How queries come.

    :param scenario: one of `bench.records.SCENARIOS`
    :param batch_sizes: the samples in a query; where there are several, as in offline, the first process takes the best
    :param rates_per_s: a server's arrivals a second, each measured; if there are none, the process finds them
    :param search: whether the process looks for a server's rates once more; those that there are stay if they suit
    :param instrument: who holds the clock, `bench` or `loadgen`
    :param length: of the sequences, where the artifact has an axis for them
    """

    scenario: str
    batch_sizes: tuple[int, ...]
    rates_per_s: tuple[float, ...] = ()
    search: bool = False
    instrument: str = "bench"
    length: int | None = None


@dataclass(frozen=True)
class Effort:
    """How long to measure each load: both the least duration and the least count are met.

    :param warmup_s: least seconds of calls that do not count
    :param warmup_max_s: most seconds to wait for calls to become stable
    :param bound_s: what a server's 99th percentile has to keep
    """

    warmup_s: float
    warmup_max_s: float
    min_seconds: float
    min_samples: int
    bound_s: float


@dataclass(frozen=True)
class Rival:
    """Another artifact that is timed in turn with that of a request.

    :param rows: as those of the request; where its inputs have other shapes than these, it is called with its own
    :param goes_first: whether it is loaded first, and its turns come first
    """

    runtime: RuntimeUse
    artifact: Artifact
    rows: str
    goes_first: bool = False


@dataclass(frozen=True)
class TimingRequest:
    """One process: an artifact under a runtime, under several loads in the order given.

    :param rows: an .npz with for each input of the artifact, `input_0` and so on, `ROTATED` times as many rows as the
        largest batch has if the test set has so many, and for each output what the torch model answers to them,
        `output_0` and so on; of an artifact with a sequence axis, such rows for each length, `128/input_0` and so on.
        `usual_0` and so on, if they are there, say how large the numbers of each output are on the whole test set
    :param cores: what the process is bound to; empty where the system cannot do that
    :param helpers: one core more, for LoadGen's own threads; empty where there is none
    :param samples: where to write the durations: the beginning of a path, to which `.load.part.npy` is added
    :param seed: of a server's arrivals
    :param rival: what is timed in turn with the artifact, under loads in which queries follow each other
    """

    runtime: RuntimeUse
    artifact: Artifact
    rows: str
    device: str
    threads: int
    cores: tuple[int, ...]
    loads: tuple[Load, ...]
    effort: Effort
    samples: str
    seed: int = 0
    helpers: tuple[int, ...] = ()
    rival: Rival | None = None

    def to_json(self) -> str:
        """The request as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "TimingRequest":
        """The request that `to_json` wrote."""
        content: dict[str, Any] = json.loads(text)
        rival = content.pop("rival")
        return cls(
            **_loaded(content),
            rival=Rival(**_loaded(rival), **rival) if rival else None,
            loads=tuple(_rebuilt(Load, one) for one in content.pop("loads")),
            effort=Effort(**content.pop("effort")),
            cores=tuple(content.pop("cores")),
            helpers=tuple(content.pop("helpers")),
            **content,
        )


@dataclass(frozen=True)
class LoadAnswer:
    """One load as it was measured: of several batch sizes the one that was taken, of several rates one.

    :param of_rival: whether it is the rival's and not the artifact's
    :param path: the .npy with the durations of all queries in nanoseconds
    :param samples: how many samples were answered
    :param seconds: in how many seconds
    """

    load: int
    batch_size: int
    rate_per_s: float | None
    path: str
    samples: int
    seconds: float
    warmup_calls: int
    warm: bool
    conditions: Conditions
    details: dict[str, Any] = field(default_factory=dict)
    of_rival: bool = False


@dataclass(frozen=True)
class TimingAnswer:
    """What really executed the artifact and how it went, or why nothing did (`error`)."""

    provider: str = ""
    provider_share: float | None = None
    provider_time_share: float | None = None
    load_s: float = 0.0
    first_s: float = 0.0
    cores: tuple[int, ...] = ()
    loads: tuple[LoadAnswer, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    def write(self, path: Path) -> None:
        """Keep the answer in a file."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "TimingAnswer":
        """The answer that `write` kept."""
        content = json.loads(path.read_text())
        loads = [LoadAnswer(conditions=Conditions(**one.pop("conditions")), **one) for one in content.pop("loads")]
        return cls(loads=tuple(loads), cores=tuple(content.pop("cores")), **content)


def _loaded(content: dict[str, Any]) -> dict[str, Any]:
    """What is loaded, and by what, out of the content of a request."""
    runtime, artifact = content.pop("runtime"), content.pop("artifact")
    artifact["inputs"] = tuple(_rebuilt(TensorSpec, one) for one in artifact["inputs"])
    runtime["info"] = _rebuilt(RuntimeInfo, runtime["info"])
    return {"runtime": _rebuilt(RuntimeUse, runtime), "artifact": _rebuilt(Artifact, artifact)}


def _rebuilt(record: type[Any], content: dict[str, Any]) -> Any:
    """A record from its content as JSON, which has lists for tuples."""
    values = {f.name: content[f.name] for f in fields(record)}
    return record(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
