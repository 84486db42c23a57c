"""What a chart is, whatever draws it."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.report.formats import number

# The colour number of what stands for all colours.
ANY = -1

Interval = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """A line or a cloud of points under one name. Series of one case share a colour number, not a stroke.

    `intervals` are those of its values; empty if it has none. `places` are where its points are drawn, if not at `x`.
    """

    name: str
    x: list[float]
    y: list[float | None]
    colour: int = 0
    stroke: int = 0
    intervals: tuple[Interval | None, ...] = ()
    places: tuple[float, ...] = ()

    @property
    def drawn_at(self) -> list[float]:
        """Where its points are drawn."""
        return [*self.places] or self.x


@dataclass(frozen=True)
class Chart:
    """A chart: what its axes are, and its series.

    :param chapter: where in a report it belongs
    :param x_ticks: where the x axis has its ticks; empty for wherever they fit
    :param x_labels: what these ticks are called; empty for their numbers
    :param reference: what the series are held against: a step up or down at each of its points
    :param legend: series without values that explain colours and strokes; empty: each series explains itself
    :param note: what a reader must know
    """

    key: str
    title: str
    x_title: str
    y_title: str
    series: list[Series]
    chapter: str = "Speed"
    log_x: bool = False
    log_y: bool = False
    lines: bool = True
    x_ticks: tuple[float, ...] = ()
    x_labels: tuple[str, ...] = ()
    reference: Series | None = None
    legend: tuple[Series, ...] = ()
    note: str = ""


def tick_labels(chart: Chart) -> Iterator[tuple[float, str]]:
    """The ticks of the x axis that a chart asks for, and what they are called."""
    labels = chart.x_labels or tuple(number(tick) for tick in chart.x_ticks)
    return zip(chart.x_ticks, labels, strict=True)
