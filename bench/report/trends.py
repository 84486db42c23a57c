"""Where figures have changed from run to run, in words."""

from typing import Literal

from bench.compare.change_points import ChangePoint
from bench.report.formats import number, percent

# So many digits of a commit tell it from all others.
COMMIT_DIGITS = 7

Direction = Literal["worse", "better", "changed"]


def direction(change: ChangePoint, higher_is_better: bool | None) -> Direction:
    """Whether a change is for the worse; only `changed` if nobody knows."""
    if higher_is_better is None:
        return "changed"
    return "better" if (change.after > change.before) == higher_is_better else "worse"


def by_how_much(change: ChangePoint) -> str:
    """`+12 %`; of a figure that was zero, which a change has no share of, from what to what."""
    if change.change is None:
        return f"from {number(change.before)} to {number(change.after)}"
    return f"{'+' if change.change > 0 else '-'}{percent(abs(change.change))}"


def since(run_id: str, commit: str) -> str:
    """The run, and the commit that it was at if it was in a repository."""
    return f"since {run_id}" + (f" ({commit[:COMMIT_DIGITS]})" if commit else "")


def size(change: ChangePoint) -> float:
    """How large a change is, to order them: halving is as large as doubling; from or to nothing is largest."""
    before, after = abs(change.before), abs(change.after)
    if before == 0 or after == 0 or change.before * change.after < 0:
        return float("inf")
    return max(before / after, after / before)
