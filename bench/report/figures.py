"""Charts as pictures, for reports that cannot be interactive."""

from math import ceil
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from bench.report.charts.chart import Chart, Series, tick_labels
from bench.report.formats import number
from bench.report.palette import MARKERS, NEUTRAL, STROKES, colour_of
from bench.report.wording import plain

DASHES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}
SHAPES = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^"}

# A line of fewer points has them marked.
MARKED = 8

QUIET = "#60666d"
WIDTH, HEIGHT = 7.6, 3.5

# A logarithmic axis of a wider range has its numbers at 1, 2 and 5.
WIDE = 8

# A row of the legend, in inches, and how many letters of a name fit where there are two or three in a row.
ROW = 0.185
LETTERS = {3: 30, 2: 52}


def draw(chart: Chart, folder: Path) -> str:
    """Draw a chart into `images`.

    :returns: its path, relative to the run directory
    """
    path = folder / "images" / f"{chart.key}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    _figure(chart).savefig(path)
    return f"images/{path.name}"


def _figure(chart: Chart) -> Figure:
    named = chart.legend or chart.series
    names = [series.name for series in (*named, chart.reference) if series is not None]
    columns = next((count for count, letters in LETTERS.items() if max(map(len, names)) <= letters), 1)
    height = HEIGHT + ROW * ceil(len(names) / columns)
    figure = Figure(figsize=(WIDTH, height), dpi=120, layout="constrained", facecolor="white")
    axes = figure.subplots()
    for series in chart.series:
        _plot(axes, series, chart, "_" if chart.legend else _literal(series.name))
    for series in chart.legend:
        _plot(axes, series, chart, _literal(series.name))
    if chart.reference is not None:
        label, values = _literal(chart.reference.name), _values(chart.reference)
        axes.step(chart.reference.x, values, "--", where="post", color=NEUTRAL, linewidth=1, label=label, zorder=0)
    _style(axes, chart)
    figure.legend(loc="outside lower left", ncols=columns, fontsize=8, frameon=False, labelcolor="#1c2024")
    return figure


def _plot(axes: Axes, series: Series, chart: Chart, label: str) -> None:
    marked = not chart.lines or len(series.x) < MARKED
    axes.plot(
        series.drawn_at,
        _values(series),
        linestyle=DASHES[STROKES[series.stroke % len(STROKES)]] if chart.lines else "",
        marker=SHAPES[MARKERS[series.stroke % len(MARKERS)]] if marked else "",
        color=colour_of(series.colour),
        label=label,
        markersize=4.5 if chart.lines else 7,
        linewidth=1.5,
    )
    _plot_intervals(axes, series)


def _plot_intervals(axes: Axes, series: Series) -> None:
    """Bars from one end of each interval to the other."""
    every = zip(series.drawn_at, series.intervals, strict=bool(series.intervals))
    there = [(x, *ends) for x, ends in every if ends]
    for x, low, high in there:
        axes.plot([x, x], [low, high], "_-", color=colour_of(series.colour), linewidth=1, markersize=6, alpha=0.7)


def _values(series: Series) -> list[float]:
    return [float("nan") if value is None else value for value in series.y]


def _style(axes: Axes, chart: Chart) -> None:
    axes.set_xscale("log" if chart.log_x else "linear")
    axes.set_yscale("log" if chart.log_y else "linear")
    _number_ticks(axes.xaxis, chart.log_x)
    _number_ticks(axes.yaxis, chart.log_y)
    if chart.x_ticks:
        places, labels = zip(*tick_labels(chart), strict=True)
        axes.xaxis.set_major_locator(FixedLocator(places))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(places, [_literal(label) for label in labels])
    axes.set_xlabel(_literal(chart.x_title), color=QUIET)
    axes.set_ylabel(_literal(chart.y_title), color=QUIET)
    axes.tick_params(colors=QUIET, labelsize=9, length=3)
    axes.grid(color="#e3e5e8", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#c3c7cc")


def _number_ticks(axis: Axis, log: bool) -> None:
    """Plain numbers at an axis, rather than powers of ten: at 1, 2 and 5, or in a narrow range at whatever is round."""
    if log:
        low, high = axis.get_view_interval()
        wide = high / low > WIDE
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)) if wide else MaxNLocator(6, steps=[1, 2, 5, 10]))
        axis.set_minor_locator(NullLocator())
    elif all(value == int(value) for value in axis.get_data_interval()):
        axis.set_major_locator(MaxNLocator(integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def _literal(text: str) -> str:
    """Text that came from outside: Matplotlib takes `$` for a formula's beginning, and hides what begins with `_`."""
    text = plain(text).replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text
