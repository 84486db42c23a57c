"""report.md: verdicts first, then quality, speed, size; it needs nothing but a Markdown viewer."""

import re
from pathlib import Path
from urllib.parse import quote

from tabulate import tabulate

from bench.report import figures
from bench.report.pictures import lost, shown_pictures
from bench.report.view import Table, tables
from bench.report.wording import machine, plain, software, subtitle
from bench.results import RunResult


def render(results: RunResult, folder: Path) -> str:
    """The report as Markdown; its charts are drawn into the run directory's `images`."""
    title = escape(str(results.suite["name"]))
    verdict = {"passed": "passed", "failed": "**failed**", "running": "**not finished**"}[results.status]
    parts = [f"# {title}: {verdict}", _paragraph(str(results.suite.get("description", ""))), escape(subtitle(results))]
    everything = tables(results)
    parts += [_section(table) for table in everything[:2]]
    parts += [
        f"![{escape(caption)}]({quote(path)})\n\n*{escape(caption)}*" for caption, path in figures.draw(results, folder)
    ]
    parts += [_section(table) for table in everything[2:]]
    parts.append(_pictures(results, folder))
    parts.append(f"## Machine\n\n{_paragraph(machine(results))}\n\n{escape(software(results))}")
    return "\n\n".join(part for part in parts if part) + "\n"


def escape(text: str) -> str:
    """Text that came from outside, so that Markdown and the HTML in it take it literally."""
    text = " ".join(plain(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~#!])", r"\\\1", text)


def _paragraph(text: str) -> str:
    """Escaped text that does not begin a list or a rule either."""
    return re.sub(r"^(\d*)([-+.)])", r"\1\\\2", escape(text))


def _section(table: Table) -> str:
    rows = [[escape(cell) for cell in row] for row in table.rows]
    headers = [escape(header) for header in table.headers]
    alignment = ["right" if numeric else "left" for numeric in table.numeric]
    text = tabulate(rows, headers, tablefmt="pipe", disable_numparse=True, colalign=alignment)
    return f"## {table.title}\n\n{text}" + (f"\n\n{escape(table.note)}" if table.note else "")


def _pictures(results: RunResult, folder: Path) -> str:
    found, missing = shown_pictures(results, folder)
    if not found and not missing:
        return ""
    shown = [_picture(escape(picture.group), escape(picture.name), picture.path) for picture in found]
    return "\n\n".join(["## Pictures", f"Of the first seed of each case. {lost(missing)}".strip(), *shown])


def _picture(group: str, name: str, path: str) -> str:
    return f"### {group}: {name}\n\n![{name} of {group}]({quote(path)})"
