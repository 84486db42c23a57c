"""report.html: one file that needs no network, light and dark, with interactive charts."""

import base64
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from bench.report.figures import MARKED
from bench.report.highlights import highlights
from bench.report.palette import COLOURS, STROKES
from bench.report.pictures import Picture, lost, shown_pictures
from bench.report.series import Chart, Series, charts
from bench.report.view import number, tables
from bench.report.wording import machine, plain, software, subtitle
from bench.results import RunResult

# Pictures are embedded up to this many bytes in all, so that the file stays under 6 MB with the chart library.
PICTURE_BUDGET = 700_000


def render(results: RunResult, folder: Path) -> str:
    """The report as HTML. Everything that came from outside is escaped by the template engine."""
    from plotly.offline import get_plotlyjs

    environment = Environment(
        loader=PackageLoader("bench.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    there, missing = shown_pictures(results, folder)
    pictures, left_out = _embedded(there)
    drawn = charts(results)
    return environment.get_template("report.html.j2").render(
        name=results.suite["name"],
        description=results.suite.get("description", ""),
        status=results.status,
        subtitle=subtitle(results),
        highlights=highlights(results),
        tables=tables(results),
        charts=drawn,
        chart_data={chart.key: _chart(chart) for chart in drawn},
        pictures=pictures,
        left_out=left_out,
        lost=lost(missing),
        machine=machine(results),
        software=software(results),
        style=Markup(_asset("report.css")),  # noqa: S704 - these three are code of ours and of plotly
        script=Markup(_asset("report.js")),  # noqa: S704
        plotly=Markup(get_plotlyjs() if drawn else ""),  # noqa: S704
    )


def _chart(chart: Chart) -> dict[str, Any]:
    """A chart as the page's script takes it: traces, and what its axes are."""
    traces = [_trace(series, chart) for series in chart.series]
    if chart.front is not None:
        line = {"dash": "dot", "width": 1, "color": "#888888", "shape": "hv"}
        traces.insert(0, {**_points(chart.front), "mode": "lines", "line": line, "hoverinfo": "skip"})
    axes = {"x": _axis(chart.x_title, chart.log_x), "y": _axis(chart.y_title, chart.log_y)}
    if chart.x_ticks:
        axes["x"] |= {"tickvals": chart.x_ticks, "ticktext": [number(tick) for tick in chart.x_ticks]}
    return {"traces": traces, "axes": axes}


def _trace(series: Series, chart: Chart) -> dict[str, Any]:
    colour = COLOURS[series.colour % len(COLOURS)]
    mode = ("lines+markers" if len(series.x) < MARKED else "lines") if chart.lines else "markers"
    line = {"color": colour, "width": 2, "dash": STROKES[series.stroke % len(STROKES)]}
    return {
        **_points(series),
        "mode": mode,
        "line": line,
        "marker": {"color": colour, "size": 7 if chart.lines else 13},
    }


def _axis(title: str, log: bool) -> dict[str, Any]:
    return {"title": {"text": escape(plain(title), quote=False)}, "type": "log" if log else "linear"}


def _points(series: Series) -> dict[str, Any]:
    # Plotly reads tags and entities in a name.
    return {"type": "scatter", "name": escape(plain(series.name), quote=False), "x": series.x, "y": series.y}


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


def _asset(name: str) -> str:
    return Path(__file__).with_name("templates").joinpath(name).read_text(encoding="utf-8")
