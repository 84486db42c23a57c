"""Figures as a reader wants them: a few digits, a unit that suits."""

from statistics import fmean, stdev

# What stands where there is no figure.
NOTHING = "-"


def spread(values: list[float]) -> str:
    """Mean ± standard deviation."""
    if not values:
        return NOTHING
    return number(fmean(values)) + (f" ± {stdev(values):.2g}" if len(values) > 1 else "")


def number(value: float, digits: int = 4) -> str:
    """Four significant digits, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:,.{digits}g}"


def counted(count: int, noun: str) -> str:
    """How many there are of something."""
    return f"{count:,} {noun}{'' if count == 1 else 'es' if noun.endswith('s') else 's'}"


def ratio(value: float) -> str:
    """What is near 1, with three decimals: as many as a difference of a thousandth takes."""
    return f"{value:.3f}" if 0.1 <= value < 10 else number(value)


def reach(ends: tuple[float, float] | None) -> str:
    """How far an interval of ratios reaches."""
    return NOTHING if ends is None else f"{ratio(ends[0])} to {ratio(ends[1])}"


def seconds(value: float, digits: int = 3) -> str:
    """Three digits with the unit that suits."""
    return _with_prefix(value, "s", digits)


def joules(value: float, digits: int = 3) -> str:
    """Three digits with the unit that suits."""
    return _with_prefix(value, "J", digits)


def percent(value: float) -> str:
    """A share in per cent."""
    return f"{_digits(100 * value)} %"


def rough(value: float) -> str:
    """A share in per cent that is known roughly: two digits."""
    return f"{_digits(100 * value, 2)} %"


def size_of(count: float, digits: int = 3) -> str:
    """Bytes with the unit that suits."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{_digits(count, digits)} {unit}"
        count /= 1024
    return f"{_digits(count, digits)} GiB"


def _with_prefix(value: float, unit: str, digits: int) -> str:
    for factor, prefix in ((1, ""), (1e3, "m"), (1e6, "µ")):
        if value * factor >= 1:
            return f"{_digits(value * factor, digits)} {prefix}{unit}"
    return f"{_digits(value * 1e9, digits)} n{unit}"


def _digits(value: float, digits: int = 3) -> str:
    """So many significant digits; all of them of a longer whole number, rather than a power of ten."""
    return f"{value:.0f}" if value >= 10**digits - 0.5 else f"{value:.{digits}g}"
