"""report.md: verdicts first, then quality, speed and what they rest on; it needs nothing but a Markdown viewer."""

import re
from pathlib import Path
from urllib.parse import quote

from tabulate import tabulate

from bench.report.chapters import Chapter, chapters
from bench.report.charts.chart import Chart
from bench.report.escaping import escape
from bench.report.figures import draw
from bench.report.pictures import lost, shown_pictures
from bench.report.tables.table import Table
from bench.report.wording import machine, software, subtitle
from bench.results import RunResult


def render(results: RunResult, folder: Path) -> str:
    """The report as Markdown; its charts are drawn into the run directory's `images`."""
    title = escape(str(results.suite["name"]))
    verdict = {"passed": "passed", "failed": "**failed**", "running": "**not finished**"}[results.status]
    parts = [f"# {title}: {verdict}", _paragraph(str(results.suite.get("description", ""))), escape(subtitle(results))]
    parts += [_chapter(chapter, folder) for chapter in chapters(results, folder)]
    parts.append(_pictures(results, folder))
    parts.append(f"## Machine\n\n{_paragraph(machine(results))}\n\n{escape(software(results))}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _paragraph(text: str) -> str:
    """Escaped text that does not begin a list or a rule either."""
    return re.sub(r"^(\d*)([-+.)])", r"\1\\\2", escape(text))


def _chapter(chapter: Chapter, folder: Path) -> str:
    """A chapter: its first table, its charts, which say it at a glance, and the other tables."""
    tables = [
        _table(table, "" if table.title == chapter.title else f"### {escape(table.title)}") for table in chapter.tables
    ]
    drawn = [_chart(chart, draw(chart, folder)) for chart in chapter.charts]
    return "\n\n".join([f"## {chapter.title}", *tables[:1], *drawn, *tables[1:]])


def _chart(chart: Chart, path: str) -> str:
    title = escape(chart.title)
    return f"![{title}]({quote(path)})\n\n*{title}.*" + (f" {escape(chart.note)}" if chart.note else "")


def _table(table: Table, heading: str) -> str:
    rows = [[escape(cell) for cell in row] for row in table.rows]
    headers = [escape(header) for header in table.headers]
    alignment = ["right" if numeric else "left" for numeric in table.numeric]
    text = tabulate(rows, headers, tablefmt="pipe", disable_numparse=True, colalign=alignment)
    return "\n\n".join(filter(None, (heading, text, escape(table.note))))


def _pictures(results: RunResult, folder: Path) -> str:
    found, missing = shown_pictures(results, folder)
    if not found and not missing:
        return ""
    shown = [_picture(escape(picture.group), escape(picture.name), picture.path) for picture in found]
    return "\n\n".join(["## Pictures", f"Of the first seed of each case. {lost(missing)}".strip(), *shown])


def _picture(group: str, name: str, path: str) -> str:
    return f"### {group}: {name}\n\n![{name} of {group}]({quote(path)})"
