"""The effect between facts: exactly."""

from collections.abc import Mapping

from bench.compare.effects import EXACTLY, Effect
from bench.compare.estimates import Student
from bench.compare.observed import Observed
from bench.compare.scales import Difference


def fact_effect(base: Observed, head: Observed) -> Effect:
    """The effect between two facts: that of the first seed that both have, since they do not depend on it."""
    common = sorted(base.seeds.keys() & head.seeds.keys())
    old, new = (side.seeds[common[0]] if common else next(iter(side.seeds.values())) for side in (base, head))
    scale = Difference(base.nature.higher_is_better, abs(old.value) or abs(new.value) or 1.0)
    value = scale.of(old.value, new.value)
    notes = _moved(old.parts, new.parts)
    return Effect(old.value, new.value, scale, value, Student(value, 0.0, float("inf")), EXACTLY, notes)


def _moved(base: Mapping[str, int], head: Mapping[str, int]) -> tuple[str, ...]:
    """Which parts differ, as in `Gemm 3 -> 4`."""
    names = sorted(base.keys() | head.keys())
    moved = [f"{name} {base.get(name, 0)} -> {head.get(name, 0)}" for name in names if base.get(name) != head.get(name)]
    return (", ".join(moved),) if moved else ()
