"""An effect between two runs, before it is judged."""

from dataclasses import dataclass

from bench.compare.estimates import Estimate, Student
from bench.compare.scales import Scale

# There is no effect, and no doubt about that.
NONE = Student(0.0, 0.0, float("inf"))

# How an effect is found of which there is no doubt.
EXACTLY = "exactly"


@dataclass(frozen=True)
class Effect:
    """What two runs say of a figure.

    :param base: the figure in the one run, and `head` in the other
    :param scale: what makes effects changes
    :param value: the effect
    :param estimate: how sure that is; None where there is too little to tell it
    :param method: how it was found
    :param notes: why not to trust it, or why there is no estimate
    """

    base: float
    head: float
    scale: Scale
    value: float
    estimate: Estimate | None
    method: str
    notes: tuple[str, ...] = ()
    is_remeasured: bool = False
