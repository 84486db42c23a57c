"""A case as a suite asks for it, with every name looked up."""

from dataclasses import dataclass, field
from typing import Any

from bench.records import DatasetInfo, ModelInfo
from bench.suite.schema import Gate, Train
from bench.suite.source import Location


@dataclass(frozen=True)
class PlannedCase:
    """One case. `group` names it without its seed; `origin` is where the suite asks for it.

    `varied` are the parameters of its entry's matrix, `against` the group that it is compared with, if any.
    """

    id: str
    group: str
    folder: str
    model: ModelInfo
    dataset: DatasetInfo
    params: dict[str, Any]
    data_params: dict[str, Any]
    train: Train
    seed: int
    gates: dict[str, Gate]
    origin: Location
    varied: dict[str, Any] = field(default_factory=dict)
    against: str = ""

    @property
    def tolerated(self) -> dict[str, float]:
        """How much worse its figures may become, as shares, by their names: of one length as `latency-p50 length=128`.

        A comparison of runs takes them from results.json.
        """
        found = {}
        for name, gate in self.gates.items():
            if gate.tolerated is not None:
                found[name if gate.length is None else f"{name} length={gate.length}"] = gate.tolerated
        return found
