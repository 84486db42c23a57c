"""CSV files with a row a day, read so that a row which is wrong is named."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from bench import BenchError
from bench.errors import suggestion

Row = dict[str, str]


@dataclass(frozen=True)
class Days:
    """One day after the other: their dates, and values (days, columns) in double precision."""

    dates: list[date]
    values: np.ndarray


def read_days(path: Path, column: str, columns: Sequence[str]) -> Days:
    """The columns of a CSV file, of which another one has the dates.

    :param path: the file; its first line names the columns, and they are separated by commas
    :param column: the one of the dates, such as 2000-01-31 or 20000131
    :raises BenchError: for a column that is not there, a date that cannot be read or does not follow the one before by
        a day, and a value that is missing or no number
    """
    dates: list[date] = []
    values: list[list[float]] = []
    for where, row in _rows(path, [column, *columns]):
        dates.append(_date(where, row[column]))
        if len(dates) > 1 and (apart := (dates[-1] - dates[-2]).days) != 1:
            message = f"{where}: {dates[-1]} comes {apart} days after {dates[-2]}"
            raise BenchError(message, "a series has a row for every day, in their order")
        values.append([_number(where, name, row[name]) for name in columns])
    if not dates:
        raise BenchError(f"{path.name} has no rows")
    return Days(dates, np.array(values))


def _rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """Every row after the first line, with the line where it stands."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="", strict=True)
        try:
            names = reader.fieldnames or ()
            _refuse_other_columns(path.name, names, needed)
            for row in reader:
                where = f"{path.name}, line {reader.line_num}"
                if "" in row and "" not in names:
                    raise BenchError(f"{where}: more values than the {len(names)} columns", "a number has a point")
                yield where, row
        except (csv.Error, UnicodeDecodeError) as error:
            raise BenchError(f"{path.name} cannot be read: {error}", "a CSV file in UTF-8 is needed") from error


def _refuse_other_columns(file: str, names: Sequence[str], needed: Sequence[str]) -> None:
    """:raises BenchError: if not each of the columns that are needed is there once."""
    for name in needed:
        if name not in names:
            raise BenchError(f"{file} has no column {name!r}", suggestion(name, names))
        if names.count(name) > 1:
            raise BenchError(f"{file} has several columns {name!r}", "its first line must tell columns apart")


def _date(where: str, text: str | None) -> date:
    try:
        return datetime.fromisoformat((text or "").strip()).date()
    except ValueError as error:
        raise BenchError(f"{where}: {text!r} is no date", "dates are such as 2000-01-31 or 20000131") from error


def _number(where: str, column: str, text: str | None) -> float:
    try:
        number = float((text or "").strip() or "nan")
    except ValueError as error:
        raise BenchError(f"{where}: {column!r} is {text!r}", "it must be a number") from error
    if math.isnan(number):
        raise BenchError(f"{where}: {column!r} is missing", "a series has a value for every day")
    if math.isinf(number):
        raise BenchError(f"{where}: {column!r} is {text!r}", "it must be a finite number")
    return number
