"""report.html: one file that needs no network, light and dark, with interactive charts."""

import base64
from html import escape
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bench.report.chapters import chapters
from bench.report.charts.chart import Chart, Series, tick_labels
from bench.report.figures import MARKED, WIDE
from bench.report.highlights import highlights
from bench.report.page import render_page
from bench.report.palette import MARKERS, NEUTRAL, STROKES, colour_of
from bench.report.pictures import Picture, lost, shown_pictures
from bench.report.wording import machine, plain, software, subtitle
from bench.results import RunResult

# Pictures are embedded up to this many bytes in all, so that the file stays under 6 MB with the chart library.
PICTURE_BUDGET = 700_000


def render(results: RunResult, folder: Path) -> str:
    """The report as HTML. Everything that came from outside is escaped by the template engine."""
    from plotly.offline import get_plotlyjs

    there, missing = shown_pictures(results, folder)
    pictures, left_out = _embedded(there)
    told = chapters(results, folder)
    drawn = [chart for chapter in told for chart in chapter.charts]
    return render_page(
        "report",
        name=results.suite["name"],
        description=results.suite.get("description", ""),
        status=results.status,
        subtitle=subtitle(results),
        highlights=highlights(results),
        chapters=told,
        chart_data={chart.key: _chart(chart) for chart in drawn},
        pictures=pictures,
        left_out=left_out,
        lost=lost(missing),
        machine=machine(results),
        software=software(results),
        plotly=Markup(get_plotlyjs() if drawn else ""),  # noqa: S704 - code of plotly's
    )


def _chart(chart: Chart) -> dict[str, Any]:
    """A chart as the page's script takes it: traces, and what its axes are."""
    traces = [{**_trace(series, chart), "showlegend": not chart.legend} for series in chart.series]
    traces += [{**_trace(series, chart), "showlegend": True, "hoverinfo": "skip"} for series in chart.legend]
    if chart.reference is not None:
        line = {"dash": "dot", "width": 1, "color": NEUTRAL, "shape": "hv"}
        traces.insert(0, {**_points(chart.reference), "mode": "lines", "line": line, "hoverinfo": "skip"})
    shown = [*chart.series, *([chart.reference] if chart.reference else [])]
    xs, ys = ([value for one in shown for value in getattr(one, side) if value is not None] for side in "xy")
    axes = {"x": _axis(chart.x_title, chart.log_x, xs), "y": _axis(chart.y_title, chart.log_y, ys)}
    if chart.x_ticks:
        places, labels = zip(*tick_labels(chart), strict=True)
        axes["x"] |= {"tickvals": places, "ticktext": [_literal(label) for label in labels]}
    return {"traces": traces, "axes": axes}


def _trace(series: Series, chart: Chart) -> dict[str, Any]:
    colour = colour_of(series.colour)
    mode = ("lines+markers" if len(series.x) < MARKED else "lines") if chart.lines else "markers"
    line = {"color": colour, "width": 2, "dash": STROKES[series.stroke % len(STROKES)]}
    return {
        **_points(series),
        **_bars(series),
        # A name in the legend shows and hides all that has its colour.
        "legendgroup": str(series.colour) if series.colour >= 0 and chart.legend else "",
        "mode": mode,
        "line": line,
        "marker": {"color": colour, "size": 7 if chart.lines else 12, "symbol": MARKERS[series.stroke % len(MARKERS)]},
    }


def _bars(series: Series) -> dict[str, Any]:
    """The intervals of a series, as Plotly wants them: how far they reach above and below."""
    if not any(series.intervals):
        return {}
    ends = [
        (None, None) if y is None or one is None else (one[1] - y, y - one[0])
        for y, one in zip(series.y, series.intervals, strict=True)
    ]
    reach = {"array": [above for above, _ in ends], "arrayminus": [below for _, below in ends]}
    return {"error_y": {"type": "data", "symmetric": False, **reach, "thickness": 1.2, "width": 4}}


def _axis(title: str, log: bool, values: list[float]) -> dict[str, Any]:
    """An axis for some values, with plain numbers; on a wide logarithmic one at 1, 2 and 5."""
    scale: dict[str, Any] = {"type": "log", "tickformat": ",~r"} if log else {"type": "linear"}
    if log and values and max(values) > WIDE * min(values):
        scale["dtick"] = "D2"  # in a narrow range there may be none of these
    return {"title": {"text": _literal(title)}, **scale}


def _points(series: Series) -> dict[str, Any]:
    # What is drawn beside its place still says under the mouse where it belongs.
    moved = {"customdata": series.x, "hovertemplate": "(%{customdata:,}, %{y})"} if series.places else {}
    return {"type": "scatter", "name": _literal(series.name), "x": series.drawn_at, "y": series.y, **moved}


def _literal(text: str) -> str:
    """Text that came from outside: Plotly reads tags and entities."""
    return escape(plain(text), quote=False)


def _embedded(pictures: list[Picture]) -> tuple[list[dict[str, str]], int]:
    """The pictures as data, as many as the budget takes, and how many were left out."""
    embedded: list[dict[str, str]] = []
    left = PICTURE_BUDGET
    for picture in pictures:
        size = picture.file.stat().st_size
        if size > left:
            continue
        left -= size
        source = "data:image/png;base64," + base64.b64encode(picture.file.read_bytes()).decode()
        embedded.append({"group": picture.group, "name": picture.name, "source": source})
    return embedded, len(pictures) - len(embedded)
