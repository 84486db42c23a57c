"""Shows a run under way: a live table on a terminal, plain lines in a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bench.cli.text import duration
from bench.report.formats import counted
from bench.results import STAGES, CaseResult
from bench.run.forecast import Forecast
from bench.run.progress import Progress

WAITING = "another run is measuring on this host; waiting until it has ended"


@contextmanager
def progress_for(stream: IO[str]) -> Iterator[Progress]:
    """The right display for a stream, live until the block ends."""
    console = Console(file=stream)
    if not console.is_terminal:
        yield Lines(console)
        return
    display = LiveTable(console)
    with display.live:
        yield display


class Lines(Forecast):
    """One line an event, with the seconds since the start, and now and then what is left."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._start = time.monotonic()
        self._told = 0.0

    def started(self, folder: str, groups: dict[str, str], jobs: int, timing_s: float) -> None:
        super().started(folder, groups, jobs, timing_s)
        self._say(f"{counted(len(groups), 'case')} -> {folder}")

    def stage(self, case: str, name: str) -> None:
        super().stage(case, name)
        self._say(f"{case}: {name}")

    def finished(self, case: CaseResult) -> None:
        super().finished(case)
        spent = sum(stage.seconds for stage in case.stages.values())
        end = (
            f"passed in {spent:.1f} s" if case.error is None else f"FAILED in {case.error.stage}: {case.error.message}"
        )
        self._say(f"{case.id}: {end}{_rest(self.left())}")

    def measuring(self, case: str, done: int, total: int) -> None:
        super().measuring(case, done, total)
        now = time.monotonic()
        if done in (0, total) or now - self._told >= 10:
            self._told = now
            self._say(f"measured {done} of {total} processes{_rest(self.left() if done < total else None)}")

    def timing_parts(self, case: str, done: int, total: int) -> None:
        now = time.monotonic()
        if done == total or now - self._told >= 10:
            self._told = now
            self._say(f"{case}: {_parts(done, total)}")

    def remeasuring(self, contest: str, ended: int, total: int) -> None:
        now = time.monotonic()
        if ended == total or now - self._told >= 5:
            self._told = now
            self._say(f"timed again: {ended} of {total} are over" + (f"; now {contest}" if contest else ""))

    def waiting_for_host(self) -> None:
        self._say(WAITING)

    def warned(self, text: str) -> None:
        self._say(text)

    def interrupted(self, advice: str) -> None:
        self._say(advice)

    def _say(self, text: str) -> None:
        stamp = f"{time.monotonic() - self._start:7.1f} s  "
        self._console.print(stamp + text, markup=False, highlight=False, soft_wrap=True)


@dataclass
class _Row:
    stage: str = ""
    share: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    since: float = 0.0
    failed: bool = False
    ended: bool = False
    timed: int = 0


class LiveTable(Forecast):
    """A row a case with its stages, and the time that is left."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._rows: dict[str, _Row] = {}
        self._start = time.monotonic()
        self._parts = ""
        self._room = max(5, console.height - 6)
        self.live = Live(get_renderable=self._draw, console=console, refresh_per_second=4, transient=True)

    def started(self, folder: str, groups: dict[str, str], jobs: int, timing_s: float) -> None:
        super().started(folder, groups, jobs, timing_s)
        self._rows = {case: _Row() for case in groups}
        self._start = time.monotonic()

    def stage(self, case: str, name: str) -> None:
        super().stage(case, name)
        self._parts = ""
        row = self._rows[case]
        self._close_stage(row)
        row.stage, row.share, row.since = name, 0.0, time.monotonic()

    def advanced(self, case: str, share: float) -> None:
        super().advanced(case, share)
        self._rows[case].share = share

    def finished(self, case: CaseResult) -> None:
        super().finished(case)
        row = self._rows[case.id]
        self._close_stage(row)
        row.stage, row.ended, row.failed = "", True, case.error is not None

    def measuring(self, case: str, done: int, total: int) -> None:
        super().measuring(case, done, total)
        if case:
            self._rows[case].timed += 1

    def timing_parts(self, case: str, done: int, total: int) -> None:
        self._parts = f"{case}: {_parts(done, total)}"

    def waiting_for_host(self) -> None:
        self._say(WAITING)

    def warned(self, text: str) -> None:
        self._say(text)

    def interrupted(self, advice: str) -> None:
        self._say(advice)

    def _say(self, text: str) -> None:
        """Above the table."""
        self.live.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _close_stage(self, row: _Row) -> None:
        if row.stage:
            row.seconds[row.stage] = time.monotonic() - row.since

    def _draw(self) -> Group:
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("case")
        for stage in (*STAGES, "measure"):
            table.add_column(stage, justify="right", min_width=8)
        for case, row in self._visible():
            table.add_row(Text(case), *(self._cell(row, stage) for stage in STAGES), self._timing_cell(row))
        hidden = len(self._rows) - table.row_count
        more = Text(f"and {counted(hidden, 'more case')}", style="dim") if hidden else Text("")
        return Group(table, more, self._footer())

    def _visible(self) -> list[tuple[str, _Row]]:
        """The cases that fit on the screen: those at work, then those that wait, then the latest that ended."""
        busy = [item for item in self._rows.items() if item[1].stage]
        waiting = [item for item in self._rows.items() if not item[1].stage and not item[1].ended]
        ended = [item for item in reversed(self._rows.items()) if item[1].ended]
        chosen = {case for case, _ in (busy + waiting + ended)[: self._room]}
        return [item for item in self._rows.items() if item[0] in chosen]

    def _cell(self, row: _Row, stage: str) -> Text:
        if stage in row.seconds:
            failed = row.failed and stage == list(row.seconds)[-1]
            return Text("failed" if failed else f"{row.seconds[stage]:.1f} s", style="red" if failed else "green")
        return Text(f"{row.share:.0%}", style="cyan") if stage == row.stage else Text("·", style="dim")

    def _timing_cell(self, row: _Row) -> Text:
        """How many of the case's timing processes have begun, of how many."""
        timed_cases = sum(not row.failed for row in self._rows.values())
        every = self._timed[1] // max(1, timed_cases)
        if not row.timed:
            return Text("·", style="dim")
        return Text(f"{row.timed}/{every}", style="green" if row.timed >= every else "cyan")

    def _footer(self) -> Text:
        done, total = self._timed
        what = self._parts or ("training, before the measuring" if self._rows else "checking the suite")
        if total:
            what = f"measuring, {done} of {total} processes"
        rest = _rest(self.left()) if self._rows else ""
        return Text(f"{_clock(time.monotonic() - self._start)}  {what}{rest}", style="bold")


def _parts(done: int, total: int) -> str:
    return f"timing parts of its model, {done} of {total} processes"


def _rest(left: float | None) -> str:
    return f", about {duration(left)} left" if left is not None else ""


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"
