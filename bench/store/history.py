"""The history: every run below a folder of reports, in one SQLite database beside them.

What a run was and its figures are copied there, so that a question over a thousand runs reads one file. The run
directories stay the truth: `rebuild` makes the database anew from them, but for the baselines, which only it knows.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from bench.errors import RunError, suggestion
from bench.results import RunResult, is_chosen
from bench.store.figures import figures_of
from bench.store.folder import RESULTS, path_of, read_results

FILE = "history.sqlite"

# How long a writer waits for another, in seconds.
WAIT_S = 10.0

# The errors of a database that nothing is wrong with but that it cannot be written; an error's first byte tells them.
UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_FULL)
PRIMARY = 0xFF

# How a transaction begins that will write: it waits for another writer now, and not in the middle.
WRITING = "BEGIN IMMEDIATE"

# The name that always means the newest run, and from how many digits on a text may be a commit.
LATEST = "latest"
LEAST_OF_COMMIT = 7

# What names a run, also with a slip in it, or a commit: no baseline is called so.
IDENTIFIER = r"\d{8}-[0-9a-f-]*|[0-9a-f]{7,40}"

# Each takes the database from the version of its place to the next one. What has been released is never changed.
MIGRATIONS: tuple[Sequence[str], ...] = (
    (
        """CREATE TABLE runs (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, suite TEXT NOT NULL, folder TEXT NOT NULL,
            started TEXT NOT NULL, status TEXT NOT NULL, commit_id TEXT NOT NULL, cpu TEXT NOT NULL
        )""",
        "CREATE INDEX runs_by_commit ON runs (commit_id)",
        """CREATE TABLE figures (
            name TEXT NOT NULL, case_id TEXT NOT NULL, place TEXT NOT NULL, run INTEGER NOT NULL,
            value REAL NOT NULL, unit TEXT NOT NULL, PRIMARY KEY (name, case_id, place, run),
            FOREIGN KEY (run) REFERENCES runs (number) ON DELETE CASCADE
        ) WITHOUT ROWID""",
        "CREATE INDEX figures_by_run ON figures (run)",
        """CREATE TABLE baselines (name TEXT PRIMARY KEY, run_id TEXT NOT NULL) WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE figures ADD COLUMN higher_is_better INTEGER",  # that of a metric is known after a `rebuild`
        "UPDATE figures SET higher_is_better = 0 WHERE name GLOB 'latency-p*'",
        "UPDATE figures SET higher_is_better = 1 WHERE name = 'throughput'",
    ),
    ("ALTER TABLE runs ADD COLUMN is_changed INTEGER NOT NULL DEFAULT 0",),  # that of a run is known after a `rebuild`
)


@dataclass(frozen=True)
class RunRow:
    """A run as the history knows it.

    :param folder: relative to the reports
    :param commit: empty outside of a repository
    :param is_changed: whether files of that commit had been changed
    """

    id: str
    suite: str
    folder: str
    started: str
    status: str
    commit: str
    cpu: str
    is_changed: bool = False


@dataclass(frozen=True)
class Point:
    """A figure of one case at one place in one run."""

    case: str
    place: str
    run_id: str
    started: str
    commit: str
    value: float
    unit: str
    higher_is_better: bool | None = None
    is_changed: bool = False


@dataclass(frozen=True)
class Series:
    """A figure of one case at one place over a suite's runs, the oldest first.

    :param runs: the identifiers of those that have it, one for each of the `values`
    :param higher_is_better: as its newest run knows it; None if none knows
    """

    suite: str
    figure: str
    case: str
    place: str
    unit: str
    higher_is_better: bool | None
    runs: tuple[str, ...]
    values: tuple[float, ...]


class History:
    """The database of a folder of reports.

    :param reports: the folder below which runs are
    :param make: whether to make one where there is none
    :param wait_s: how long to wait for another process that writes
    :raises RunError: if there is none; as every method, if it is damaged, of a newer version, or locked for too long
    """

    def __init__(self, reports: Path, make: bool = False, wait_s: float = WAIT_S) -> None:
        self.reports = reports.resolve()
        self.path = self.reports / FILE
        self._wait_s = wait_s
        if not make and not self.path.is_file():
            hint = "`bench run` begins one, `bench history rebuild` makes one of the runs that are there"
            raise RunError(f"{self.path}: there is no history", hint)
        with self._open() as connection:
            version = self._version(connection)
        if version < len(MIGRATIONS):
            with self._open(WRITING) as connection:
                self._migrate(connection)

    def record(self, results: RunResult, folder: Path) -> None:
        """Take a run in, in the place of what is known of it."""
        with self._open(WRITING) as connection:
            _insert(connection, results, self._relative(folder))

    def runs(self, suite: str = "", most: int = -1) -> list[RunRow]:
        """The newest first.

        :param suite: of this one alone
        :param most: so many at most; all if negative
        """
        query = """SELECT id, suite, folder, started, status, commit_id, cpu, is_changed FROM runs
            WHERE ? IN ('', suite) ORDER BY started DESC, number DESC LIMIT ?"""
        with self._open() as connection:
            return [_run(row) for row in connection.execute(query, (suite, most))]

    def trend(self, name: str, suite: str = "", only: Sequence[str] = ()) -> list[Point]:
        """A figure of all runs, in order of cases and places, the oldest run first.

        :param name: such as `accuracy` or `latency-p50`
        :param suite: of this one's runs alone
        :param only: patterns of cases, as for `bench run`; all if there are none
        :raises RunError: if no run has such a figure
        """
        query = """SELECT case_id, place, id, started, commit_id, value, unit, higher_is_better, is_changed
            FROM figures JOIN runs ON runs.number = figures.run
            WHERE name = ? AND case_id IN (SELECT value FROM json_each(?)) AND ? IN ('', suite)
            ORDER BY case_id, place, started, number"""
        with self._open() as connection:
            cases = _column(connection, "SELECT DISTINCT case_id FROM figures WHERE name = ?", name)
            if not cases:
                known = _column(connection, "SELECT DISTINCT name FROM figures")
                raise RunError(f"no run has a figure {name!r}", suggestion(name, known))
            chosen = json.dumps([case for case in cases if is_chosen(case, only)])
            rows = connection.execute(query, (name, chosen, suite))
            return [Point(*(*row, _direction(better), bool(changed))) for *row, better, changed in rows]

    def series(self, suite: str = "") -> list[Series]:
        """All figures, in order of suites, figures, cases and places.

        :param suite: of this one's runs alone
        """
        query = """SELECT suite, name, case_id, place, id, value, unit, higher_is_better
            FROM figures JOIN runs ON runs.number = figures.run WHERE ? IN ('', suite)
            ORDER BY suite, name, case_id, place, started, number"""
        with self._open() as connection:
            groups = groupby(connection.execute(query, (suite,)), key=itemgetter(0, 1, 2, 3))
            return [_series(key, list(rows)) for key, rows in groups]

    def set_baseline(self, name: str, run_id: str) -> None:
        """Name a run, in the place of one that had the name.

        :raises RunError: if the name would hide another way to name a run
        """
        if name in ("", LATEST) or name.startswith("-") or re.search(r"[/\\]", name) or re.fullmatch(IDENTIFIER, name):
            hint = f"neither {LATEST!r}, nor like a path, a run's identifier, a commit or an option"
            raise RunError(f"a baseline cannot be called {name!r}", hint)
        with self._open(WRITING) as connection:
            connection.execute("INSERT OR REPLACE INTO baselines VALUES (?, ?)", (name, run_id))

    def remove_baseline(self, name: str) -> None:
        """Forget a name, not its run.

        :raises RunError: if there is no such baseline
        """
        known = self.baselines()
        if name not in known:
            raise RunError(f"there is no baseline {name!r}", suggestion(name, known))
        with self._open(WRITING) as connection:
            connection.execute("DELETE FROM baselines WHERE name = ?", (name,))

    def baselines(self) -> dict[str, str]:
        """Each name with the identifier of its run."""
        with self._open() as connection:
            return dict(connection.execute("SELECT name, run_id FROM baselines ORDER BY name").fetchall())

    def find(self, name: str) -> Path:
        """The directory of a run that is named by its path, a baseline, `latest`, its identifier, or a git commit.

        Of a commit's runs, the newest; those of files that had been changed come after all others. A commit may be
        shortened to seven digits.

        :raises RunError: if nothing has that name, or its directory is gone
        """
        if path := path_of(name):
            return path
        row = self._named(name)
        if row is None:
            raise self._unknown(name)
        folder = self.reports / row.folder
        if not (folder / RESULTS).is_file():
            raise RunError(f"the run {row.id} is not in {folder} any more", "`bench history rebuild` forgets it")
        return folder

    def _named(self, name: str) -> RunRow | None:
        if name == LATEST:
            return next(iter(self.runs(most=1)), None)
        run_id = self.baselines().get(name, name)
        is_commit = len(name) >= LEAST_OF_COMMIT and set(name) <= set("0123456789abcdef")
        query = """SELECT id, suite, folder, started, status, commit_id, cpu, is_changed FROM runs
            WHERE id = ? OR (? AND commit_id GLOB ?)
            ORDER BY id = ? DESC, is_changed, started DESC, number DESC LIMIT 1"""
        with self._open() as connection:
            row = connection.execute(query, (run_id, is_commit, name + "*", run_id)).fetchone()
        return _run(row) if row else None

    def _unknown(self, name: str) -> RunError:
        """What is wrong with a name that is no run's."""
        baselines, runs = self.baselines(), [run.id for run in self.runs()]
        if not runs:
            return RunError(f"there are no runs in {self.reports}", "`bench run` makes one")
        if name in baselines:
            return RunError(f"the run {baselines[name]}, called {name!r}, is not in {self.path}", "name another run so")
        return RunError(
            f"{name!r} is no run, baseline or commit in {self.path}", suggestion(name, (LATEST, *baselines, *runs))
        )

    def rebuild(self, warn: Callable[[str], None]) -> int:
        """Read all run directories anew, in one step: a reader sees the old history or the new one.

        :param warn: is told of a results.json that cannot be read
        :returns: how many runs there are
        """
        count = 0
        with self._open(WRITING) as connection:
            connection.execute("DELETE FROM runs")
            for path in sorted(self.reports.glob(f"*/*/{RESULTS}")):
                try:
                    results, folder = read_results(path)
                except RunError as error:
                    warn(str(error))
                    continue
                _insert(connection, results, self._relative(folder))
                count += 1
        return count

    def _relative(self, folder: Path) -> str:
        if not folder.resolve().is_relative_to(self.reports):
            hint = "a history has the runs below its own folder; --reports names another"
            raise RunError(f"{folder} is not in {self.reports}", hint)
        return folder.resolve().relative_to(self.reports).as_posix()

    @contextmanager
    def _open(self, begin: str = "BEGIN") -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept together at the end, or not at all."""
        try:
            self.reports.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=self._wait_s, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise RunError(f"{self.path}: {error}") from error
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise RunError(f"{self.path}: {error}", _help(error)) from error
        finally:
            with suppress(sqlite3.Error):
                connection.close()  # rolls back what was not committed

    def _version(self, connection: sqlite3.Connection) -> int:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            newer = f"{self.path}: is of version {version}"
            raise RunError(newer, f"this version of bench knows versions up to {len(MIGRATIONS)}")
        return version

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Another process may have done so meanwhile: the version is read under the lock."""
        for statements in MIGRATIONS[self._version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _series(key: tuple[str, str, str, str], rows: list[tuple[Any, ...]]) -> Series:
    runs, values, units, directions = list(zip(*rows, strict=True))[4:]
    known = [direction for direction in directions if direction is not None]
    return Series(*key, units[-1], _direction(known[-1] if known else None), runs, values)


def _run(row: tuple[Any, ...]) -> RunRow:
    return replace(RunRow(*row), is_changed=bool(row[-1]))  # SQLite knows no bool


def _direction(stored: int | None) -> bool | None:
    return None if stored is None else bool(stored)


def _column(connection: sqlite3.Connection, query: str, *values: str) -> list[str]:
    return [row[0] for row in connection.execute(query, values)]


def _insert(connection: sqlite3.Connection, results: RunResult, folder: str) -> None:
    environment = results.environment
    git = environment.get("git", {})
    run = (results.run_id, str(results.suite.get("name", "")), folder, results.started, results.status)
    known = (str(git.get("commit", "")), str(environment.get("cpu", "")), bool(git.get("changed", False)))
    connection.execute("DELETE FROM runs WHERE id = ?", (results.run_id,))
    cursor = connection.execute(
        """INSERT INTO runs (id, suite, folder, started, status, commit_id, cpu, is_changed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (*run, *known),
    )
    rows = [
        (f.name, f.case, f.place, cursor.lastrowid, f.value, f.unit, f.higher_is_better) for f in figures_of(results)
    ]
    connection.executemany("INSERT OR REPLACE INTO figures VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _help(error: sqlite3.Error) -> str:
    if "locked" in str(error):
        return "another process holds it; try again when that has ended"
    if getattr(error, "sqlite_errorcode", 0) & PRIMARY in UNWRITABLE:
        return "it cannot be written: see who may write there, and whether the disk is full"
    again = "`bench history rebuild` makes it anew from the run directories"
    return f"move it away; {again}, in {FILE}; the baselines go with it, and have to be set again"
