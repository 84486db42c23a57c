"""Effects -> verdicts, over a whole matrix of them.

With hundreds of comparisons, some look bad by chance. A change is called one only if it passes the procedure of
Benjamini & Hochberg 1995, "Controlling the false discovery rate", doi:10.1111/j.2517-6161.1995.tb02031.x: of all that
are called regressed, no more than `TAIL` are expected to be false, however many were looked at. Facts, which have no
noise, stand outside of that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bench.compare.effects import Effect
from bench.compare.estimates import TAIL
from bench.compare.observed import Nature
from bench.compare.records import BY_ITSELF, NO_DIRECTION, Key, Row, Threshold, Verdict

AMONG = f"{BY_ITSELF}; among {{count}} one such is no surprise"


@dataclass(frozen=True)
class Candidate:
    """An effect that is to be judged."""

    key: Key
    nature: Nature
    effect: Effect
    threshold: Threshold

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Between which effects nothing has changed."""
        scale, share = self.effect.scale, self.threshold.share
        return scale.effect(-share), scale.effect(share)

    @cached_property
    def p_worse(self) -> float:
        """How surprising the data were if it were not worse than tolerated."""
        return self.effect.estimate.p_above(self.limits[1]) if self.effect.estimate else 1.0

    @cached_property
    def p_better(self) -> float:
        """How surprising the data were if it were not better by as much."""
        return self.effect.estimate.p_below(self.limits[0]) if self.effect.estimate else 1.0

    @property
    def is_uncertain(self) -> bool:
        """Whether it may be called a change by chance; what nobody calls one, or has no noise, may not."""
        nature = self.nature
        return nature.kind != "fact" and nature.higher_is_better is not None and self.effect.estimate is not None

    @property
    def is_within(self) -> bool:
        """Whether the whole interval lies within what is tolerated."""
        if self.effect.estimate is None:
            return False
        interval, (low, high) = self.effect.estimate.interval(), self.limits
        return low <= interval[0] and interval[1] <= high

    def is_clear(self, count: int) -> bool:
        """Whether it has a verdict already, however many others are judged with it.

        :param count: how many are, it included
        """
        return self.is_within or min(self.p_worse, self.p_better) <= TAIL / count


def judged(candidates: Sequence[Candidate]) -> Iterator[Row]:
    """A row for each, in the same order."""
    uncertain = [one for one in candidates if one.is_uncertain]
    worse = _discovered([one.p_worse for one in uncertain])
    better = _discovered([one.p_better for one in uncertain])
    called = {one.key: (is_worse, is_better) for one, is_worse, is_better in zip(uncertain, worse, better, strict=True)}
    for one in candidates:
        yield _row(one, *called.get(one.key, (one.p_worse <= TAIL, one.p_better <= TAIL)), len(uncertain))


def _discovered(p_values: Sequence[float]) -> list[bool]:
    """Which hypotheses are rejected at a false discovery rate of `TAIL`."""
    if not p_values:
        return []
    p = np.asarray(p_values)
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= TAIL * np.arange(1, len(p) + 1) / len(p))
    limit = ordered[passing[-1]] if len(passing) else -1.0
    return list((p <= limit).tolist())


def _row(one: Candidate, is_worse: bool, is_better: bool, count: int) -> Row:
    effect, scale, estimate = one.effect, one.effect.scale, one.effect.estimate
    interval = estimate.interval() if estimate else None
    verdict = _verdict(one, is_worse, is_better)
    return Row(
        key=one.key,
        kind=one.nature.kind,
        unit=one.nature.unit,
        higher_is_better=one.nature.higher_is_better,
        base=effect.base,
        head=effect.head,
        change=scale.change(effect.value),
        interval=None if interval is None else (scale.change(interval[0]), scale.change(interval[1])),
        detectable=None if estimate is None else scale.change(estimate.detectable()),
        threshold=one.threshold,
        verdict=verdict,
        method=effect.method,
        notes=(*effect.notes, *_why_inconclusive(one, verdict, interval, count)),
        is_remeasured=effect.is_remeasured,
    )


def _verdict(one: Candidate, is_worse: bool, is_better: bool) -> Verdict:
    if one.nature.higher_is_better is None:
        has_moved = one.nature.kind == "fact" and bool(one.effect.notes)
        return "unchanged" if one.is_within and not has_moved else "inconclusive"
    if is_worse:
        return "regressed"
    if is_better:
        return "improved"
    return "unchanged" if one.is_within else "inconclusive"


def _why_inconclusive(
    one: Candidate, verdict: Verdict, interval: tuple[float, float] | None, count: int
) -> Iterator[str]:
    if verdict != "inconclusive" or interval is None:
        return
    low, high = one.limits
    if one.nature.higher_is_better is None:
        yield NO_DIRECTION
    elif interval[0] > high or interval[1] < low:
        yield AMONG.format(count=count)
