"""How often a comparison calls what is there, and what is not: simulated runs, and the picture of its power.

python tests/bench/compare/power.py docs/images/power.png
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from bench.compare.effects import Effect
from bench.compare.estimates import TAIL
from bench.compare.observed import Nature, Observed, Seen
from bench.compare.timings import timing_effect

COUNTS = (3, 5, 10)
MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
TRIALS = 1000

TIMING = Nature("timing", "s", higher_is_better=False, follows_pace=True)


def effect_of(base: Sequence[float], head: Sequence[float], paces: Sequence[Sequence[float]] = ((), ())) -> Effect:
    """The effect between two runs with these figures of their processes, and how fast the machine was at each."""
    old, new = (
        Observed(TIMING, {0: Seen(0.0, tuple(map(float, side)), tuple(map(float, pace)))})
        for side, pace in zip((base, head), paces, strict=True)
    )
    return timing_effect(old, new)


def is_called(effect: Effect) -> bool:
    """Whether an effect by itself is called a regression where nothing is tolerated."""
    return effect.estimate is not None and effect.estimate.p_above(0.0) <= TAIL


def found(multiples: Sequence[float], count: int, trials: int = TRIALS, seed: int = 0) -> list[float]:
    """The share of pairs of runs that are called regressed.

    :param multiples: the true changes, in standard deviations of the logarithms of what processes find
    :param count: of processes a side
    """
    deviation = 0.02
    noise = np.exp(np.random.default_rng(seed).normal(0, deviation, (trials, 2, count)))
    return [
        float(np.mean([is_called(effect_of(base, head * np.exp(multiple * deviation))) for base, head in noise]))
        for multiple in multiples
    ]


def theory(multiples: Sequence[float], count: int) -> np.ndarray:
    """The power of Student's t-test, by the noncentral t distribution."""
    freedom = 2 * count - 2
    return stats.nct.sf(stats.t.isf(TAIL, freedom), freedom, np.asarray(multiples) * np.sqrt(count / 2))


def draw(path: Path) -> None:
    """Write the picture: points are simulated, lines the theory."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), facecolor="white", layout="constrained")
    fine = np.linspace(0, max(MULTIPLES), 200)
    for count, colour, marker in zip(COUNTS, ("#d55e00", "#0072b2", "#009e73"), "os^", strict=True):
        axes.plot(fine, theory(fine, count), color=colour, linewidth=1.5)
        simulated = found(MULTIPLES, count)
        axes.plot(MULTIPLES, simulated, marker, color=colour, markersize=6, label=f"{count} processes a side")
    axes.axhline(TAIL, color="#555555", linewidth=1, linestyle=":")
    axes.annotate("called by chance: 2.5 %", (max(MULTIPLES), TAIL), (0, 4), ha="right", textcoords="offset points")
    axes.set(xlim=(-0.05, max(MULTIPLES) + 0.05), ylim=(0, 1.02), ylabel="share called regressed")
    axes.set_xlabel("true change, in standard deviations between processes")
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.08), title="points: simulated; lines: Student's t")
    figure.savefig(path, dpi=90, pil_kwargs={"optimize": True})


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
