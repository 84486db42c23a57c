"""Effects -> verdicts, over a whole matrix of them.

With hundreds of comparisons, some look bad by chance. A change is called one only if it passes the procedure of
Benjamini & Hochberg 1995, "Controlling the false discovery rate", doi:10.1111/j.2517-6161.1995.tb02031.x: of all that are
called regressed, no more than `TAIL` are expected to be false, however many were looked at. Facts, which have no noise,
stand outside of that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.compare.effects import Effect
from bench.compare.estimates import TAIL
from bench.compare.observed import Nature
from bench.compare.records import Key, Row, Threshold, Verdict

NO_DIRECTION = "nobody says which way is better"
BY_ITSELF = "beyond the threshold if it were the only figure; among {count} one such is no surprise"


@dataclass(frozen=True)
class Candidate:
    """An effect that is to be judged."""

    key: Key
    nature: Nature
    effect: Effect
    threshold: Threshold


def judged(candidates: Sequence[Candidate]) -> Iterator[Row]:
    """A row for each, in the same order."""
    uncertain = [one for one in candidates if one.nature.kind != "fact" and one.effect.estimate is not None]
    worse = _discovered([_p_worse(one) for one in uncertain])
    better = _discovered([_p_better(one) for one in uncertain])
    called = {
        one.key: (is_worse, is_better) for one, is_worse, is_better in zip(uncertain, worse, better, strict=True)
    }
    for one in candidates:
        yield _row(one, *called.get(one.key, (_p_worse(one) <= TAIL, _p_better(one) <= TAIL)), len(uncertain))


def _discovered(p_values: Sequence[float]) -> list[bool]:
    """Which hypotheses are rejected at a false discovery rate of `TAIL`."""
    if not p_values:
        return []
    p = np.asarray(p_values)
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= TAIL * np.arange(1, len(p) + 1) / len(p))
    limit = ordered[passing[-1]] if len(passing) else -1.0
    return list((p <= limit).tolist())


def _limits(one: Candidate) -> tuple[float, float]:
    """Between which effects nothing has changed."""
    scale, share = one.effect.scale, one.threshold.share
    return scale.effect(-share), scale.effect(share)


def _p_worse(one: Candidate) -> float:
    return one.effect.estimate.p_above(_limits(one)[1]) if one.effect.estimate else 1.0


def _p_better(one: Candidate) -> float:
    return one.effect.estimate.p_below(_limits(one)[0]) if one.effect.estimate else 1.0


def _row(one: Candidate, is_worse: bool, is_better: bool, count: int) -> Row:
    effect, scale, estimate = one.effect, one.effect.scale, one.effect.estimate
    interval = estimate.interval() if estimate else None
    verdict = _verdict(one, is_worse, is_better, interval)
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


def _verdict(one: Candidate, is_worse: bool, is_better: bool, interval: tuple[float, float] | None) -> Verdict:
    if interval is None:
        return "inconclusive"
    low, high = _limits(one)
    if one.nature.higher_is_better is None:
        is_same = low <= interval[0] and interval[1] <= high and not (one.nature.kind == "fact" and one.effect.notes)
        return "unchanged" if is_same else "inconclusive"
    if is_worse:
        return "regressed"
    if is_better:
        return "improved"
    return "unchanged" if low <= interval[0] and interval[1] <= high else "inconclusive"


def _why_inconclusive(
    one: Candidate, verdict: Verdict, interval: tuple[float, float] | None, count: int
) -> Iterator[str]:
    if verdict != "inconclusive" or interval is None:
        return
    low, high = _limits(one)
    if one.nature.higher_is_better is None:
        yield NO_DIRECTION
    elif interval[0] > high or interval[1] < low:
        yield BY_ITSELF.format(count=count)
