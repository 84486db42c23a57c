"""What a timing process is asked, and what it answers; both travel as JSON. Standard library only."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.records import Artifact, RuntimeInfo, RuntimeUse, TensorSpec

# How many different batches of the test set a configuration is called with, in rotation.
ROTATED = 4


@dataclass(frozen=True)
class TimingRequest:
    """One process: an artifact under a runtime, at several batch sizes in the order given.

    :param rows: an .npz with `input_0`, `ROTATED` times as many rows as the largest batch has, and for each output of
        the artifact what the torch model answers to them, `output_0` and so on
    :param samples: the .npy to write for each batch size, in the same order
    """

    runtime: RuntimeUse
    artifact: Artifact
    rows: str
    device: str
    threads: int
    batch_sizes: tuple[int, ...]
    samples: tuple[str, ...]
    warmup_s: float
    min_seconds: float
    min_samples: int

    def to_json(self) -> str:
        """The request as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "TimingRequest":
        """The request that `to_json` wrote."""
        content: dict[str, Any] = json.loads(text)
        artifact = content.pop("artifact")
        artifact["inputs"] = tuple(TensorSpec(i["name"], tuple(i["shape"]), i["dtype"]) for i in artifact["inputs"])
        artifact["outputs"] = tuple(artifact["outputs"])
        return cls(
            runtime=_runtime_use(content.pop("runtime")),
            artifact=Artifact(**artifact),
            batch_sizes=tuple(content.pop("batch_sizes")),
            samples=tuple(content.pop("samples")),
            **content,
        )


@dataclass(frozen=True)
class TimingAnswer:
    """What really executed the artifact, or why nothing did (`error`)."""

    provider: str = ""
    provider_share: float | None = None
    error: str = ""

    def write(self, path: Path) -> None:
        """Keep the answer in a file."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "TimingAnswer":
        """The answer that `write` kept."""
        return cls(**json.loads(path.read_text()))


def _runtime_use(content: dict[str, Any]) -> RuntimeUse:
    info = content.pop("info")
    lists = {name: tuple(info.pop(name)) for name in ("precisions", "scenarios", "requires")}
    return RuntimeUse(info=RuntimeInfo(**info, **lists), precisions=tuple(content.pop("precisions")), **content)
