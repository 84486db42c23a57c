"""How much worse each figure may become, and who says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.compare.observed import Nature
from bench.compare.records import Key, Threshold
from bench.roofline import Calibration, calibration_for

DEFAULT = 0.05

# Who may say it.
OPTION, GATE, CALIBRATION, NOBODY = "--threshold", "gate", "calibration", "default"

# However quiet a machine was when it was calibrated, less than this nobody asks for without saying so.
LEAST = 0.01


@dataclass(frozen=True)
class Tolerance:
    """What is tolerated.

    :param named: a figure's name -> a share, from the command line; it goes before all else
    :param general: a share for what neither the command line names nor a gate, if the command line says one
    :param gates: group -> what the suite tolerates there, as `CaseResult.tolerated` has it
    :param calibrations: of the machine that the head was timed on
    :param here: those of this machine, on which figures are timed again
    :param runtimes: what a suite calls a runtime -> the runtime's own name
    """

    named: Mapping[str, float] = field(default_factory=dict)
    general: float | None = None
    gates: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    calibrations: Sequence[Calibration] = ()
    here: Sequence[Calibration] = ()
    runtimes: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: Key, nature: Nature, is_remeasured: bool = False) -> Threshold:
        """The threshold of a figure.

        :param is_remeasured: whether it was timed again, on this machine
        """
        if key.name in self.named:
            return Threshold(self.named[key.name], OPTION)
        gates = self.gates.get(key.group, {})
        for name in _names(key):
            if name in gates:
                return Threshold(gates[name], GATE)
        if self.general is not None:
            return Threshold(self.general, OPTION)
        calibrated = _calibrated(nature, self.here if is_remeasured else self.calibrations, self.runtimes)
        return Threshold(DEFAULT, NOBODY) if calibrated is None else Threshold(calibrated, CALIBRATION)


def _calibrated(nature: Nature, known: Sequence[Calibration], runtimes: Mapping[str, str]) -> float | None:
    """What a machine finds between a graph and itself: the larger of how far apart, and twice its deviation."""
    one = nature.execution
    if one is None or not nature.follows_pace:
        return None
    fitting = [each for each in known if (each.device, each.threads) == (one.device, one.threads)]
    found = calibration_for(fitting, runtimes.get(one.runtime, one.runtime), one.precision)
    return max(found.noise.apart, 2 * found.noise.deviation, LEAST) if found else None


def _names(key: Key) -> Iterable[str]:
    """What a gate on a figure may be called: with its length first."""
    yield from (f"{key.name} {word}" for word in key.place.split() if word.startswith("length="))
    yield key.name
