"""Charts as pictures, for reports that cannot be interactive."""

from pathlib import Path

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from bench.report.palette import COLOURS, STROKES
from bench.report.series import Chart, charts
from bench.report.view import number
from bench.report.wording import plain
from bench.results import RunResult

DASHES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}

# A line of fewer points has them marked.
MARKED = 8


def draw(results: RunResult, folder: Path) -> list[tuple[str, str]]:
    """Draw every chart into `images`.

    :returns: (caption, path relative to the run directory) of each
    """
    drawn = []
    for chart in charts(results):
        path = folder / "images" / f"{chart.key}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        _figure(chart).savefig(path)
        drawn.append((chart.title, f"images/{path.name}"))
    return drawn


def _figure(chart: Chart) -> Figure:
    figure = Figure(figsize=(7.6, 3.8), dpi=100, layout="constrained", facecolor="white")
    axes = figure.subplots()
    for series in chart.series:
        y = [float("nan") if value is None else value for value in series.y]
        axes.plot(
            series.x,
            y,
            linestyle=DASHES[STROKES[series.stroke % len(STROKES)]] if chart.lines else "",
            marker="o" if len(series.x) < MARKED else "",
            color=COLOURS[series.colour % len(COLOURS)],
            label=_literal(series.name),
            markersize=5 if chart.lines else 8,
            linewidth=1.6,
        )
    if chart.front is not None:
        y = [float("nan") if value is None else value for value in chart.front.y]
        label = _literal(chart.front.name)
        axes.step(chart.front.x, y, "--", where="post", color="#888888", linewidth=1, label=label, zorder=0)
    axes.set_xscale("log" if chart.log_x else "linear")
    axes.set_yscale("log" if chart.log_y else "linear")
    _number_ticks(axes.xaxis, chart.log_x, chart.x_ticks)
    _number_ticks(axes.yaxis, chart.log_y)
    axes.set_xlabel(_literal(chart.x_title))
    axes.set_ylabel(_literal(chart.y_title))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7, frameon=False)
    return figure


def _number_ticks(axis: Axis, log: bool, ticks: tuple[float, ...] = ()) -> None:
    """Plain numbers at a log axis, rather than powers of ten: at `ticks` if there are some, else at 1, 2 and 5."""
    if not log:
        return
    axis.set_major_locator(FixedLocator(ticks) if ticks else LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def _literal(text: str) -> str:
    """Text that came from outside, in which Matplotlib else takes `$` for the beginning of a formula."""
    return plain(text).replace("$", r"\$")
