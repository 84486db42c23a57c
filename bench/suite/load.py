"""Validates a suite's raw content, with messages that name file, line, what was given and what is allowed."""

import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bench.errors import SuiteError, suggestion
from bench.suite.schema import Suite
from bench.suite.source import Location, Source, read_source


def load_suite(path: Path, overrides: tuple[str, ...] = ()) -> tuple[Suite, Source]:
    """Read and validate a suite.

    :param path: the YAML file
    :param overrides: `key=value` each, as `--set` has them
    :raises SuiteError: with a line for every mistake
    """
    source = read_source(path, overrides)
    return validated(Suite, source.data, source, ()), source


Model = typing.TypeVar("Model", bound=BaseModel)


def validated(schema: type[Model], data: Any, source: Source, location: Location) -> Model:
    """`data`, which stands at `location` of the source, as the schema's class.

    :raises SuiteError: with a line for every mistake
    """
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        problems: dict[Location, str] = {}
        for problem in error.errors():
            within = _location_in(data, problem["loc"])
            problems.setdefault(within, _described(problem, within, schema, source, location))
        raise SuiteError("\n".join(problems.values())) from error


def _location_in(data: Any, location: Location) -> Location:
    """A pydantic location without the parts that only say which member of a union it tried."""
    within: list[str | int] = []
    for part in location:
        if isinstance(data, dict):
            within.append(part)
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int):
            within.append(part)
            data = data[part] if part < len(data) else None
    return tuple(within)


def _described(problem: Any, within: Location, schema: type[BaseModel], source: Source, location: Location) -> str:
    """One line for one of pydantic's errors."""
    where = source.place((*location, *within))
    key = ".".join(str(part) for part in within)
    kind, message = problem["type"], problem["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return f"{where}: unknown key {str(within[-1])!r} ({suggestion(str(within[-1]), _fields(schema, within[:-1]))})"
    if kind == "missing":
        return f"{where}: {key!r} is missing"
    given = "" if kind == "value_error" else f", not {_shortened(problem['input'])}"
    return f"{where}: {key}: {message[0].lower()}{message[1:]}{given}" if key else f"{where}: {message}"


def _fields(schema: type[BaseModel], location: Location) -> list[str]:
    """The keys that are allowed at a location."""
    for part in location:
        field = schema.model_fields.get(str(part))
        inner = _models_in(field.annotation) if field else []
        schema = inner[0] if inner else schema
    return list(schema.model_fields)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in typing.get_args(annotation) for model in _models_in(argument)]


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
