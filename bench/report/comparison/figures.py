"""A figure of a comparison in words: both values, how far it has changed, and how sure that is."""

from collections.abc import Callable, Iterator
from itertools import count

from bench.compare.records import Row
from bench.report.comparison.lines import MOST, line
from bench.report.formats import joules, number, percent, rough, seconds, size_of

HOW_TO_READ = (
    "A change of a timing, or of a fact of a graph, is a share of its base; one of a quality, of how far the base lies "
    "from the best value, where there is one. From tenfold on, it is told how many times as much it is. Intervals have "
    "95 % confidence. A timing is the geometric mean of what its processes found, each counting alike; the p50 of a "
    "run's own report is of all queries together, so the two may differ where processes do."
)

EXACTLY = "exactly"

# No value is told with more digits than this.
DIGITS = 10

# From so many times on, a change is told as that, and no share in per cent; more than so many are not counted.
TENFOLD, UNCOUNTED = 10, 1_000

# How that is told: slower is so many times as slow.
_AS = {
    "slower": "slow",
    "faster": "fast",
    "worse": "bad",
    "better": "good",
    "larger": "large",
    "smaller": "small",
    "more": "much",
    "less": "little",
}

_UNITS = {"s": seconds, "J": joules, "B": size_of}


def figure(value: float, unit: str, more_digits: int = 0) -> str:
    """A value with its unit.

    :param more_digits: than a reader wants
    """
    if unit in _UNITS:
        return _UNITS[unit](value, 3 + more_digits)
    return _with(number(value, 4 + more_digits), unit)


def base_and_head(row: Row) -> tuple[str, str]:
    """Both values of a row, with as many digits as tell them apart."""
    unit = row.unit
    if row.kind == "fact":
        base, head = (_with(f"{value:,.{DIGITS}g}", unit) for value in (row.base, row.head))
        return base, head
    for more in count():
        base, head = figure(row.base, unit, more), figure(row.head, unit, more)
        if base != head or row.base == row.head or more == DIGITS:
            break
    return base, head


def change(row: Row) -> str:
    """A change in words; of a quality, also how far it has moved in its own unit."""
    if row.change == 0:
        return "the same"
    text = _told(row, row.change, percent)
    if row.kind != "quality":
        return text
    moved = row.head - row.base
    points = "%" in row.unit
    how_far = f"{abs(moved):.3g} points" if points else _with(f"{abs(moved):.3g}", row.unit)
    return f"{text} ({how_far} {'higher' if moved > 0 else 'lower'})" if moved else text


def interval(row: Row) -> str:
    """Where the true change lies, as far as it is not known exactly; empty where nothing can be said."""
    if row.interval is None:
        return ""
    low, high = row.interval
    if low == high:
        return EXACTLY
    either_way = low < 0 < high
    near, far = (low, high) if either_way else sorted((low, high), key=abs)
    if either_way or times(row, far):
        return " to ".join(dict.fromkeys(_told(row, end, rough) for end in (near, far)))
    word = f" {_word(row, high or low)}" if (row.change > 0) != (high > 0) else ""
    return " to ".join(dict.fromkeys(rough(abs(end)) for end in (near, far))) + word


def times(row: Row, share: float) -> str:
    """How many times as much it is that has changed by this share; empty where that is told in per cent.

    A timing that falls to a tenth is ten times as fast: what is open in both directions looks it. What has no better
    direction and falls by more than all of it has another sign, and is no number of times as little.
    """
    grown = -share if row.higher_is_better else share
    if row.kind == "timing" and grown < 0:
        found = 1 / max(1 + grown, 1e-9)
    else:
        found = 1 + (share if row.higher_is_better is None else abs(share))
    if found < TENFOLD:
        return ""
    return number(found, 2) if found <= UNCOUNTED else f"more than {UNCOUNTED:,}"


def certainty(row: Row) -> str:
    """What `interval` has, as a part of a sentence."""
    ends = interval(row)
    return f"95 % interval {ends}" if ends and ends != EXACTLY else ends


def threshold(row: Row) -> str:
    """How much worse a figure may become, and who says so."""
    source = line(row.threshold.source, 60)
    return percent(row.threshold.share) + (f" ({source})" if source else "")


def told(row: Row) -> str:
    """A row in one sentence, without its name."""
    base, head = base_and_head(row)
    parts = [f"{base} -> {head}", change(row), certainty(row), f"tolerated {threshold(row)}"]
    return line(", ".join(filter(None, parts)), 2 * MOST)


def name(row: Row) -> str:
    """Which figure a row is, in one line."""
    return line(str(row.key))


def _told(row: Row, share: float, write: Callable[[float], str]) -> str:
    """A share with its direction: in per cent, written so, or how many times as much."""
    word, found = _word(row, share), times(row, share)
    return f"{found} times as {_AS[word]}" if found else f"{write(abs(share))} {word}"


def _with(text: str, unit: str) -> str:
    unit = line(unit, 20)
    return f"{text}{'' if unit.startswith('/') else ' '}{unit}" if unit else text


def _word(row: Row, way: float) -> str:
    """How a figure that goes this way is called: positive is worse, or larger where nobody says what is better."""
    worse, better = _words(row)
    return worse if way > 0 else better


def _words(row: Row) -> Iterator[str]:
    if row.unit in ("s", "/s") and row.higher_is_better is not None:
        return iter(("slower", "faster"))
    if row.kind == "quality" and row.higher_is_better is not None:
        return iter(("worse", "better"))
    pair = ("larger", "smaller") if row.unit == "B" else ("more", "less")
    return reversed(pair) if row.higher_is_better else iter(pair)
